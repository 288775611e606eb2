"""Corners of money taken, given back and counted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaigns.deals.rows import lock_deal
from campaigns.foundation.effects import outbox
from campaigns.ledger.rows import journal, postings
from campaigns.orders.apply import apply_payment
from campaigns.orders.cancel import cancel
from campaigns.orders.leave import leave
from campaigns.orders.payment_rules import PaymentMismatch
from campaigns.orders.ports import RefundView
from campaigns.orders.refund import apply_refund, refund
from campaigns.orders.rows import count_committed, refunds
from campaigns.orders.tip import tip
from campaigns.vouchers.rows import vouchers
from tests.faults.checks import check_after, check_now
from tests.world import World


async def _refund(world: World, order_id: str, units: int) -> str:
    actor, keys = world.owner, world.keys
    return await refund(order_id, units, actor=actor, store=world.store, clock=world.clock, keys=keys)


async def _capture_at_processor(world: World, order_id: str) -> None:
    """What somebody does in the processor's own dashboard."""
    page = await world.outside.processor.read_session((await world.order(order_id)).session_id)
    await world.sandbox.client().v1.payment_intents.capture_async(page.payment_id or "")


@pytest.mark.parametrize("found_as", ["pending", "authorized", "releasing", "lapsed"])
async def test_money_taken_before_the_tip_uses_no_capacity_and_counts_nobody(
    world: World, found_as: str
) -> None:
    """F22, I2: it goes back, its places are free once, at every moment in between."""
    deal_id = await world.deal(threshold=3, capacity=9)
    order_id = await world.join(deal_id, "ann@example.com", units=2)
    if found_as == "lapsed":
        await leave(order_id, store=world.store, clock=world.clock)
    await world.pay(order_id)
    if found_as in ("authorized", "releasing"):
        await world.hear()
    if found_as == "releasing":
        await leave(order_id, store=world.store, clock=world.clock)
    assert (await world.order(order_id)).state == found_as
    await _capture_at_processor(world, order_id)
    await world.hear()
    assert ((await world.order(order_id)).state, (await world.deal_row(deal_id)).units_taken) == (
        "refunding",
        0,
    )
    async with world.store.read() as unit:
        assert (await count_committed(unit, deal_id, tipped=True)).units == 0
    await check_now(world)
    await world.run()
    assert ((await world.order(order_id)).state, (await world.deal_row(deal_id)).units_taken) == (
        "refunded",
        0,
    )
    await check_after(world)


async def test_canceling_also_refunds_what_a_refund_under_way_had_left(world: World) -> None:
    """R39: one of three units is on its way back when the deal is canceled; the other two follow."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", units=3)
    await _refund(world, order_id, 1)
    assert (await world.order(order_id)).state == "refunding"
    await cancel(deal_id, "Closed", actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await check_now(world)
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.units_refunded, (await world.deal_row(deal_id)).units_taken) == (
        "refunded",
        3,
        0,
    )
    states = {row.state for row in await world.rows(select(vouchers.c.state))}
    back = await world.rows(select(func.sum(refunds.c.amount_minor)).where(refunds.c.state == "done"))
    assert (states, back[0][0]) == ({"revoked"}, 7500)
    await check_after(world)


@pytest.mark.parametrize("units", [1, 2])
async def test_a_refund_that_fails_after_it_succeeded_is_seen_and_corrected(world: World, units: int) -> None:
    """F23, R46: the bank sends it back days later; the books say so and a person finds the order."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", units=2, card="pm_card_refundFail")
    await _refund(world, order_id, units)
    await world.run()
    assert (await world.order(order_id)).state == ("refunded" if units == 2 else "captured")
    await world.advance(hours=2)
    await world.run()
    await world.hear(repeat=True)
    order = await world.order(order_id)
    assert (order.state, order.reason) == ("refunding", "refund_failed")
    assert [row.state for row in await world.rows(select(refunds))] == ["failed"]
    statement = select(func.sum(postings.c.amount_minor)).where(postings.c.account == "stripe_clearing")
    assert (await world.rows(statement))[0][0] == 5000
    kinds = [row.kind for row in await world.rows(select(journal.c.kind).order_by(journal.c.id))]
    assert kinds == ["capture", "refund", "refund_failed"]
    still_good = select(func.count()).where(vouchers.c.state == "issued")
    assert (await world.rows(still_good))[0][0] == 2 - units
    await check_now(world)


async def test_a_failed_refund_of_a_second_payment_leaves_the_order_as_it_is(world: World) -> None:
    """F23: the reason of an order is the reason of its last move."""
    deal_id = await world.deal(threshold=3)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id, "pm_card_refundFail")
    await world.hear()
    await leave(order_id, store=world.store, clock=world.clock)
    page = await world.outside.processor.read_session((await world.order(order_id)).session_id)
    held = await world.outside.processor.read_payment(page.payment_id or "")
    await world.run()
    assert (await world.order(order_id)).state == "released"
    async with world.store.begin() as unit:
        taken = replace(held, status="succeeded", received_minor=2500)
        await apply_payment(taken, unit=unit, now=world.clock.at, keys=world.keys)
        row = (await unit.all(select(refunds)))[0]
        view = RefundView("re_1", row.payment_id, "failed", row.amount_minor, row.currency, row.id)
        await apply_refund(view, unit=unit, now=world.clock.at)
    order = await world.order(order_id)
    assert (order.state, order.reason) == ("released", "left")


async def test_a_charge_of_another_sum_than_was_due_is_not_believed(world: World) -> None:
    """F15, F25: somebody captured a part of the hold elsewhere; a person looks, nothing is posted as if whole."""
    deal_id = await world.deal(threshold=2)
    order_id = await world.buy(deal_id, "ann@example.com")
    payment_id = (await world.order(order_id)).payment_id
    client = world.sandbox.client()
    async with world.store.begin() as unit:
        await tip(unit, await lock_deal(unit, deal_id), world.clock.at, by="waiver", count=1, waived=True)
    await client.v1.payment_intents.capture_async(payment_id, {"amount_to_capture": 1000})
    payment = await world.outside.processor.read_payment(payment_id)
    with pytest.raises(PaymentMismatch):
        async with world.store.begin() as unit:
            await apply_payment(payment, unit=unit, now=world.clock.at, keys=world.keys)
    await world.run()
    assert (await world.order(order_id)).state == "capturing"
    dead = await world.rows(select(outbox).where(outbox.c.state == "dead"))
    assert [row.kind for row in dead] == ["capture"]
    assert await world.rows(select(vouchers)) == []


async def test_canceling_refunds_the_rest_beside_a_refund_that_failed(world: World) -> None:
    """R39, R46: one unit's refund came back from the bank; the other unit is refunded all the same."""
    deal_id = await world.deal(threshold=1, closes_at=world.clock.at + timedelta(hours=9))
    order_id = await world.buy(deal_id, "ann@example.com", units=2, card="pm_card_refundFail")
    await _refund(world, order_id, 1)
    await world.run()
    await world.advance(hours=2)
    await world.run()
    assert (await world.order(order_id)).reason == "refund_failed"
    await cancel(deal_id, "Closed", actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await world.run()
    order = await world.order(order_id)
    found = {row.state for row in await world.rows(select(refunds))}
    assert (order.state, order.units_refunded, found) == ("refunding", 2, {"done", "failed"})
    assert {row.state for row in await world.rows(select(vouchers))} == {"revoked"}
    await check_now(world)
