"""To buyers who are in: held, on, charged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from campaigns.deals.queries import venues_of
from campaigns.deals.rows import terms_of
from campaigns.deals.rules import tier_reached
from campaigns.orders.rows import count_committed
from campaigns.reactions.case import Case
from campaigns.reactions.formats import day_on
from campaigns.reactions.phrases import Words, about, counted, plural, see_order, vouchers
from campaigns.vouchers.rows import vouchers as voucher_rows
from campaigns.vouchers.rules import SPENDABLE


async def _held(case: Case) -> Words:
    """Joined before the tip: where the money is, when it is decided, how to get out (U3)."""
    paragraphs = (
        _held_now(case),
        _what_then(case),
        await _missing(case),
        _leaving(case),
        about(case),
    )
    return Words(f"You're in: {case.title}", tuple(filter(None, paragraphs)), see_order(case))


def _held_now(case: Case) -> str:
    if case.is_ladder:
        return f"Your card is held, not charged. We hold {case.held}, the most you can pay."
    return f"Your card is held, not charged. The hold is {case.held}."


def _what_then(case: Case) -> str:
    goal = f"If the deal reaches {counted(case, case.deal.threshold)} by {case.time_at(case.deal.closes_at)}"
    if case.is_ladder:
        then = f"you pay the final price when it closes, never more than {case.held}"
    else:
        then = f"your card is charged {case.held} and we e-mail {vouchers(case.order.units)}"
    return f"{goal}, {then}. If it doesn't, the hold is released and you pay nothing."


async def _missing(case: Case) -> str:
    count = await count_committed(case.unit, case.deal.id, tipped=False)
    missing = case.deal.threshold - count.by(case.deal.threshold_counts)
    if missing <= 0:
        return ""
    if case.deal.threshold_counts == "buyers":
        return f"{plural(missing, 'more person', 'more people')} and it's on."
    return f"{counted(case, missing)} more and it's on."


def _leaving(case: Case) -> str:
    if case.deal.leave_before_tip == "locked":
        return "This deal doesn't let buyers leave before it is decided."
    return "You can leave on your order page until the deal is on; the hold is released and you pay nothing."


async def _on(case: Case) -> Words:
    """A ladder deal is on: the hold stays until the price is final (R50, U4)."""
    most = f"never more than {case.held}"
    if case.deal.state == "settling":
        pay = f"The deal has closed. You pay the final price, {most}; your card is charged in a moment."
    else:
        pay = f"You pay the final price when the deal closes, {case.time_at(case.deal.closes_at)}, {most}."
    paragraphs = (
        *_waived(case),
        f"The deal is on. We hold {case.held}; nothing is charged yet.",
        f"{pay} {await _as_it_stands(case)}",
        "Everyone pays the same final price, even those who joined first.",
        f"We e-mail {vouchers(case.order.units)} after that.",
        about(case),
    )
    return Words(f"It's on: {case.title}", paragraphs, see_order(case))


async def _as_it_stands(case: Case) -> str:
    count = await count_committed(case.unit, case.deal.id, tipped=True)
    terms = terms_of(case.deal)
    price = tier_reached(terms.tiers, count.by(terms.threshold_counts)).price_minor
    return f"As it stands that is {case.money(price * case.order.units)}."


def _waived(case: Case) -> tuple[str, ...]:
    """A deal honoured below its threshold says so (R60)."""
    if not case.deal.waived:
        return ()
    return (f"The merchant waives the minimum of {counted(case, case.deal.threshold)}.",)


async def _charged(case: Case) -> Words | None:
    """The card was charged, and here is what for. Without a voucher left there is nothing to show (R65)."""
    mine = (voucher_rows.c.order_id == case.order.id, voucher_rows.c.state.in_(SPENDABLE))
    rows = await case.unit.all(select(voucher_rows).where(*mine).order_by(voucher_rows.c.unit_no))
    if not rows:
        return None
    ready = "Your voucher is ready." if len(rows) == 1 else f"Your {len(rows)} vouchers are ready."
    paragraphs = (
        *_waived(case),
        f"The deal is on. Your card was charged {case.due}.{_less_than_held(case)}",
        f"{ready} {await _where(case, rows)}",
        *(f"Voucher {row.unit_no}: {case.links.voucher(row.id)}" for row in rows if len(rows) > 1),
        _refund(case),
        about(case),
    )
    action = see_order(case) if len(rows) > 1 else ("Show your voucher", case.links.voucher(rows[0].id))
    return Words(f"It's on: {vouchers(len(rows))} for {case.title}", paragraphs, action)


def _less_than_held(case: Case) -> str:
    if case.order.due_minor == case.order.units * case.order.unit_price_minor:
        return ""
    return f" That is the final price; the rest of the {case.held} we held is released."


async def _where(case: Case, rows: Sequence[Any]) -> str:
    places = (await venues_of(case.unit, [case.deal.id]))[case.deal.id]
    named = _either([place.name for place in places])
    show = "Show it" if len(rows) == 1 else "Show them"
    where = f"{show} at {named}" if named else show
    since = f" from {day_on(rows[0].valid_from_on)}" if rows[0].valid_from_on else ""
    return f"{where}{since} until {day_on(rows[0].promo_expires_on)}."


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _refund(case: Case) -> str:
    """How long unused vouchers go back, with the page where they do (R33)."""
    page = f"Your order page: {case.order_page}"
    if case.deal.refund_policy == "until_redeemed":
        return f"You can ask for your money back as long as a voucher is unused. {page}"
    ends_at = case.order.captured_at + timedelta(hours=case.deal.refund_hours)
    return f"You can ask for your money back for unused vouchers until {case.time_at(ends_at)}. {page}"


ORDER_LETTERS: Mapping[str, Callable[[Case], Awaitable[Words | None]]] = {
    "held": _held,
    "on": _on,
    "charged": _charged,
}
