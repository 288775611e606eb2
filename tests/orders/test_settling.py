"""Settling: ladders, failed captures, holds that end."""

import pytest
from sqlalchemy import func, select

from campaigns.orders.leave import leave
from campaigns.orders.mend import NothingToMend, try_another_card
from campaigns.orders.rules import MayNotLeave
from campaigns.vouchers.rows import vouchers
from tests.world import LINKS, World

LADDER = [
    {"start": 1, "price_minor": 3800},
    {"start": 3, "price_minor": 3400},
    {"start": 4, "price_minor": 2900},
]
EXPIRES_AT_CAPTURE = "pm_card_expiredAtCapture"


async def test_a_ladder_holds_the_highest_price_and_captures_the_tier_reached(world: World) -> None:
    """R50, U3: tipped at two, three joined: everybody pays 34.00 at the close, never before."""
    deal_id = await world.deal(threshold=2, tiers=LADDER)
    ids = [await world.buy(deal_id, f"buyer{number}@example.com") for number in range(3)]
    assert (await world.deal_row(deal_id)).state == "tipped"
    assert [(await world.order(order_id)).state for order_id in ids] == ["authorized"] * 3

    await world.advance(hours=2)
    await world.run()

    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.final_price_minor) == ("settled", 3400)
    for order_id in ids:
        order = await world.order(order_id)
        payment = await world.outside.processor.read_payment(order.payment_id)
        assert (order.state, order.due_minor, payment.received_minor) == ("captured", 3400, 3400)


async def test_nobody_takes_the_reached_tier_away_in_the_last_hours(world: World) -> None:
    """R34: the freeze refuses exactly the leaving that would cost the others their price."""
    deal_id = await world.deal(threshold=2, tiers=LADDER, freeze_hours=1)
    ids = [await world.buy(deal_id, f"buyer{number}@example.com") for number in range(3)]
    await world.advance(minutes=61)
    with pytest.raises(MayNotLeave):
        await leave(ids[0], store=world.store, clock=world.clock)
    await world.buy(deal_id, "fourth@example.com")
    await world.buy(deal_id, "fifth@example.com")
    assert await leave(ids[0], store=world.store, clock=world.clock) == "releasing"


async def test_a_failed_capture_leaves_the_tip_standing(world: World) -> None:
    """R43, F21, F22, I8: no voucher for whom no money came; the others are captured."""
    deal_id = await world.deal(threshold=2)
    bad = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    good = await world.buy(deal_id, "bo@example.com")
    order = await world.order(bad)
    assert (order.state, order.reason) == ("payment_problem", "hold_ended")
    assert (await world.order(good)).state == "captured"
    assert (await world.deal_row(deal_id)).state == "tipped"
    assert len(await world.rows(select(vouchers).where(vouchers.c.order_id == bad))) == 0


async def test_another_card_mends_it(world: World) -> None:
    """R43: a new page, attempt 2, captured once."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    await try_another_card(order_id, store=world.store, clock=world.clock, links=LINKS)
    await world.open_page(order_id)
    await world.pay(order_id)
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.attempt) == ("captured", 2)
    with pytest.raises(NothingToMend):
        await try_another_card(order_id, store=world.store, clock=world.clock, links=LINKS)


@pytest.mark.parametrize("page_opened", [False, True])
async def test_a_problem_nobody_mends_is_dropped_after_its_days(world: World, page_opened: bool) -> None:
    """R43, I3: capacity is free, the deal settles, nothing is left at the processor."""
    deal_id = await world.deal(threshold=1, problem_days=7, capacity=9)
    order_id = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    if page_opened:
        await try_another_card(order_id, store=world.store, clock=world.clock, links=LINKS)
        await world.open_page(order_id)
    await world.advance(days=6, hours=23)
    await world.run()
    assert (await world.deal_row(deal_id)).state == "settling"
    await world.advance(hours=1)
    await world.run()
    order, deal = await world.order(order_id), await world.deal_row(deal_id)
    assert (order.state, order.reason) == ("dropped", "problem_days_over")
    assert (deal.state, deal.units_taken) == ("settled", 0)


async def test_a_buyer_may_give_a_failed_payment_up(world: World) -> None:
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    await leave(order_id, store=world.store, clock=world.clock)
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.reason) == ("dropped", "gave_up")


async def test_a_hold_that_ends_before_the_tip_stops_counting(world: World) -> None:
    """R42, F20: the order lapses, its place is free, the deal goes on."""
    from datetime import timedelta

    deal_id = await world.deal(threshold=2, closes_at=world.clock.at + timedelta(days=9))
    order_id = await world.buy(deal_id, "ann@example.com")
    await world.advance(days=8)
    await world.run()
    order, deal = await world.order(order_id), await world.deal_row(deal_id)
    assert (order.state, order.reason) == ("lapsed", "hold_ended")
    assert (deal.state, deal.units_taken) == ("open", 0)


async def test_a_later_joiner_is_captured_as_it_commits(world: World) -> None:
    """R40: fixed price, already tipped."""
    deal_id = await world.deal(threshold=1)
    await world.buy(deal_id, "ann@example.com")
    late = await world.buy(deal_id, "bo@example.com", units=2)
    assert (await world.order(late)).state == "captured"
    assert (await world.rows(select(func.count()).select_from(vouchers)))[0][0] == 3
