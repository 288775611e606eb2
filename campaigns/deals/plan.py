"""What a merchant plans to sell, as typed values: an offer and the terms of one deal on it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from campaigns.deals.rules import Terms, Tier


@dataclass(frozen=True)
class OfferPlan:
    """The columns of an offer."""

    title: str
    summary: str
    description: str
    image: str | None
    image_alt: str
    language: str
    currency: str
    list_price_minor: int | None
    list_price_evidence: str
    list_price_from_on: date | None
    list_price_until_on: date | None

    @property
    def columns(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class DealPlan:
    """The columns of a deal that its merchant writes. `closes_wall` is a bare date where a day ends it."""

    opens_at: datetime
    closes_at: datetime
    opens_wall: str
    closes_wall: str
    zone: str
    threshold: int
    threshold_counts: str
    capacity: int | None
    tiers: tuple[Tier, ...]
    min_per_order: int
    max_per_order: int | None
    max_per_buyer: int | None
    grace_minutes: int
    place_minutes: int
    may_waive: bool
    leave_before_tip: str
    refund_policy: str
    refund_hours: int
    freeze_hours: int
    problem_days: int
    valid_from_on: date | None
    promo_expires_on: date
    paid_expires_on: date
    limitations: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A draft as typed values. Whether it may be published is another question: `checks.problems`."""

    slug: str
    offer: OfferPlan
    deal: DealPlan
    venue_ids: tuple[str, ...]

    @property
    def terms(self) -> Terms:
        of_deal = {
            name: getattr(self.deal, name) for name in Terms.__dataclass_fields__ if name != "currency"
        }
        return Terms(currency=self.offer.currency, **of_deal)

    @property
    def columns(self) -> dict[str, Any]:
        """What is stored in the deal's row, `decide_by` included."""
        columns = {field.name: getattr(self.deal, field.name) for field in fields(self.deal)}
        columns["tiers"] = [
            {"start": tier.start, "price_minor": tier.price_minor} for tier in self.deal.tiers
        ]
        columns["limitations"] = list(self.deal.limitations)
        return columns | {"decide_by": self.terms.decide_by}


def plan_of(row: Any, venue_ids: Sequence[str]) -> Plan:
    """The plan that a stored deal was written from. `row` is one of `rows.deal_page_rows()`."""
    of_offer = {field.name: getattr(row, field.name) for field in fields(OfferPlan)}
    of_deal = {field.name: getattr(row, field.name) for field in fields(DealPlan)}
    of_deal["tiers"] = tuple(Tier(tier["start"], tier["price_minor"]) for tier in row.tiers)
    of_deal["limitations"] = tuple(row.limitations)
    return Plan(row.slug, OfferPlan(**of_offer), DealPlan(**of_deal), tuple(venue_ids))
