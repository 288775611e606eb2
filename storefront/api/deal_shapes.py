"""Deals and venues as programs read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from campaigns.deals.views import DealView
from campaigns.foundation.links import Links
from storefront.api.amounts import Amount


class Venue(msgspec.Struct, frozen=True):
    """A place where vouchers are redeemed."""

    id: Annotated[str, msgspec.Meta(examples=["ven_d6v7m2kq3zq5"])]
    name: Annotated[str, msgspec.Meta(examples=["Alder Street"])]
    address: Annotated[str, msgspec.Meta(examples=["214 SE Alder Street"])]
    city: Annotated[str, msgspec.Meta(examples=["Portland"])]
    zone: Annotated[str, msgspec.Meta(description="An IANA name.", examples=["America/Los_Angeles"])]


class Tier(msgspec.Struct, frozen=True):
    """One price. People really pay it from the count `boundary` on."""

    start: int
    boundary: int
    price: Amount
    reached: bool
    current: bool


class Limitation(msgspec.Struct, frozen=True):
    """A limitation of the deal, said before anybody joins."""

    label: str
    sentence: str


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """A deal with its counts, which are the very counts that tip it.

    `phase` is what it is to whoever looks now: scheduled, open, grace, tipped, sold_out, settling, settled,
    failed or canceled. Where the threshold counts money, `threshold`, `count` and `missing` are minor units.
    """

    id: str
    organization_id: str
    slug: str
    page: Annotated[str, msgspec.Meta(description="The address of its page.")]
    state: Annotated[str, msgspec.Meta(examples=["open"])]
    phase: Annotated[str, msgspec.Meta(examples=["open"])]
    version: int
    title: str
    summary: str
    description: str
    merchant_slug: str
    merchant_name: str
    city: str
    currency: str
    list_price: Amount | None
    saving_percent: int | None
    price_now: Amount
    price_top: Annotated[Amount, msgspec.Meta(description="What is held for a unit; nobody pays more.")]
    tiers: list[Tier]
    threshold: int
    threshold_counts: Annotated[str, msgspec.Meta(description="buyers, units or money", examples=["buyers"])]
    count: int
    missing: int
    buyers_active: int
    buyers_ever: int
    capacity: int | None
    units_taken: int
    units_left: int | None
    opens_at: datetime
    closes_at: datetime
    decide_by: datetime
    zone: str
    tipped_at: datetime | None
    decided_at: datetime | None
    waived: bool
    sold_out: bool
    joinable: bool
    min_per_order: int
    max_per_order: int | None
    max_per_buyer: int | None
    place_minutes: int
    leave_before_tip: str
    refund_policy: str
    refund_hours: int
    valid_from_on: date | None
    promo_expires_on: date
    paid_expires_on: date
    venues: list[Venue]
    limitations: list[Limitation]


class DealPage(msgspec.Struct, frozen=True):
    """Some deals, and where the next page begins: null on the last one."""

    deals: list[Deal]
    next: str | None


class PlacedVenue(Venue, frozen=True, kw_only=True):
    """A venue as its merchant sees it. Degrees on WGS 84, null for a venue that nobody placed."""

    latitude: Annotated[float | None, msgspec.Meta(examples=[45.5181])]
    longitude: Annotated[float | None, msgspec.Meta(examples=[-122.6586])]
    radius_m: Annotated[int, msgspec.Meta(description="Who is nearer than this is inside.", examples=[150])]
    max_accuracy_m: Annotated[int, msgspec.Meta(description="A vaguer position is unclear.", examples=[100])]
    max_position_age_s: Annotated[
        int, msgspec.Meta(description="An older position is unclear.", examples=[120])
    ]
    self_check_in: Annotated[bool, msgspec.Meta(description="Holders may redeem here alone.")]


class Venues(msgspec.Struct, frozen=True):
    venues: list[PlacedVenue]


_COMPUTED = ("page", "limitations", "tiers", "venues", "list_price", "price_now", "price_top")
_SAME = tuple(name for name in Deal.__struct_fields__ if name not in _COMPUTED)


def deal_of(view: DealView, links: Links) -> Deal:
    return Deal(
        **{name: getattr(view, name) for name in _SAME},
        page=links.deal(view.slug),
        limitations=[Limitation(label, sentence) for label, sentence in view.limitations],
        tiers=msgspec.convert(view.tiers, list[Tier], from_attributes=True),
        venues=msgspec.convert(view.venues, list[Venue], from_attributes=True),
        list_price=msgspec.convert(view.list_price, Amount | None, from_attributes=True),
        price_now=msgspec.convert(view.price_now, Amount, from_attributes=True),
        price_top=msgspec.convert(view.price_top, Amount, from_attributes=True),
    )
