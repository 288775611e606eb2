"""Refunds that are slow, refused or taken back (F23), and amounts that do not divide (F25)."""

import pytest
from sqlalchemy import func, select, update

from campaigns.deals.rows import offers
from campaigns.foundation.ids import new_id
from campaigns.ledger.rows import journal, postings
from campaigns.orders.cancel import cancel
from campaigns.orders.leave import leave
from campaigns.orders.reconcile import reconcile_due
from campaigns.orders.refund import refund
from campaigns.orders.rows import refunds
from campaigns.orders.rules import MayNotRefund
from campaigns.vouchers.redeem import Scan, redeem
from campaigns.vouchers.rows import vouchers
from tests.faults.asking import objects, refunded, voucher_states
from tests.faults.checks import check_after, check_now, drain
from tests.world import World

pytestmark = pytest.mark.faults
SLOW, TAKEN_BACK = "pm_card_pendingRefund", "pm_card_refundFail"


async def give_back(world: World, order_id: str, units: int = 1) -> None:
    await refund(order_id, units, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await world.run()


@pytest.mark.parametrize("deaf", [False, True])
async def test_f23_a_pending_refund_keeps_its_order_refunding(world: World, deaf: bool) -> None:
    """F23: the vouchers go at once, the books follow the processor, also when no webhook tells of it."""
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", card=SLOW)
    world.deaf = deaf
    await give_back(world, order_id)
    assert (await world.order(order_id)).state == "refunding"
    assert await voucher_states(world, order_id) == ["revoked"]
    assert (await refunded(world, "pending"), await refunded(world)) == (2500, 0)
    await world.advance(hours=1)
    await world.run()
    await reconcile_due(world.outside)
    assert ((await world.order(order_id)).state, await refunded(world)) == ("refunded", 2500)
    await drain(world)
    await check_after(world)


async def test_f23_a_refund_that_fails_later_is_marked_and_booked_back(world: World) -> None:
    """F23, R46, I5, I6: the bank returned it an hour later. Vouchers stay revoked; a person sees what is owed."""
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", card=TAKEN_BACK)
    await give_back(world, order_id)
    assert await refunded(world) == 2500
    await world.advance(hours=1)
    await drain(world)
    order = await world.order(order_id)
    assert (order.state, order.reason) == ("refunding", "refund_failed")
    assert await refunded(world, "failed") == 2500
    assert await voucher_states(world, order_id) == ["revoked"]
    kinds = [row.kind for row in await world.rows(select(journal.c.kind).order_by(journal.c.id))]
    assert kinds == ["capture", "refund", "refund_failed"]
    clearing = select(postings.c.amount_minor).where(postings.c.account == "stripe_clearing")
    assert sum(row.amount_minor for row in await world.rows(clearing)) == 2500
    await check_after(world)


async def test_f23_never_more_than_was_taken(world: World) -> None:
    """F23, R48: one more is refused before anybody is asked."""
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", units=3)
    await give_back(world, order_id, 2)
    with pytest.raises(MayNotRefund):
        await give_back(world, order_id, 2)
    await give_back(world, order_id, 1)
    assert sum(row["amount"] for row in await objects(world, "refund")) == 7500
    assert (await world.order(order_id)).state == "refunded"
    await check_after(world)


async def test_f23_the_rest_follows_when_a_deal_is_canceled_during_a_refund(world: World) -> None:
    """R39: one of three is on its way back when the deal is canceled; the other two follow by themselves."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", units=3, card=SLOW)
    await give_back(world, order_id)
    await cancel(deal_id, "Flood", actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    for _ in range(2):
        await world.advance(hours=1)
        await drain(world)
    order = await world.order(order_id)
    assert (order.state, order.units_refunded, await refunded(world)) == ("refunded", 3, 7500)
    assert await voucher_states(world, order_id) == ["revoked"] * 3
    await check_after(world)


async def test_f25_one_redeemed_and_two_refunded_add_up_to_what_was_taken(world: World) -> None:
    """F25, I6: 33.34 each; a fifth of one does not divide, so the merchant gets the cent the commission leaves."""
    order_id = await world.buy(await world.deal(threshold=1, price=3334), "ann@example.com", units=3)
    first = (await world.rows(select(vouchers.c.id).where(vouchers.c.unit_no == 1)))[0].id
    code, venue_id = await world.code_of(first)
    scan = Scan(code, venue_id, new_id("non"))
    await redeem(scan, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    for _ in range(2):
        await give_back(world, order_id)
    with pytest.raises(MayNotRefund):
        await give_back(world, order_id)
    assert sum(row["amount"] for row in await objects(world, "refund")) == 6668
    owed = await world.rows(
        select(postings.c.account, func.sum(postings.c.amount_minor)).group_by(postings.c.account)
    )
    assert {row[0].partition(":")[0]: int(row[1]) for row in owed} == {
        "stripe_clearing": 3334,
        "voucher_liability": 0,
        "merchant_payable": -2668,
        "commission_revenue": -666,
    }
    await check_after(world)


@pytest.mark.parametrize(("currency", "price"), [("JPY", 2500), ("KWD", 12_340)])
async def test_f25_currencies_without_and_with_three_decimals(
    world: World, currency: str, price: int
) -> None:
    """F25: what is held, captured, posted and refunded is the same number everywhere."""
    deal_id = await world.deal(threshold=1, price=price)
    async with world.store.begin() as unit:
        await unit.run(update(offers).values(currency=currency, list_price_minor=price * 2))
    order_id = await world.buy(deal_id, "ann@example.com", units=2)
    (intent,) = await objects(world, "payment_intent")
    assert (intent["amount_received"], intent["currency"].upper()) == (2 * price, currency)
    await leave(order_id, store=world.store, clock=world.clock)
    await drain(world)
    rows = await world.rows(select(refunds.c.amount_minor, refunds.c.currency))
    assert [tuple(row) for row in rows] == [(2 * price, currency)]
    await check_now(world)
    await check_after(world)
