"""To buyers whose order ended without a charge, or whose deal did: why, and where the money is (U7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select

from campaigns.foundation.facts import facts
from campaigns.orders.rows import orders, refunds
from campaigns.reactions.case import Case
from campaigns.reactions.phrases import (
    NOT_CHARGED,
    Words,
    about,
    not_taken,
    progress,
    quoted,
    see_deal,
    see_order,
)


@dataclass(frozen=True)
class Ending:
    """Why an order ended. `again` says whether its buyer may join once more while the deal is open."""

    subject: str
    why: str
    again: bool = False


ENDINGS: Mapping[str, Ending] = {
    "place_lapsed": Ending(
        "Your place is free again", "No payment was confirmed while we kept a place for you.", again=True
    ),
    "declined": Ending(
        "Your payment could not be made",
        "The payment could not be made, so your place is free again.",
        again=True,
    ),
    "deal_closed": Ending(
        "The deal closed before you paid", "The deal closed before your payment was confirmed."
    ),
    "hold_ended": Ending(
        "Your hold has ended",
        "Your bank let the hold go before the deal was decided, so you are no longer in.",
        again=True,
    ),
    "left": Ending("You left", "You left the deal, as you asked."),
    "too_late": Ending(
        "Your payment came too late",
        "Your payment was confirmed after the deal had closed, so it did not count.",
    ),
    "no_place": Ending(
        "No place was left",
        "Your payment was confirmed after your place had ended, and by then all places were taken.",
    ),
}


async def _ended(case: Case, *, ending: Ending) -> Words:
    join = ending.again and case.deal.state in ("open", "tipped") and case.now < case.deal.closes_at
    paragraphs = (
        ending.why,
        not_taken(case),
        *(("You can join again while the deal is open.",) if join else ()),
        about(case),
    )
    action = see_deal(case) if join else see_order(case)
    return Words(f"{ending.subject}: {case.title}", paragraphs, action)


async def _failed(case: Case) -> Words:
    """The true count and the way of the money, in one breath."""
    reached = progress(case, await count_at_failure(case))
    return Words(
        f"Not enough people: {case.title}",
        (f"{reached}. {not_taken(case)}", about(case)),
        see_order(case),
    )


async def count_at_failure(case: Case) -> int:
    """What counted when the deal failed, read from the orders it let go (R1-R3, R64)."""
    what = {
        "buyers": func.count(orders.c.counts_as.distinct()),
        "units": func.coalesce(func.sum(orders.c.units), 0),
        "money": func.coalesce(func.sum(orders.c.units * orders.c.unit_price_minor), 0),
    }[case.deal.threshold_counts]
    let_go = (orders.c.deal_id == case.deal.id, orders.c.reason == "deal_failed", orders.c.counts)
    return int(await case.unit.value(select(what).where(*let_go)) or 0)


async def _canceled(case: Case) -> Words:
    reason = await cancel_reason(case)
    paragraphs = (
        "The deal was canceled.",
        *((f"The reason given: {quoted(reason)}",) if reason else ()),
        await _money_of_canceled(case),
        about(case),
    )
    return Words(f"Canceled: {case.title}", paragraphs, see_order(case))


async def cancel_reason(case: Case) -> str:
    """The words the deal was canceled with."""
    canceled = (facts.c.deal_id == case.deal.id, facts.c.machine == "deal", facts.c.to_state == "canceled")
    data = await case.unit.value(select(facts.c.data).where(*canceled).order_by(facts.c.id.desc()).limit(1))
    return str((data or {}).get("reason", ""))


async def _money_of_canceled(case: Case) -> str:
    state = case.order.state
    if state in ("lapsed", "releasing", "released"):
        return not_taken(case)
    if state in ("payment_problem", "dropped"):
        return NOT_CHARGED
    if state == "capturing":
        return "Your card may just have been charged. If it was, we send all of it back and write again."
    granted = (refunds.c.order_id == case.order.id, refunds.c.ground == "deal_canceled")
    amount = await case.unit.value(select(func.sum(refunds.c.amount_minor)).where(*granted))
    if not amount:
        return "What you have used is not refunded, and there is nothing else to refund."
    return f"{case.money(int(amount))} for unused vouchers goes back to your card. We write when it is sent."


ENDED_LETTERS: Mapping[str, Callable[[Case], Awaitable[Words | None]]] = {
    **{letter: partial(_ended, ending=ending) for letter, ending in ENDINGS.items()},
    "failed": _failed,
    "canceled": _canceled,
}
