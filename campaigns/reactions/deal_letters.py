"""To the owners of a merchant about its deals, and to the operators about what they must review."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from campaigns.deals.rows import terms_of
from campaigns.orders.rows import orders, refunds
from campaigns.reactions.case import Case
from campaigns.reactions.ended_letters import cancel_reason, count_at_failure
from campaigns.reactions.phrases import Words, counted, plural, progress, quoted, see_deal


async def _submitted(case: Case) -> Words:
    paragraphs = (
        f"{case.deal.merchant_name} handed in {quoted(case.title)} for review.",
        f"Opens {case.time_at(case.deal.opens_at)}, closes {case.time_at(case.deal.closes_at)}.",
        "Approve it or send it back with reasons on the review page.",
    )
    return Words(f"For review: {case.title}", paragraphs, ("Review it", case.links.review()))


async def _sent_back(case: Case) -> Words:
    paragraphs = (
        f"Your deal {quoted(case.title)} was not published yet. This must change first:",
        case.deal.review_note,
        "Change the draft and hand it in again.",
    )
    return Words(
        f"Please change: {case.title}", paragraphs, ("Change it", case.links.console_deal(case.deal.id))
    )


async def _approved(case: Case) -> Words:
    paragraphs = (
        f"Your deal {quoted(case.title)} is approved and public.",
        f"People can join from {case.time_at(case.deal.opens_at)} until {case.time_at(case.deal.closes_at)}.",
    )
    return Words(f"Approved: {case.title}", paragraphs, see_deal(case))


async def _opened(case: Case) -> Words:
    paragraphs = (
        f"Your deal {quoted(case.title)} is open until {case.time_at(case.deal.closes_at)}.",
        f"It is on when it reaches {counted(case, case.deal.threshold)}. Send people its address.",
    )
    return Words(f"Open: {case.title}", paragraphs, see_deal(case))


async def _tipped(case: Case) -> Words:
    deal = case.deal
    how = {
        "threshold": f"It reached {counted(case, deal.threshold)}.",
        "capacity": "All its capacity is taken.",
        "waiver": f"You waived the minimum at {progress(case, deal.count_at_tip)}.",
    }.get(deal.tipped_by, "")
    if case.is_ladder:
        money = "Cards are held until it closes; then everyone is charged the same final price."
    else:
        money = "Cards are being charged now, and everyone charged gets a voucher."
    closes = f"People can still join until {case.time_at(deal.closes_at)}."
    paragraphs = (
        f"Your deal {quoted(case.title)} is on. {how}",
        money,
        *((closes,) if _joinable(case) else ()),
    )
    return Words(f"It's on: {case.title}", paragraphs, see_deal(case))


def _joinable(case: Case) -> bool:
    sold_out = terms_of(case.deal).is_sold_out(case.deal.units_taken)
    return case.deal.state == "tipped" and not sold_out and bool(case.now < case.deal.closes_at)


async def _failed(case: Case) -> Words:
    paragraphs = (
        f"Your deal {quoted(case.title)} closed with {progress(case, await count_at_failure(case))}.",
        "Nobody was charged. Every hold is being released, and all buyers are told.",
    )
    return Words(f"Not enough people: {case.title}", paragraphs, see_deal(case))


async def _canceled(case: Case) -> Words:
    reason = await cancel_reason(case)
    paragraphs = (
        f"The deal {quoted(case.title)} was canceled.",
        *((f"The reason given: {quoted(reason)}",) if reason else ()),
        "Every hold is being released, and unused vouchers are refunded. All buyers are told.",
    )
    # A deal canceled before it was published has no page.
    return Words(f"Canceled: {case.title}", paragraphs, see_deal(case) if case.deal.published_at else None)


async def _settled(case: Case) -> Words:
    """What was charged and what went back, from the orders themselves (R85)."""
    mine = orders.c.deal_id == case.deal.id
    figures = select(
        func.count(orders.c.counts_as.distinct()).label("people"),
        func.coalesce(func.sum(orders.c.units_captured), 0).label("units"),
        func.coalesce(func.sum(orders.c.due_minor), 0).label("minor"),
    )
    charged: Any = await case.unit.one(figures.where(mine, orders.c.units_captured > 0))
    back = await case.unit.value(
        select(func.sum(refunds.c.amount_minor)).join(orders, orders.c.id == refunds.c.order_id).where(mine)
    )
    unpaid = await case.unit.value(select(func.count()).where(mine, orders.c.state == "dropped"))
    paid = f"{plural(charged.people, 'person', 'people')} paid {case.money(int(charged.minor))}"
    paragraphs = (
        f"Your deal {quoted(case.title)} is settled.",
        f"{paid} for {plural(int(charged.units), 'voucher', 'vouchers')}.",
        *((f"{case.money(int(back))} of that was refunded or is on its way back.",) if back else ()),
        *((f"{plural(unpaid, 'order', 'orders')} ended unpaid.",) if unpaid else ()),
    )
    return Words(f"Settled: {case.title}", paragraphs, see_deal(case))


DEAL_LETTERS: Mapping[str, Callable[[Case], Awaitable[Words | None]]] = {
    "deal_submitted": _submitted,
    "deal_sent_back": _sent_back,
    "deal_approved": _approved,
    "deal_opened": _opened,
    "deal_tipped": _tipped,
    "deal_failed": _failed,
    "deal_canceled": _canceled,
    "deal_settled": _settled,
}
