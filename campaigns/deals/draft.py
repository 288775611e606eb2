"""A deal as people type it."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class TypedTier:
    start: str
    price: str


@dataclass(frozen=True)
class TypedPlace:
    """Where a venue is, as typed: degrees on WGS 84, lengths in metres, and how old a position may be."""

    latitude: str = ""
    longitude: str = ""
    radius_m: str = ""
    max_accuracy_m: str = ""
    max_position_age_s: str = ""
    self_check_in: str = ""


@dataclass(frozen=True)
class TypedVenue:
    """A place as typed; `zone` is an IANA name. The fields from `latitude` on place it on the map: what is empty
    stays as the venue has it."""

    name: str
    address: str
    city: str
    zone: str
    latitude: str = ""
    longitude: str = ""
    radius_m: str = ""
    max_accuracy_m: str = ""
    max_position_age_s: str = ""
    self_check_in: str = ""

    @property
    def place(self) -> TypedPlace:
        return TypedPlace(**{field.name: getattr(self, field.name) for field in fields(TypedPlace)})


@dataclass(frozen=True)
class Draft:
    """What people typed, as text; a form, a program and a deal file fill the same fields.

    Times are wall times of `zone` such as `2026-11-30 18:00`, dates `2026-11-30`, amounts in major units
    such as `38.50`. The window ends at `closes_at`, or with the day `ends_on`: one of them. An empty limit
    means no limit, an empty `slug` one made from the title.
    """

    title: str
    summary: str
    currency: str
    zone: str
    opens_at: str
    tiers: tuple[TypedTier, ...]
    threshold: str
    promo_expires_on: str
    closes_at: str = ""
    ends_on: str = ""
    slug: str = ""
    description: str = ""
    image: str = ""
    image_alt: str = ""
    language: str = "en"
    list_price: str = ""
    list_price_evidence: str = ""
    list_price_from_on: str = ""
    list_price_until_on: str = ""
    threshold_counts: str = "buyers"
    capacity: str = ""
    min_per_order: str = "1"
    max_per_order: str = ""
    max_per_buyer: str = ""
    grace_minutes: str = "15"
    place_minutes: str = "30"
    may_waive: str = "yes"
    leave_before_tip: str = "allowed"
    refund_policy: str = "hours"
    refund_hours: str = "72"
    freeze_hours: str = "24"
    problem_days: str = "7"
    valid_from_on: str = ""
    paid_expires_on: str = ""
    limitations: tuple[str, ...] = ()
    venue_ids: tuple[str, ...] = ()
    imported_digest: str | None = None
