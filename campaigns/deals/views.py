"""Deals as pages and API read them: frozen, with every decision of the card already made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from campaigns.deals.limitations import limitations_of
from campaigns.deals.rows import terms_of
from campaigns.deals.rules import Count, Terms, phase_of, tier_reached
from campaigns.foundation.ids import DealId, OrganizationId, VenueId
from campaigns.foundation.money import Money

# Without a limit of the deal's own, a page offers this many quantities.
_QUANTITIES = 10


@dataclass(frozen=True)
class TierView:
    """One price. `boundary` is the count at which people really pay it: its start, or the threshold if later.

    `reached` once the count is there, `current` for the price now, `next` for the one to be reached next.
    """

    start: int
    boundary: int
    price: Money
    reached: bool
    current: bool
    next: bool


@dataclass(frozen=True)
class Segment:
    """One part of the progress bar, from `start` to `boundary` of the count; `fill` is 0 to 1 (U12)."""

    start: int
    boundary: int
    fill: float
    reached: bool


@dataclass(frozen=True)
class VenueView:
    """A place where vouchers are redeemed; `zone` is an IANA name.

    Degrees on `datum`, or None for a venue that nobody placed. `self_check_in`: its merchant lets holders redeem
    alone, as far as the venue is placed.
    """

    id: VenueId
    name: str
    address: str
    city: str
    zone: str
    latitude: float | None = None
    longitude: float | None = None
    datum: str = "wgs84"
    radius_m: int = 150
    max_accuracy_m: int = 100
    max_position_age_s: int = 120
    self_check_in: bool = False


NOBODY_COUNTS = Count(0, 0, 0)


@dataclass(frozen=True)
class Tally:
    """What orders know about a deal: what counts now, who ever joined (R37), payments being confirmed."""

    count: Count = NOBODY_COUNTS
    ever: int = 0
    pending: int = 0


NOBODY = Tally()


@dataclass(frozen=True)
class DealView:
    """A deal as its page shows it. Counts are those that tip it (R64); `money` counts are minor units."""

    id: DealId
    organization_id: OrganizationId
    slug: str
    state: str
    version: int
    title: str
    summary: str
    description: str
    merchant_slug: str
    merchant_name: str
    city: str
    image: str | None
    image_alt: str
    currency: str
    list_price: Money | None
    list_price_evidence: str
    list_price_from_on: date | None
    list_price_until_on: date | None
    tiers: tuple[TierView, ...]
    is_ladder: bool
    price_now: Money
    price_top: Money
    saving_percent: int | None
    threshold: int
    threshold_counts: str
    count: int
    missing: int
    buyers_active: int
    buyers_ever: int
    units_taken: int
    capacity: int | None
    units_left: int | None
    segments: tuple[Segment, ...]
    opens_at: datetime
    closes_at: datetime
    grace_ends_at: datetime
    decide_by: datetime
    zone: str
    tipped_at: datetime | None
    tipped_by: str | None
    decided_at: datetime | None
    waived: bool
    sold_out: bool
    phase: str
    pending: int
    joinable: bool
    may_waive: bool
    min_per_order: int
    max_per_order: int | None
    max_per_buyer: int | None
    order_limit: int
    place_minutes: int
    grace_minutes: int
    leave_before_tip: str
    refund_policy: str
    refund_hours: int
    freeze_hours: int
    valid_from_on: date | None
    promo_expires_on: date
    paid_expires_on: date
    venues: tuple[VenueView, ...]
    limitations: tuple[tuple[str, str], ...]
    review_note: str
    published_at: datetime | None


@dataclass(frozen=True)
class DealCard:
    """A deal as the board shows it."""

    id: DealId
    slug: str
    title: str
    summary: str
    merchant_name: str
    city: str
    image: str | None
    image_alt: str
    is_ladder: bool
    price_now: Money
    list_price: Money | None
    saving_percent: int | None
    threshold: int
    threshold_counts: str
    count: int
    missing: int
    buyers_active: int
    segments: tuple[Segment, ...]
    opens_at: datetime
    closes_at: datetime
    zone: str
    phase: str
    sold_out: bool
    waived: bool
    tipped_at: datetime | None


def deal_view(row: Any, venues: tuple[VenueView, ...], tally: Tally, now: datetime) -> DealView:
    """The page of a deal. `row` is one of `rows.deal_page_rows()`."""
    terms = terms_of(row)
    # A name that columns and view share is the same thing in both.
    same = {name: getattr(row, name) for name in DealView.__dataclass_fields__.keys() & row._mapping.keys()}
    venue_rows = tuple(venues)
    return DealView(
        **{
            **same,
            **_prices(row, terms, tally.count),
            **_progress(row, terms, tally),
            **_joining(row, terms, now),
            "venues": venue_rows,
            "limitations": limitations_of(row, terms, venue_rows),
        }
    )


def card_of(view: DealView) -> DealCard:
    return DealCard(**{name: getattr(view, name) for name in DealCard.__dataclass_fields__})


def saving_percent(list_price_minor: int | None, price_minor: int) -> int | None:
    """The discount in whole percent, rounded down: it never promises too much (R61). None: no saving."""
    if list_price_minor is None or price_minor >= list_price_minor:
        return None
    return (list_price_minor - price_minor) * 100 // list_price_minor


def segments_of(terms: Terms, count: int) -> tuple[Segment, ...]:
    """The threshold and every tier start above 1, sorted, each with its share of the way (U12)."""
    boundaries = sorted({terms.threshold, *(tier.start for tier in terms.tiers if tier.start > 1)})
    segments, start = [], 0
    for boundary in boundaries:
        fill = min(max((count - start) / (boundary - start), 0.0), 1.0)
        segments.append(Segment(start, boundary, fill, count >= boundary))
        start = boundary
    return tuple(segments)


def tiers_of(terms: Terms, count: int) -> tuple[TierView, ...]:
    now = terms.tiers.index(tier_reached(terms.tiers, count))
    return tuple(
        TierView(
            start=tier.start,
            boundary=tier.start if terms.threshold_counts == "money" else max(tier.start, terms.threshold),
            price=Money(tier.price_minor, terms.currency),
            reached=count >= tier.start,
            current=place == now,
            next=place == now + 1,
        )
        for place, tier in enumerate(terms.tiers)
    )


def _prices(row: Any, terms: Terms, count: Count) -> Mapping[str, Any]:
    counted = count.by(terms.threshold_counts)
    price_minor = row.final_price_minor or tier_reached(terms.tiers, counted).price_minor
    listed = row.list_price_minor
    return {
        "list_price": None if listed is None else Money(listed, terms.currency),
        "tiers": tiers_of(terms, counted),
        "is_ladder": terms.is_ladder,
        "price_now": Money(price_minor, terms.currency),
        "price_top": Money(terms.held_price_minor, terms.currency),
        "saving_percent": saving_percent(listed, price_minor),
    }


def _progress(row: Any, terms: Terms, tally: Tally) -> Mapping[str, Any]:
    counted = tally.count.by(terms.threshold_counts)
    return {
        "count": counted,
        "missing": max(terms.threshold - counted, 0),
        "buyers_active": tally.count.buyers,
        "buyers_ever": max(tally.ever, tally.count.buyers),
        "units_left": terms.units_left(row.units_taken),
        "segments": segments_of(terms, counted),
        "pending": tally.pending,
    }


def _joining(row: Any, terms: Terms, now: datetime) -> Mapping[str, Any]:
    sold_out = terms.is_sold_out(row.units_taken)
    phase = phase_of(row.state, terms, opens_at=row.opens_at, units_taken=row.units_taken, now=now)
    limits = (terms.max_per_order, terms.max_per_buyer, terms.units_left(row.units_taken))
    most = terms.max_per_order or terms.min_per_order + _QUANTITIES - 1
    return {
        "sold_out": sold_out,
        "phase": phase,
        "joinable": phase in ("open", "tipped"),
        "order_limit": min([most, *(limit for limit in limits if limit is not None)]),
        "grace_ends_at": terms.grace_ends_at,
    }
