"""A draft as programs write it: the fields of the deal file (see docs/deal-file.md)."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec

from campaigns.deals.draft import Draft, TypedTier

# What people would type; whole numbers may be written as such. A decimal number is refused, since 0.1 is not
# what it seems: write amounts with decimals as text.
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=12_000)]
Number: TypeAlias = (
    Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | Annotated[str, msgspec.Meta(max_length=40)]
)
Time: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        max_length=40,
        description="Local time of the deal's zone, such as 2026-11-30 18:00, or a distance from now: +3h.",
        examples=["+2h"],
    ),
]
Day: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        max_length=40, description="A date, or a distance from now: +90d.", examples=["2027-02-28", "+90d"]
    ),
]


class TierText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `start` on everybody pays `price`, in major units."""

    start: Number
    price: Number


class DraftText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give `price` or `tiers`, and `closes_at` or `ends_on`. An empty limit means no limit."""

    title: Annotated[Text, msgspec.Meta(examples=["Hand-pulled noodle dinner for two"])]
    summary: Annotated[Text, msgspec.Meta(examples=["Two bowls, one starter to share, and tea."])]
    currency: Annotated[Text, msgspec.Meta(examples=["USD"])]
    zone: Annotated[Text, msgspec.Meta(examples=["America/Los_Angeles"])]
    opens_at: Time
    threshold: Annotated[Number, msgspec.Meta(examples=[2])]
    promo_expires_on: Day
    price: Annotated[Number | None, msgspec.Meta(examples=["38.50"])] = None
    tiers: Annotated[list[TierText], msgspec.Meta(max_length=50)] = []
    closes_at: Time = ""
    ends_on: Day = ""
    slug: Text = ""
    description: Text = ""
    image: Text = ""
    image_alt: Text = ""
    language: Text = "en"
    list_price: Number = ""
    list_price_evidence: Text = ""
    list_price_from_on: Day = ""
    list_price_until_on: Day = ""
    threshold_counts: Text = "buyers"
    capacity: Number = ""
    min_per_order: Number = 1
    max_per_order: Number = ""
    max_per_buyer: Number = ""
    grace_minutes: Number = 15
    place_minutes: Number = 30
    may_waive: bool = True
    leave_before_tip: Text = "allowed"
    refund_policy: Text = "hours"
    refund_hours: Number = 72
    freeze_hours: Number = 24
    problem_days: Number = 7
    valid_from_on: Day = ""
    paid_expires_on: Day = ""
    limitations: Annotated[list[Text], msgspec.Meta(max_length=50)] = []
    venue_ids: Annotated[list[Annotated[str, msgspec.Meta(max_length=80)]], msgspec.Meta(max_length=50)] = []


class NewDeal(DraftText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`organization_id` may be left out where the token is for one merchant."""

    organization_id: Annotated[str, msgspec.Meta(max_length=80)] = ""


class MendedDeal(DraftText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything is replaced. With `version` nothing is, if the deal has another version by now."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)] | None = None


_LISTS = ("tiers", "limitations", "venue_ids")
_TEXTS = tuple(
    name
    for name in DraftText.__struct_fields__
    if name in Draft.__dataclass_fields__ and name not in (*_LISTS, "may_waive")
)


def draft_of(written: DraftText) -> Draft:
    """The draft that operations take; reading it as values is their business."""
    tiers = [TypedTier(str(tier.start), str(tier.price)) for tier in written.tiers]
    if written.price is not None:
        tiers.insert(0, TypedTier("1", str(written.price)))
    said: dict[str, Any] = {name: str(getattr(written, name)) for name in _TEXTS}
    return Draft(
        **said,
        may_waive="yes" if written.may_waive else "no",
        tiers=tuple(tiers),
        limitations=tuple(written.limitations),
        venue_ids=tuple(written.venue_ids),
    )
