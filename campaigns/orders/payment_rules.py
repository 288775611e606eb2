"""What a payment at the processor means for an order of ours. Pure: the whole table of `apply` in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from campaigns.orders.ports import PaymentView
from campaigns.orders.rules import DealNow


class PaymentMismatch(Exception):
    """A payment says it is ours but differs from the order: nothing moves, a person looks (F15)."""


class Meaning(Enum):
    """What is to be done about a payment as it was read."""

    NOTHING = "nothing"
    COMMIT = "commit"  # the hold is good: it counts
    COMMIT_AGAIN = "commit_again"  # the place had lapsed: if one is free, it counts after all (R23)
    TURN_AWAY = "turn_away"  # confirmed too late, or its buyer had left: release it
    RESUME = "resume"  # another card for an order whose capture failed
    WITHDRAW = "withdraw"  # another card, but its days are over: release it, then the order is dropped
    CAPTURED = "captured"
    TAKEN_EARLY = "taken_early"  # money without a tip: give it back, tell a person
    RELEASED = "released"
    HOLD_ENDED = "hold_ended"
    FAILED = "failed"  # declined, or wants the buyer
    DROP = "drop"
    RELEASE_STRAY = "release_stray"  # a hold no order needs
    REFUND_STRAY = "refund_stray"  # money no order needs


@dataclass(frozen=True)
class OrderNow:
    """An order as a decision finds it, under its lock."""

    state: str
    reason: str | None
    attempt: int
    payment_id: str | None
    held_minor: int
    currency: str
    problem_ends_at: datetime | None


def check_ours(order: OrderNow, payment: PaymentView) -> None:
    """Compare amount and currency before believing a payment (rule f). Raises PaymentMismatch."""
    if payment.attempt == order.attempt and payment.amount_minor != order.held_minor:
        raise PaymentMismatch(
            f"{payment.payment_id}: {payment.amount_minor} held, {order.held_minor} expected"
        )
    if payment.currency != order.currency:
        raise PaymentMismatch(f"{payment.payment_id}: {payment.currency}, {order.currency} expected")


def meaning(order: OrderNow, deal: DealNow, payment: PaymentView, now: datetime) -> Meaning:
    """The row of the table for this order, deal and payment."""
    if payment.attempt != order.attempt or order.payment_id not in (None, payment.payment_id):
        return _stray(payment)
    if payment.status == "requires_capture":
        return _held(order, deal, payment, now)
    if payment.status == "succeeded":
        return _succeeded(order, deal)
    if payment.status == "canceled":
        return _canceled(order, deal, now)
    if payment.status == "requires_payment_method" and payment.error_code and order.state == "capturing":
        return Meaning.FAILED
    return Meaning.NOTHING


def _stray(payment: PaymentView) -> Meaning:
    """Not the attempt the order stands on: no reason to keep its money."""
    if payment.status == "requires_capture":
        return Meaning.RELEASE_STRAY
    return Meaning.REFUND_STRAY if payment.status == "succeeded" else Meaning.NOTHING


def in_time(deal: DealNow, confirmed_at: datetime | None, now: datetime) -> bool:
    """Confirmed before the grace ended, by the processor's clock, in a deal not yet decided (R12, R19)."""
    return deal.state in ("open", "tipped", "settling") and (confirmed_at or now) < deal.terms.grace_ends_at


def _held(order: OrderNow, deal: DealNow, payment: PaymentView, now: datetime) -> Meaning:
    if order.state == "pending":
        return Meaning.COMMIT if in_time(deal, payment.confirmed_at, now) else Meaning.TURN_AWAY
    if order.state in ("lapsed", "payment_problem") and order.payment_id is not None:
        return Meaning.NOTHING  # this hold is known: what says that it stands was read before it ended
    if order.state == "lapsed":
        again = order.reason not in ("left", "deal_canceled") and now < deal.terms.grace_ends_at
        return (
            Meaning.COMMIT_AGAIN if again and in_time(deal, payment.confirmed_at, now) else Meaning.TURN_AWAY
        )
    if order.state == "payment_problem":
        before_deadline = order.problem_ends_at is None or now < order.problem_ends_at
        return Meaning.RESUME if before_deadline else Meaning.WITHDRAW
    return Meaning.RELEASE_STRAY if order.state in ("released", "dropped") else Meaning.NOTHING


def _succeeded(order: OrderNow, deal: DealNow) -> Meaning:
    if order.state in ("captured", "refunding", "refunded", "disputed", "charged_back"):
        return Meaning.NOTHING
    if deal.tipped and order.state in ("pending", "authorized", "capturing", "payment_problem"):
        return Meaning.CAPTURED
    return Meaning.TAKEN_EARLY if order.state not in ("released", "dropped") else Meaning.REFUND_STRAY


def _canceled(order: OrderNow, deal: DealNow, now: datetime) -> Meaning:
    if order.state == "releasing":
        return Meaning.RELEASED
    if order.state in ("authorized", "capturing", "pending"):
        return Meaning.HOLD_ENDED
    past = order.problem_ends_at is not None and now >= order.problem_ends_at
    return Meaning.DROP if order.state == "payment_problem" and past else Meaning.NOTHING
