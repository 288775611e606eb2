"""The only place where the processor's truth becomes order state: for answers, notices and sweeps alike.

One transaction: lock the deal, then the order, compare, move forward only, record. A commitment that reaches the
threshold tips the deal in the same transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select, update

from campaigns.deals.rows import lock_deal, touch_deal
from campaigns.foundation.effects import owe
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Unit
from campaigns.orders.fulfil import fulfil
from campaigns.orders.join import deal_now
from campaigns.orders.lapse import drop
from campaigns.orders.owed import capture_effect, release_effect, release_stray
from campaigns.orders.payment_rules import Meaning, OrderNow, PaymentMismatch, check_ours, meaning
from campaigns.orders.ports import PaymentView
from campaigns.orders.refund import refund_unredeemed
from campaigns.orders.rows import free_units, lock_order, move_order, orders, read_order, take_units
from campaigns.orders.rules import COMMITTED
from campaigns.orders.strays import refund_stray, taken_early
from campaigns.orders.tip import begin_captures, tip_if_reached
from campaigns.orders.withdraw import give_up


class OrderUnknown(Exception):
    """A payment of ours names an order we do not have yet: its transaction may still be on the way (F10)."""


@dataclass
class Case:
    """One payment meeting one order, both locked."""

    unit: Unit
    deal: Any
    order: Any
    payment: PaymentView
    now: datetime
    keys: Keys


async def apply_payment(payment: PaymentView, *, unit: Unit, now: datetime, keys: Keys) -> str:
    """Bring the order to what the payment says. Answers its state afterwards, or `ignored` if it is not ours.

    Raises OrderUnknown, and PaymentMismatch when the amounts differ (F15). Repeating it changes nothing.
    """
    if not payment.ours or payment.order_id is None:
        return "ignored"
    peek = await read_order(unit, payment.order_id)
    if peek is None:
        raise OrderUnknown(payment.order_id)
    deal = await lock_deal(unit, peek.deal_id)
    order = await lock_order(unit, peek.id)
    facts = OrderNow(
        order.state,
        order.reason,
        order.attempt,
        order.payment_id,
        order.units * order.unit_price_minor,
        order.currency,
        order.problem_ends_at,
    )
    check_ours(facts, payment)
    what = meaning(facts, deal_now(deal), payment, now)
    await failpoint(f"apply.{what.value}")
    case = Case(unit, deal, order, payment, now, keys)
    if what is not Meaning.NOTHING:
        await _MEANS[what](case)
    after = await read_order(unit, order.id)
    return str(after.state)


async def _commit(case: Case) -> None:
    """The hold is confirmed: from now on the order counts, and may be the one that tips the deal."""
    payment, unit = case.payment, case.unit
    same = await _same_person(case)
    await move_order(
        unit, case.order, "authorized", case.now, payment_id=payment.payment_id,
        counts_as=same, committed_at=case.now, **_card(payment),
    )  # fmt: skip
    await touch_deal(unit, case.deal.id)
    deal = deal_now(case.deal)
    if deal.captures_at_once:
        await begin_captures(unit, case.deal.id, case.now)
    else:
        await tip_if_reached(unit, case.deal, case.now)


async def _commit_again(case: Case) -> None:
    """Paid after the place had lapsed: it counts if a place is still free (R23)."""
    if await take_units(case.unit, case.deal.id, case.order.units):
        await _commit(case)
    else:
        await _turn_away(case, reason="no_place")


async def _turn_away(case: Case, reason: str | None = None) -> None:
    order = case.order
    if order.state == "pending":
        await free_units(case.unit, case.deal.id, order.units)
    canceled = case.deal.state == "canceled"
    why = reason or ("left" if order.reason == "left" else "deal_canceled" if canceled else "too_late")
    held = {"payment_id": case.payment.payment_id, **_card(case.payment)}
    await move_order(case.unit, order, "releasing", case.now, reason=why, **held)
    await owe(case.unit, [release_effect(await read_order(case.unit, order.id), case.now)])


async def _resume(case: Case) -> None:
    """Another card for an order whose capture had failed: capture that one, in a ladder once its price stands."""
    held = {"payment_id": case.payment.payment_id, **_card(case.payment)}
    if deal_now(case.deal).captures_at_once:
        await move_order(case.unit, case.order, "capturing", case.now, **held)
        await owe(case.unit, [capture_effect(await read_order(case.unit, case.order.id), case.now)])
        return
    mended_by = case.deal.decide_by + timedelta(days=case.deal.problem_days)
    ends_at = max(case.order.problem_ends_at or mended_by, mended_by)
    await _keep(case, problem_ends_at=ends_at, **held)


async def _withdraw(case: Case) -> None:
    """Another card for an order that has ended or run out of days: let it go; the order is dropped when it is gone."""
    await _keep(case, payment_id=case.payment.payment_id, **_card(case.payment))
    await owe(case.unit, [release_effect(await read_order(case.unit, case.order.id), case.now)])


async def _keep(case: Case, **columns: Any) -> None:
    await case.unit.run(update(orders).where(orders.c.id == case.order.id).values(**columns))


async def _captured(case: Case) -> None:
    """The money is taken: by the moves of the table to `captured`, with vouchers and journal in this transaction."""
    if case.payment.received_minor != case.order.due_minor:
        raise PaymentMismatch(
            f"{case.payment.payment_id}: {case.payment.received_minor} taken, {case.order.due_minor} due"
        )
    onward = {
        "pending": ("authorized", "capturing"),
        "authorized": ("capturing",),
        "payment_problem": ("capturing",),
    }
    for state in onward.get(case.order.state, ()):
        await move_order(case.unit, case.order, state, case.now, payment_id=case.payment.payment_id)
        case.order = await read_order(case.unit, case.order.id)
    await fulfil(case.unit, case.deal, case.order, case.now, case.keys)
    if case.deal.state == "canceled":
        await refund_unredeemed(case.unit, await read_order(case.unit, case.order.id), case.now)


async def _taken_early(case: Case) -> None:
    if case.order.state in ("pending", *COMMITTED):
        await free_units(case.unit, case.deal.id, case.order.units)
    await taken_early(case.unit, case.order, case.payment, case.now)


async def _refund_stray(case: Case) -> None:
    await refund_stray(case.unit, case.order, case.payment, case.now)


async def _release_stray(case: Case) -> None:
    await owe(case.unit, [release_stray(case.order.id, case.payment.payment_id, case.now)])


async def _released(case: Case) -> None:
    await move_order(case.unit, case.order, "released", case.now, reason=case.order.reason)


async def _hold_ended(case: Case) -> None:
    """The bank let the hold go although we did not: before the tip it lapses, after it the buyer is asked (R42)."""
    order, tipped = case.order, deal_now(case.deal).tipped
    if order.state == "pending" or (order.state == "authorized" and not tipped):
        await free_units(case.unit, case.deal.id, order.units)
        reason = "hold_ended" if order.state == "authorized" else "place_lapsed"
        await move_order(case.unit, order, "lapsed", case.now, reason=reason)
        return
    await _problem(case, "hold_ended")


async def _failed(case: Case) -> None:
    wanted = "authentication_required" if case.payment.error_code == "authentication_required" else "declined"
    await _problem(case, wanted)


async def _problem(case: Case, reason: str) -> None:
    """The tip stands whatever is declined; the buyer gets `problem_days` to mend it (R43)."""
    ends_at = case.order.problem_ends_at or case.now + timedelta(days=case.deal.problem_days)
    await move_order(
        case.unit, case.order, "payment_problem", case.now, reason=reason, problem_ends_at=ends_at
    )
    if case.deal.state == "canceled":
        troubled = await read_order(case.unit, case.order.id)
        await give_up(case.unit, troubled, case.now, ending="deal_canceled")


async def _drop(case: Case) -> None:
    await drop(case.unit, case.order, case.now)


def _card(payment: PaymentView) -> dict[str, Any]:
    return {
        "capture_before": payment.capture_before,
        "card_brand": payment.card_brand,
        "card_last4": payment.card_last4,
        "card_fingerprint": payment.card_fingerprint,
    }


async def _same_person(case: Case) -> str:
    """One card is one buyer: orders of the deal that share it count as one (R3)."""
    mine, print_ = str(case.order.counts_as), case.payment.card_fingerprint
    if print_ is None:
        return mine
    others = (
        orders.c.deal_id == case.deal.id,
        orders.c.card_fingerprint == print_,
        orders.c.id != case.order.id,
    )
    other = await case.unit.value(
        select(orders.c.counts_as).where(*others).order_by(orders.c.placed_at).limit(1)
    )
    if other is None or other == mine:
        return mine
    await case.unit.run(
        update(orders)
        .where(and_(orders.c.deal_id == case.deal.id, orders.c.counts_as == mine))
        .values(counts_as=other)
    )
    return str(other)


_MEANS: dict[Meaning, Callable[[Case], Awaitable[None]]] = {
    Meaning.COMMIT: _commit,
    Meaning.COMMIT_AGAIN: _commit_again,
    Meaning.TURN_AWAY: _turn_away,
    Meaning.RESUME: _resume,
    Meaning.WITHDRAW: _withdraw,
    Meaning.CAPTURED: _captured,
    Meaning.TAKEN_EARLY: _taken_early,
    Meaning.RELEASED: _released,
    Meaning.HOLD_ENDED: _hold_ended,
    Meaning.FAILED: _failed,
    Meaning.DROP: _drop,
    Meaning.RELEASE_STRAY: _release_stray,
    Meaning.REFUND_STRAY: _refund_stray,
}
