"""Payments that come late, go away or are refused (F18 to F22): where the money and the order end."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaigns.ledger.rows import journal
from campaigns.orders.close import decide
from campaigns.orders.lapse import lapse
from campaigns.orders.mend import try_another_card
from campaigns.orders.reconcile import reconcile_due, reconcile_order
from campaigns.orders.rows import lock_order, orders
from scheduler.due import do_what_is_due
from tests.faults.asking import a_capture, objects, refunded, voucher_states
from tests.faults.checks import check_after, drain
from tests.world import LINKS, World

pytestmark = pytest.mark.faults
LOST_AT_CAPTURE = "pm_card_expiredAtCapture"
LADDER = [{"start": 1, "price_minor": 3800}, {"start": 3, "price_minor": 2900}]


async def end(world: World, order_id: str) -> tuple[str, str | None]:
    order = await world.order(order_id)
    return order.state, order.reason


async def test_no_money_moves_before_the_tip(world: World) -> None:
    """The first promise: two of three hold, and the processor has taken nothing from anybody."""
    deal_id = await world.deal(threshold=3)
    for email in ("ann@example.com", "bo@example.com"):
        await world.buy(deal_id, email)
    intents = await objects(world, "payment_intent")
    assert [(i["status"], i["amount_received"]) for i in intents] == [("requires_capture", 0)] * 2
    assert await objects(world, "refund") == []


@pytest.mark.parametrize("decided", ["failed", "tipped"])
async def test_f18_a_page_completed_too_late_is_let_go(world: World, decided: str) -> None:
    """F18: the processor was away when the page should have been closed, so it could still be paid."""
    deal_id = await world.deal(threshold=1 if decided == "tipped" else 2, grace_minutes=0)
    await world.buy(deal_id, "ann@example.com")
    await world.advance(minutes=119)
    late = await world.join(deal_id, "bo@example.com")
    await world.sandbox.control.fault("unavailable", method="POST", path="/expire$")
    await world.advance(minutes=12)
    await do_what_is_due(store=world.store, clock=world.clock)
    await world.work()  # asked, in vain
    await do_what_is_due(store=world.store, clock=world.clock)
    assert await end(world, late) == ("lapsed", "deal_closed")
    await world.pay(late)
    await drain(world)
    assert await end(world, late) == ("released", "too_late")
    assert (await world.deal_row(deal_id)).state in (decided, "settled")
    assert await voucher_states(world, late) == []
    told = [letter.key for letter in world.post.to("bo@example.com")]
    assert len(told) == len(set(told)) >= 1
    await check_after(world)


async def test_f19_a_page_still_open_at_the_end_of_its_place_is_closed_by_us(world: World) -> None:
    """F19, R22: lapsed, closed at the processor, and its place is free once."""
    deal_id = await world.deal(threshold=3, capacity=4)
    order_id = await world.join(deal_id, "ann@example.com", units=2)
    await world.advance(minutes=30)
    for _ in range(2):
        await world.run()
    assert await end(world, order_id) == ("lapsed", "place_lapsed")
    assert [session["status"] for session in await objects(world, "checkout.session")] == ["expired"]
    assert (await world.deal_row(deal_id)).units_taken == 0
    await drain(world)
    await check_after(world)


async def test_f19_a_payment_faster_than_our_closing_counts(world: World) -> None:
    """F19: paid in the last second and heard by nobody; the closing is told that it is complete."""
    world.deaf = True
    deal_id = await world.deal(threshold=3)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.advance(minutes=29, seconds=59)
    await world.pay(order_id)
    await world.advance(seconds=1)
    await world.run()
    await reconcile_due(world.outside)
    assert await end(world, order_id) == ("authorized", None)
    assert (await world.deal_row(deal_id)).units_taken == 1
    await check_after(world)


@pytest.mark.parametrize("tipped", [False, True])
async def test_f20_a_hold_that_ends_before_its_capture(world: World, tipped: bool) -> None:
    """F20, R42: before the tip it lapses; after it the tip stands and its buyer is asked. Nobody else is touched."""
    deal_id = await world.deal(threshold=2, tiers=LADDER)
    first = await world.buy(deal_id, "ann@example.com")
    others = [await world.buy(deal_id, "bo@example.com")] if tipped else []
    payment_id = (await world.order(first)).payment_id
    await world.sandbox.client().v1.payment_intents.cancel_async(payment_id)
    await world.run()
    assert await end(world, first) == ("payment_problem" if tipped else "lapsed", "hold_ended")
    assert (await world.deal_row(deal_id)).state == ("tipped" if tipped else "open")
    assert [(await world.order(other)).state for other in others] == ["authorized"] * len(others)
    assert await voucher_states(world, first) == []
    letters = world.post.to("ann@example.com")
    assert any(world.links.order(first) in str(letter) for letter in letters)
    await world.advance(hours=2, minutes=30)
    await drain(world)
    assert [(await world.order(other)).state for other in others] == ["captured"] * len(others)
    await check_after(world)


async def test_f21_declines_after_the_tip_do_not_undo_it(world: World) -> None:
    """F21, X21, X22, R43: two of three fail; one mends it, one is dropped at the deadline, the tip stands."""
    deal_id = await world.deal(threshold=3)
    good = await world.buy(deal_id, "ann@example.com")
    mended, lost = [
        await world.buy(deal_id, email, card=LOST_AT_CAPTURE)
        for email in ("bo@example.com", "cy@example.com")
    ]
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.count_at_tip) == ("tipped", 3)
    assert [await end(world, order_id) for order_id in (mended, lost)] == [
        ("payment_problem", "hold_ended")
    ] * 2
    assert await voucher_states(world, lost) == []
    await try_another_card(mended, store=world.store, clock=world.clock, links=LINKS)
    await world.open_page(mended)
    await world.pay(mended)
    await drain(world)
    await world.advance(days=7)
    await drain(world)
    assert [(await world.order(order_id)).state for order_id in (good, mended, lost)] == [
        "captured",
        "captured",
        "dropped",
    ]
    assert (await world.deal_row(deal_id)).state == "settled"
    await check_after(world)


async def test_f22_a_release_that_meets_taken_money_gives_it_back(world: World) -> None:
    """F22, rule e: somebody captured by hand. Both moves of money are in the journal, and a person is told."""
    deal_id = await world.deal(threshold=2)
    order_id = await world.buy(deal_id, "ann@example.com")
    await world.advance(hours=2)
    assert await decide(deal_id, store=world.store, clock=world.clock) == "failed"
    payment_id = (await world.order(order_id)).payment_id
    await world.sandbox.client().v1.payment_intents.capture_async(payment_id)
    await world.work()
    await drain(world)
    assert (await world.order(order_id)).state == "refunded"
    assert await refunded(world) == 2500
    kinds = [row.kind for row in await world.rows(select(journal.c.kind).order_by(journal.c.id))]
    assert kinds == ["stray", "refund"]
    assert await voucher_states(world, order_id) == []
    await check_after(world)


async def test_f22_a_capture_that_meets_a_canceled_hold_asks_its_buyer(world: World) -> None:
    """F22: no voucher, and no endless retry."""
    order_id = await a_capture(world)
    payment_id = (await world.order(order_id)).payment_id
    await world.sandbox.client().v1.payment_intents.cancel_async(payment_id)
    world.deaf = True
    await world.work()
    assert await end(world, order_id) == ("payment_problem", "hold_ended")
    assert await voucher_states(world, order_id) == []
    sent = len(await world.sandbox.control.log())
    await world.advance(hours=1)
    await world.work()
    assert len(await world.sandbox.control.log()) == sent
    await check_after(world)


async def test_f16_who_gets_no_place_is_let_go_before_any_capture(world: World) -> None:
    """F16, R23: the place had lapsed and was sold again before the late payment was known."""
    world.deaf = True
    deal_id = await world.deal(threshold=1, capacity=1, place_minutes=10)
    late = await world.join(deal_id, "ann@example.com")
    await world.pay(late)
    async with world.store.begin() as unit:  # what a page that was said to have expired would have done
        assert await lapse(unit, await lock_order(unit, late), world.clock.at, reason="place_lapsed")
    quick = await world.join(deal_id, "bo@example.com")
    await world.pay(quick)
    for order_id in (quick, late):
        await reconcile_order(order_id, world.outside)
    await drain(world)
    assert [await end(world, order_id) for order_id in (quick, late)] == [
        ("captured", None),
        ("released", "no_place"),
    ]
    assert (await world.deal_row(deal_id)).units_taken == 1
    taken = await world.rows(
        select(func.count()).select_from(orders).where(orders.c.captured_at.is_not(None))
    )
    assert taken[0][0] == 1
    await check_after(world)


async def test_x16_a_processor_away_for_six_hours_costs_nobody_a_place(world: World) -> None:
    """X16, I12: everything fails until it is back; then every order is captured, once."""
    deal_id = await world.deal(threshold=3, closes_at=world.clock.at + timedelta(hours=1))
    ids = [await world.join(deal_id, f"buyer{number}@example.com") for number in range(3)]
    for order_id in ids:
        await world.pay(order_id)
    await world.hear()
    await world.sandbox.control.fault("unavailable", path="^/v1/")
    for _ in range(6):
        await world.work()
        await reconcile_due(world.outside)
        await world.advance(hours=1)
    assert [(await world.order(order_id)).state for order_id in ids] == ["capturing"] * 3
    await drain(world)
    assert [(await world.order(order_id)).state for order_id in ids] == ["captured"] * 3
    await check_after(world)
