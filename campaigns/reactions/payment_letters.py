"""About money that wants somebody: a failed payment, a refund, money that should not have moved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import select

from campaigns.foundation.facts import read_fact
from campaigns.orders.rows import refunds
from campaigns.reactions.case import Case
from campaigns.reactions.phrases import NOT_CHARGED, Words, about, see_deal, see_order

# What went wrong, and what the buyer can do about it (R42, R43, R45).
PROBLEMS: Mapping[str, tuple[str, str]] = {
    "authentication_required": (
        "Your bank wants you to confirm the payment of {amount}.",
        "Confirm it on your order page, or use another card there.",
    ),
    "declined": (
        "Your bank said no to the payment of {amount}.",
        "Use another card on your order page, or ask your bank and try again.",
    ),
    "hold_ended": (
        "Your bank let the hold go before your card was charged {amount}.",
        "Pay with this or another card on your order page.",
    ),
}
DROPPED: Mapping[str, str] = {
    "problem_days_over": "No payment was confirmed by {deadline}, so your order and your place have ended.",
    "gave_up": "Your order and your place have ended, as you asked.",
}
# Why money goes back, where the buyer may not know (R33, R39, rule e).
GROUNDS: Mapping[str, str] = {
    "deal_canceled": "The deal was canceled.",
    "left": "You asked for it.",
    "merchant": "The merchant granted it.",
    "taken_early": "Your card was charged when it should not have been. That was our mistake.",
}


async def _payment_problem(case: Case) -> Words | None:
    return _problem(case, "Your payment needs you")


async def _payment_reminder(case: Case) -> Words | None:
    return _problem(case, "Reminder: your payment needs you")


def _problem(case: Case, subject: str) -> Words | None:
    """Nothing where the time is over or the buyer gave up: then the end of the order is told."""
    order = case.order
    if order.ending or case.now >= order.problem_ends_at:
        return None
    what, remedy = PROBLEMS[order.reason]
    paragraphs = (
        f"The deal is on. {what.format(amount=case.due)} {NOT_CHARGED}",
        f"{remedy} Your place is kept until {case.time_at(order.problem_ends_at)}.",
        "After that the order ends and you pay nothing.",
        about(case),
    )
    return Words(f"{subject}: {case.title}", paragraphs, ("Pay on your order page", case.order_page))


async def _dropped(case: Case) -> Words:
    deadline = case.time_at(case.order.problem_ends_at) if case.order.problem_ends_at else ""
    why = DROPPED[case.order.reason].format(deadline=deadline)
    return Words(f"Your order has ended: {case.title}", (why, NOT_CHARGED, about(case)), see_order(case))


async def _refunded(case: Case) -> Words | None:
    refund = await case.unit.one(select(refunds).where(refunds.c.id == case.params["refund_id"]))
    if refund is None:
        return None
    amount = case.money(refund.amount_minor)
    kept = case.order.units_captured - case.order.units_refunded
    paragraphs = (
        f"We sent {amount} back to your card, which some banks show after a few days.",
        *((GROUNDS[refund.ground],) if refund.ground in GROUNDS else ()),
        *(("The rest of your order stands.",) if kept > 0 and refund.units else ()),
        about(case),
    )
    return Words(f"{amount} is on its way back to you", paragraphs, see_order(case))


async def _taken_early(case: Case) -> Words | None:
    """Money without a tip goes back at once; told here while it is on its way (F22)."""
    early = (
        refunds.c.order_id == case.order.id,
        refunds.c.ground == "taken_early",
        refunds.c.state != "done",
    )
    refund = await case.unit.one(select(refunds).where(*early).order_by(refunds.c.granted_at.desc()))
    if refund is None:
        return None
    amount = case.money(refund.amount_minor)
    paragraphs = (
        f"Your card was charged {amount} although the deal was not on. That was our mistake.",
        "All of it goes back to your card by itself. We write again when it is sent.",
        about(case),
    )
    return Words(f"{amount} goes back to you: {case.title}", paragraphs, see_order(case))


async def _money_astray(case: Case) -> Words | None:
    """To the platform's operators: a person must find out why."""
    recorded = await read_fact(case.unit, case.params["fact_id"])
    if recorded is None:
        return None
    data = recorded.fact.data
    amount = case.money(data["amount_minor"])
    paragraphs = (
        f"A card was charged {amount} that no order asked for. Its refund has begun by itself.",
        f"Payment: {data['payment_id']}. Order: {case.order.id}.",
        f"Deal: {case.title}, {case.deal.merchant_name}.",
        "A person must look at the processor's records and find out why.",
    )
    return Words(f"Money astray: {amount}, payment {data['payment_id']}", paragraphs, see_deal(case))


PAYMENT_LETTERS: Mapping[str, Callable[[Case], Awaitable[Words | None]]] = {
    "payment_problem": _payment_problem,
    "payment_reminder": _payment_reminder,
    "dropped": _dropped,
    "refunded": _refunded,
    "taken_early": _taken_early,
    "money_astray": _money_astray,
}
