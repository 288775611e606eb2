"""Every limitation of a deal as a plain sentence, shown beside the join button before payment (R62)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Protocol

from campaigns.deals.rules import Terms


class _Place(Protocol):
    @property
    def name(self) -> str: ...


def limitations_of(row: Any, terms: Terms, venues: Sequence[_Place]) -> tuple[tuple[str, str], ...]:
    """Pairs of label and sentence: dates, venues, limits, leaving, refunds, then the merchant's own words."""
    return (
        *_dates(row),
        *_venues(venues),
        *_quantities(terms),
        ("Leaving", _leaving(terms)),
        ("Refunds", _refunds(terms)),
        *(("Also", sentence) for sentence in row.limitations),
    )


def written(day: date) -> str:
    """A date in words that mean the same everywhere: 4 Dec 2026."""
    return f"{day.day} {day:%b %Y}"


def _dates(row: Any) -> Iterator[tuple[str, str]]:
    start = f"from {written(row.valid_from_on)} " if row.valid_from_on else ""
    yield "Valid", f"Use it {start}until the end of {written(row.promo_expires_on)}."
    if row.paid_expires_on > row.promo_expires_on:
        yield (
            "After that",
            f"Still worth what you paid for it until the end of {written(row.paid_expires_on)}.",
        )


def _venues(venues: Sequence[_Place]) -> Iterator[tuple[str, str]]:
    if venues:
        yield "Where", f"Redeem it at {_listed([venue.name for venue in venues])}."


def _quantities(terms: Terms) -> Iterator[tuple[str, str]]:
    if terms.min_per_order > 1:
        yield "Order size", f"Sold in orders of at least {terms.min_per_order}."
    if terms.max_per_order is not None:
        yield "Per order", f"At most {terms.max_per_order} in one order."
    if terms.max_per_buyer is not None:
        yield "Per person", f"At most {terms.max_per_buyer} for one person."
    if terms.capacity is not None:
        yield "Places", f"There are {terms.capacity} in all."


def _leaving(terms: Terms) -> str:
    if terms.leave_before_tip == "locked":
        return "Once you have joined, you cannot leave before the deal is decided."
    if terms.is_ladder and terms.freeze_hours:
        return (
            "Leave any time before the deal is on and your hold is released. "
            f"In the last {terms.freeze_hours} hours of a deal that is on, leave only if no price rises."
        )
    return "Leave any time before the deal is on and your hold is released."


def _refunds(terms: Terms) -> str:
    if terms.refund_policy == "until_redeemed":
        return "A voucher you have not used can be refunded."
    return f"A voucher you have not used can be refunded within {terms.refund_hours} hours of the charge."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
