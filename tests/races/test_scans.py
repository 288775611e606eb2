"""(d), (h) A voucher is spent or revoked once: one conditional update decides, whoever comes from where."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Store, Unit
from campaigns.orders import refund as refunding
from campaigns.orders.refund import refund
from campaigns.orders.rows import refunds
from campaigns.orders.rules import MayNotRefund
from campaigns.vouchers import redeem as redeeming
from campaigns.vouchers import rows as voucher_rows
from campaigns.vouchers.redeem import Redeemed, Scan, redeem
from campaigns.vouchers.rows import redemptions, vouchers
from tests.faults.checks import check_after, drain
from tests.races.conftest import Open
from tests.races.meeting import Meeting, meeting_at, of_kind, race
from tests.races.scenes import broken
from tests.races.unguarded import drop_constraint, let_go, loose, without
from tests.world import World

pytestmark = pytest.mark.races

ONCE_REDEEMED = ("redemption", "uq_redemption_voucher_id")
ONCE_EARNED = ("journal", "uq_journal_kind_ref")
ANY_STATE_SPENDS = ("vouchers.c.id == row.id, vouchers.c.state.in_(SPENDABLE)", "vouchers.c.id == row.id")
ANY_STATE_IS_REVOKED = (
    ('mine = (vouchers.c.id.in_(voucher_ids), vouchers.c.state.in_((*SPENDABLE, "frozen")))',
     "mine = (vouchers.c.id.in_(voucher_ids),)"),
    ("before[voucher_id].state", '"issued"'),
)  # fmt: skip


async def a_voucher(world: World, units: int = 1) -> tuple[str, str, str, str]:
    """A captured order; its id and its first voucher's id, code and venue."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com", units=units)
    voucher = (await world.rows(select(vouchers).order_by(vouchers.c.unit_no)))[0]
    return order_id, voucher.id, *(await world.code_of(voucher.id))


async def scan(world: World, store: Store, code: str, venue_id: str, using: Any = redeem) -> Any:
    """One press of the button at one till."""
    pressed = Scan(code, venue_id, new_id("non"))
    return await using(pressed, actor=world.owner, store=store, clock=world.clock, keys=world.keys)


async def give_back(world: World, store: Store, order_id: str, units: int, using: Any = refund) -> Any:
    """One press of the merchant's refund button."""
    return await using(order_id, units, actor=world.owner, store=store, clock=world.clock, keys=world.keys)


@pytest.mark.parametrize("tills", [2, 20])
async def test_scans_at_the_same_moment_redeem_once(world: World, stores: Open, tills: int) -> None:
    """R68, X51, I9: one is served, the others are told when and where it was used."""
    _, _, code, venue_id = await a_voucher(world)
    with meeting_at("redeem.after_look", people=tills):
        answers = await race(*(scan(world, store, code, venue_id) for store in stores(tills)))
    said = [answer.answer.code for answer in answers]
    assert (said.count("ok"), said.count("already_redeemed")) == (1, tills - 1)
    assert len(await world.rows(select(redemptions))) == 1
    await check_after(world)


async def _scan_unguarded(world: World, opened: list[Store], code: str, venue_id: str) -> list[Any]:
    """M13: by a copy that looks, lets go, and then spends whatever the state is by now."""
    meeting = Meeting(len(opened))
    copy = without(
        redeeming,
        ANY_STATE_SPENDS,
        ('await failpoint("redeem.after_look")', "await let_go(unit)"),
        let_go=meeting.let_go,
    )
    return await race(*(scan(world, loose(store), code, venue_id, copy.redeem) for store in opened))


async def test_without_condition_and_constraints_every_scan_is_served(world: World, stores: Open) -> None:
    """I9 broken: twenty meals for one."""
    for constraint in (ONCE_REDEEMED, ONCE_EARNED):
        await drop_constraint(world.store, *constraint)
    _, _, code, venue_id = await a_voucher(world)
    answers = await _scan_unguarded(world, stores(20), code, venue_id)
    assert [answer.answer.code for answer in of_kind(answers, Redeemed)] == ["ok"] * 20
    assert len(await world.rows(select(redemptions))) == 20


@pytest.mark.parametrize("dropped", [ONCE_REDEEMED, ONCE_EARNED])
async def test_either_unique_constraint_stops_a_second_redemption(
    world: World, stores: Open, dropped: tuple[str, str]
) -> None:
    """I9: what is left when the condition is forgotten: one redemption per voucher, one earning per voucher."""
    await drop_constraint(world.store, *dropped)
    _, _, code, venue_id = await a_voucher(world)
    answers = await _scan_unguarded(world, stores(2), code, venue_id)
    assert (len(of_kind(answers, Redeemed)), len(of_kind(answers, IntegrityError))) == (1, 1)
    assert len(await world.rows(select(redemptions))) == 1


async def test_refunds_at_the_same_moment_never_give_back_more_than_was_taken(
    world: World, stores: Open
) -> None:
    """X23, I5, R48: of five refunds of two of three units one is granted."""
    order_id, *_ = await a_voucher(world, units=3)
    with meeting_at("refund.before_revoke", people=5):
        answers = await race(*(give_back(world, store, order_id, 2) for store in stores(5)))
    assert (len(of_kind(answers, str)), len(of_kind(answers, MayNotRefund))) == (1, 4)
    await drain(world)
    order = await world.order(order_id)
    assert (order.state, order.units_refunded) == ("captured", 2)
    assert [row.state for row in await world.rows(select(refunds))] == ["done"]
    await check_after(world)


async def test_without_lock_and_condition_the_same_vouchers_are_refunded_twice(
    world: World, stores: Open
) -> None:
    """M12: four units' money for two revoked vouchers; the other two still buy dinner."""
    order_id, *_ = await a_voucher(world, units=4)
    meeting = Meeting(2)
    copy = without(
        refunding,
        ('await failpoint("refund.before_revoke")', "await let_go(unit)"),
        let_go=meeting.let_go,
        revoke=without(voucher_rows, *ANY_STATE_IS_REVOKED).revoke,
    )
    answers = await race(*(give_back(world, loose(store), order_id, 2, copy.refund) for store in stores(2)))
    assert len(of_kind(answers, str)) == 2
    assert sum(row.units for row in await world.rows(select(refunds))) == 4
    revoked = await world.rows(select(vouchers.c.id).where(vouchers.c.state == "revoked"))
    assert len(revoked) == 2


async def test_without_the_lock_the_vouchers_condition_still_decides(world: World, stores: Open) -> None:
    """R70: the second guard. Nothing is owed for vouchers that somebody else revoked."""
    order_id, *_ = await a_voucher(world, units=4)
    meeting = Meeting(2)
    copy = without(
        refunding, ('await failpoint("refund.before_revoke")', "await let_go(unit)"), let_go=meeting.let_go
    )
    answers = await race(*(give_back(world, loose(store), order_id, 2, copy.refund) for store in stores(2)))
    assert (len(of_kind(answers, str)), len(of_kind(answers, MayNotRefund))) == (1, 1)
    assert [row.units for row in await world.rows(select(refunds))] == [2]


@pytest.mark.parametrize("first", ["scan", "refund"])
async def test_a_refund_and_a_redemption_have_one_winner(world: World, stores: Open, first: str) -> None:
    """R70: served and paid for, or refunded and turned away."""
    order_id, _, code, venue_id = await a_voucher(world)
    one, other = stores(2)
    scans, refunding_ = scan(world, one, code, venue_id), give_back(world, other, order_id, 1)
    with meeting_at("redeem.after_look", "refund.before_revoke", people=2):
        if first == "scan":
            served, refunded = await race(scans, refunding_)
        else:
            refunded, served = await race(refunding_, scans)
    assert isinstance(refunded, str) != served.answer.accepted
    assert isinstance(refunded, str | MayNotRefund)
    await drain(world)
    order = await world.order(order_id)
    assert order.state == ("captured" if served.answer.accepted else "refunded")
    await check_after(world)


async def test_without_the_condition_a_used_voucher_is_refunded(world: World, stores: Open) -> None:
    """R70 broken: the merchant is owed for the meal and the buyer has the money back."""
    await drop_constraint(world.store, "voucher", "ck_voucher_redeemed_is_whole")
    order_id, _, code, venue_id = await a_voucher(world)
    till = stores(1)[0]

    async def meanwhile(unit: Unit) -> None:
        await let_go(unit)
        assert (await scan(world, till, code, venue_id)).answer.accepted

    copy = without(
        refunding,
        ('await failpoint("refund.before_revoke")', "await meanwhile(unit)"),
        meanwhile=meanwhile,
        revoke=without(voucher_rows, *ANY_STATE_IS_REVOKED).revoke,
    )
    await give_back(world, loose(world.store), order_id, 1, copy.refund)
    assert len(await world.rows(select(redemptions))) == len(await world.rows(select(refunds))) == 1
    assert "I9" in await broken(world)
