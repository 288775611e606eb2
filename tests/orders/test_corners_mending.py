"""Corners of the days after a capture that failed: pages left open, cards that come late, ladders."""

import pytest

from campaigns.orders.apply import apply_payment
from campaigns.orders.cancel import cancel
from campaigns.orders.leave import leave
from campaigns.orders.mend import try_another_card
from tests.faults.checks import check_after, check_now
from tests.world import LINKS, World

EXPIRES_AT_CAPTURE = "pm_card_expiredAtCapture"


async def _mend(world: World, order_id: str, *, page: bool = True) -> None:
    await try_another_card(order_id, store=world.store, clock=world.clock, links=LINKS)
    if page:
        await world.open_page(order_id)


async def _cancel(world: World, deal_id: str) -> None:
    actor, keys = world.owner, world.keys
    await cancel(deal_id, "Closed", actor=actor, store=world.store, clock=world.clock, keys=keys)


@pytest.mark.parametrize("ended_by", ["the buyer", "the deadline", "the merchant"])
async def test_an_order_ends_although_its_second_page_stood_open(world: World, ended_by: str) -> None:
    """R43: the page is withdrawn, then the order is dropped and its capacity is free."""
    deal_id = await world.deal(threshold=1, problem_days=1)
    order_id = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    await world.advance(hours=1)
    if ended_by == "the deadline":
        await world.advance(hours=22, minutes=50)
    await _mend(world, order_id)
    if ended_by == "the buyer":
        await leave(order_id, store=world.store, clock=world.clock)
    elif ended_by == "the merchant":
        await _cancel(world, deal_id)
    else:
        await world.advance(minutes=11)
    await world.run()
    order, deal = await world.order(order_id), await world.deal_row(deal_id)
    session = await world.outside.processor.read_session(order.session_id)
    assert (order.state, session.status, deal.units_taken) == ("dropped", "expired", 0)
    await check_now(world)


async def test_an_order_ends_although_its_second_page_was_on_its_way(world: World) -> None:
    """R43: whoever asked for the page had not recorded it when the buyer gave up; it is closed when known."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    await _mend(world, order_id, page=False)
    await world.sandbox.control.fault("drop", method="POST", path="/v1/checkout/sessions", next_n=1)
    await world.open_page(order_id)
    await leave(order_id, store=world.store, clock=world.clock)
    await world.advance(minutes=1)
    await world.run()
    order = await world.order(order_id)
    session = await world.outside.processor.read_session(order.session_id)
    assert (order.state, session.status) == ("dropped", "expired")


async def test_a_card_that_comes_after_the_order_was_given_up_is_let_go(world: World) -> None:
    """R43, C3: paid on the second page in the moment the first was given up: released, never kept."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    await _mend(world, order_id)
    await leave(order_id, store=world.store, clock=world.clock)
    await world.pay(order_id)
    await world.run()
    order = await world.order(order_id)
    session = await world.outside.processor.read_session(order.session_id)
    payment = await world.outside.processor.read_payment(session.payment_id or "")
    assert (order.state, order.reason, payment.status) == ("dropped", "gave_up", "canceled")
    await check_after(world)


async def test_a_second_page_that_ran_out_is_replaced_when_asked_again(world: World) -> None:
    """R43: a page lives half an hour, the problem days are seven; the buyer may come back any day."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", card=EXPIRES_AT_CAPTURE)
    await _mend(world, order_id)
    await world.advance(days=1)
    await world.run()
    await _mend(world, order_id)
    await world.pay(order_id)
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.attempt) == ("captured", 3)


async def test_a_capture_that_fails_after_the_deal_was_canceled_ends_the_order(world: World) -> None:
    """R39: nobody is asked for another card for a deal that is over."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id, EXPIRES_AT_CAPTURE)
    await world.hear()
    assert (await world.order(order_id)).state == "capturing"
    await _cancel(world, deal_id)
    await world.run()
    order, deal = await world.order(order_id), await world.deal_row(deal_id)
    assert (order.state, order.reason, deal.units_taken) == ("dropped", "deal_canceled", 0)
    await check_after(world)


async def test_another_card_in_a_ladder_waits_for_the_price_like_everybody(world: World) -> None:
    """R50: the first hold was lost before the close; the second is charged at the close, at the tier reached."""
    tiers = [{"start": 1, "price_minor": 3800}, {"start": 2, "price_minor": 2900}]
    deal_id = await world.deal(threshold=1, tiers=tiers)
    order_id = await world.buy(deal_id, "ann@example.com")
    await world.buy(deal_id, "bo@example.com")
    lost = (await world.order(order_id)).payment_id
    await world.sandbox.client().v1.payment_intents.cancel_async(lost)
    await world.run()
    assert (await world.order(order_id)).state == "payment_problem"
    await _mend(world, order_id)
    await world.pay(order_id)
    await world.run()
    held = await world.order(order_id)
    payment = await world.outside.processor.read_payment(held.payment_id)
    assert (payment.status, held.captured_at) == ("requires_capture", None)
    await world.advance(hours=3)
    await world.run()
    order = await world.order(order_id)
    payment = await world.outside.processor.read_payment(order.payment_id)
    assert (order.state, order.due_minor, payment.received_minor) == ("captured", 2900, 2900)
    assert (await world.deal_row(deal_id)).state == "settled"
    await check_after(world)


async def test_an_answer_read_before_the_capture_failed_revives_nothing(world: World) -> None:
    """F12, I11: a look at the hold that is applied late finds the order beyond it."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id, EXPIRES_AT_CAPTURE)
    await world.hear()
    before = await world.outside.processor.read_payment((await world.order(order_id)).payment_id)
    await world.run()
    assert (await world.order(order_id)).state == "payment_problem"
    async with world.store.begin() as unit:
        await apply_payment(before, unit=unit, now=world.clock.at, keys=world.keys)
    assert (await world.order(order_id)).state == "payment_problem"
    await check_now(world)


async def test_an_answer_read_before_the_hold_ended_counts_nobody(world: World) -> None:
    """F12, R42: a look at a hold that has ended meanwhile does not bring the order back."""
    deal_id = await world.deal(threshold=2)
    order_id = await world.buy(deal_id, "ann@example.com")
    before = await world.outside.processor.read_payment((await world.order(order_id)).payment_id)
    await world.sandbox.client().v1.payment_intents.cancel_async(before.payment_id)
    await world.run()
    assert (await world.order(order_id)).reason == "hold_ended"
    async with world.store.begin() as unit:
        await apply_payment(before, unit=unit, now=world.clock.at, keys=world.keys)
    assert (await world.order(order_id)).state == "lapsed"
