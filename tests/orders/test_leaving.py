"""Leaving, refunding, canceling, waiving."""

import pytest
from sqlalchemy import select

from campaigns.orders.cancel import MayNotCancel, cancel
from campaigns.orders.leave import leave
from campaigns.orders.refund import refund
from campaigns.orders.rules import MayNotLeave, MayNotRefund
from campaigns.orders.waive import MayNotWaive, waive
from campaigns.vouchers.redeem import Scan, redeem
from campaigns.vouchers.rows import vouchers
from tests.world import World


async def _leave(world: World, order_id: str) -> str:
    return await leave(order_id, store=world.store, clock=world.clock)


async def _states(world: World, order_id: str) -> list[str]:
    return [row.state for row in await world.rows(select(vouchers).where(vouchers.c.order_id == order_id))]


async def test_a_buyer_may_leave_before_the_tip_and_the_count_goes_down(world: World) -> None:
    """R32: hold released, place free, and the third buyer is only the second now."""
    deal_id = await world.deal(threshold=3, capacity=3)
    first = await world.buy(deal_id, "ann@example.com")
    await world.buy(deal_id, "bo@example.com")
    assert await _leave(world, first) == "releasing"
    await world.run()
    order = await world.order(first)
    assert (order.state, order.reason) == ("released", "left")
    payment = await world.outside.processor.read_payment(order.payment_id)
    assert payment.status == "canceled"
    await world.buy(deal_id, "cy@example.com")
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.units_taken) == ("open", 2)


async def test_leaving_twice_frees_capacity_once(world: World) -> None:
    """R38."""
    deal_id = await world.deal(capacity=5)
    first = await world.buy(deal_id, "ann@example.com", units=2)
    await _leave(world, first)
    with pytest.raises(MayNotLeave):
        await _leave(world, first)
    assert (await world.deal_row(deal_id)).units_taken == 0


async def test_leaving_an_unpaid_order_closes_its_page(world: World) -> None:
    """R32: and a payment that was faster is released, not counted."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id)
    assert await _leave(world, order_id) == "lapsed"
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.reason) == ("released", "left")
    assert (await world.deal_row(deal_id)).state == "open"


async def test_a_locked_deal_keeps_its_buyers_until_it_is_decided(world: World) -> None:
    """R32: `leave_before_tip` locked."""
    deal_id = await world.deal(leave_before_tip="locked")
    order_id = await world.buy(deal_id, "ann@example.com")
    with pytest.raises(MayNotLeave):
        await _leave(world, order_id)


async def test_after_the_tip_leaving_is_a_refund_within_its_hours(world: World) -> None:
    """R16, R33, R70: vouchers go first, then the money; the deal stays tipped."""
    deal_id = await world.deal(threshold=1, refund_hours=72)
    order_id = await world.buy(deal_id, "ann@example.com", units=2)
    await world.advance(hours=71, minutes=59)
    assert await _leave(world, order_id) == "refunding"
    assert await _states(world, order_id) == ["revoked", "revoked"]
    await world.run()
    assert (await world.order(order_id)).state == "refunded"
    assert (await world.deal_row(deal_id)).tipped_at is not None


async def test_leaving_refunds_what_is_not_redeemed(world: World) -> None:
    """R33, R70: one of two vouchers is used: the other one's money goes back; used ones stay paid for."""
    deal_id = await world.deal(threshold=1, price=1000)
    order_id = await world.buy(deal_id, "ann@example.com", units=2)
    issued = await world.rows(select(vouchers).where(vouchers.c.order_id == order_id))
    code, venue_id = await world.code_of(issued[0].id)
    scan = Scan(code, venue_id, "non-1")
    await redeem(scan, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    assert await _leave(world, order_id) == "refunding"
    await world.run()
    assert sorted(await _states(world, order_id)) == ["redeemed", "revoked"]
    assert (await world.order(order_id)).state == "captured"
    with pytest.raises(MayNotRefund):
        await _leave(world, order_id)


async def test_the_refund_hours_end_to_the_second(world: World) -> None:
    """R33: 72 hours after capture it is over; until_redeemed has no such end."""
    deal_id = await world.deal(threshold=1, refund_hours=72)
    order_id = await world.buy(deal_id, "ann@example.com")
    always = await world.deal(threshold=1, refund_policy="until_redeemed")
    other_id = await world.buy(always, "ann@example.com")
    await world.advance(hours=72)
    with pytest.raises(MayNotRefund):
        await _leave(world, order_id)
    assert await _leave(world, other_id) == "refunding"


async def test_a_merchant_refunds_one_of_three_units(world: World) -> None:
    """R48: one voucher revoked, a third of the money back, the order captured as before."""
    deal_id = await world.deal(threshold=1, price=1000)
    order_id = await world.buy(deal_id, "ann@example.com", units=3)
    await refund(order_id, 1, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.units_refunded) == ("captured", 1)
    assert sorted(await _states(world, order_id)) == ["issued", "issued", "revoked"]
    refunds = [view.amount_minor async for view in world.outside.processor.refunds_of(order.payment_id)]
    assert refunds == [1000]
    with pytest.raises(MayNotRefund):
        await refund(order_id, 3, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)


async def test_canceling_an_open_deal_releases_everything(world: World) -> None:
    """R39: the held one is released, the unpaid one lapses, nobody is charged."""
    deal_id = await world.deal(threshold=5)
    held = await world.buy(deal_id, "ann@example.com")
    unpaid = await world.join(deal_id, "bo@example.com")
    await cancel(
        deal_id, "Broken oven", actor=world.owner, store=world.store, clock=world.clock, keys=world.keys
    )
    await world.run()
    assert ((await world.order(held)).state, (await world.order(held)).reason) == (
        "released",
        "deal_canceled",
    )
    assert ((await world.order(unpaid)).state, (await world.order(unpaid)).reason) == (
        "lapsed",
        "deal_canceled",
    )
    assert (await world.deal_row(deal_id)).units_taken == 0


async def test_canceling_a_tipped_deal_refunds_what_was_captured(world: World) -> None:
    """R39: also what is being captured at that very moment."""
    deal_id = await world.deal(threshold=2)
    first = await world.buy(deal_id, "ann@example.com")
    second = await world.join(deal_id, "bo@example.com")
    await world.pay(second)
    await world.hear()  # tipped, captures owed, none carried out
    assert (await world.order(first)).state == "capturing"
    await cancel(deal_id, "Flood", actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await world.run()
    assert [(await world.order(order_id)).state for order_id in (first, second)] == ["refunded", "refunded"]
    assert {row.reason for row in await world.rows(select(vouchers))} == {"deal_canceled"}


async def test_a_settled_deal_cannot_be_canceled(world: World) -> None:
    """R39."""
    deal_id = await world.deal(threshold=1)
    await world.buy(deal_id, "ann@example.com")
    await world.advance(hours=3)
    await world.run()
    assert (await world.deal_row(deal_id)).state == "settled"
    with pytest.raises(MayNotCancel):
        await cancel(
            deal_id, "Late", actor=world.owner, store=world.store, clock=world.clock, keys=world.keys
        )


async def test_a_waived_deal_tips_with_its_true_count(world: World) -> None:
    """R60: only with a buyer, only while open."""
    deal_id = await world.deal(threshold=5)
    with pytest.raises(MayNotWaive):
        await waive(deal_id, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    order_id = await world.buy(deal_id, "ann@example.com")
    await waive(deal_id, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await world.run()
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.tipped_by, deal.waived, deal.count_at_tip) == ("tipped", "waiver", True, 1)
    assert (await world.order(order_id)).state == "captured"
