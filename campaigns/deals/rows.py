"""Tables of the deals floor, and the few statements that guard them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, false, select, update
from sqlmodel import Field, SQLModel

from campaigns.deals.rules import CAMPAIGN, DEAL, THRESHOLD_COUNTS, Terms, Tier
from campaigns.foundation.facts import moved, record
from campaigns.foundation.schema import one_of, table
from campaigns.foundation.store import Unit
from campaigns.people.rows import organization


class OfferRow(SQLModel, table=True):
    """What a merchant sells, whatever deal it is in."""

    __tablename__ = "offer"
    __table_args__ = (
        # One offer per title: two deals on it can be told not to overlap (R28).
        UniqueConstraint("organization_id", "title"),
        CheckConstraint("list_price_minor IS NULL OR list_price_minor > 0", name="list_price_positive"),
    )
    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    title: str
    summary: str
    description: str = ""
    image: str | None = None
    image_alt: str = ""
    # What the offer is written in, as a BCP 47 tag; announcements follow it.
    language: str = Field(default="en", sa_column_kwargs={"server_default": "en"})
    currency: str
    list_price_minor: int | None = None
    list_price_evidence: str = ""
    list_price_from_on: date | None = None
    list_price_until_on: date | None = None


class VenueRow(SQLModel, table=True):
    """A place where vouchers are redeemed."""

    __tablename__ = "venue"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)
    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    name: str
    address: str
    city: str = ""
    zone: str
    # Degrees on `datum`; without them nobody checks in here alone.
    latitude: float | None = None
    longitude: float | None = None
    datum: str = Field(default="wgs84", sa_column_kwargs={"server_default": "wgs84"})
    radius_m: int = Field(default=150, sa_column_kwargs={"server_default": "150"})
    max_accuracy_m: int = Field(default=100, sa_column_kwargs={"server_default": "100"})
    max_position_age_s: int = Field(default=120, sa_column_kwargs={"server_default": "120"})
    self_check_in: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    # Part of what the venue code is made from: another version makes every earlier code wrong.
    code_version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class DealRow(SQLModel, table=True):
    """One offer with a window, a threshold, a capacity and a price or a ladder of prices."""

    __tablename__ = "deal"
    __table_args__ = (
        one_of("state", DEAL.states),
        one_of("threshold_counts", THRESHOLD_COUNTS),
        CheckConstraint("threshold > 0", name="threshold_positive"),
        CheckConstraint("units_taken >= 0", name="units_taken_not_negative"),
        CheckConstraint("capacity IS NULL OR units_taken <= capacity", name="never_above_capacity"),
        CheckConstraint("closes_at > opens_at", name="window_not_empty"),
        CheckConstraint("(tipped_at IS NULL) = (tipped_by IS NULL)", name="tip_is_whole"),
        Index("ix_deal_due", "state", "closes_at"),
    )
    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    offer_id: str = Field(foreign_key="offer.id", index=True)
    state: str = "draft"
    version: int = 1
    opens_at: datetime
    closes_at: datetime
    decide_by: datetime
    opens_wall: str = ""
    closes_wall: str = ""
    zone: str
    threshold: int
    threshold_counts: str = "buyers"
    capacity: int | None = None
    units_taken: int = 0
    tiers: list[dict[str, int]] = Field(sa_column=Column(JSON, nullable=False))
    commission_percent: int = 20
    min_per_order: int = 1
    max_per_order: int | None = None
    max_per_buyer: int | None = None
    grace_minutes: int = 15
    place_minutes: int = 30
    may_waive: bool = True
    leave_before_tip: str = "allowed"
    refund_policy: str = "hours"
    refund_hours: int = 72
    freeze_hours: int = 24
    problem_days: int = 7
    valid_from_on: date | None = None
    promo_expires_on: date
    paid_expires_on: date
    limitations: list[str] = Field(sa_column=Column(JSON, nullable=False))
    waived: bool = False
    tipped_at: datetime | None = None
    tipped_by: str | None = None
    count_at_tip: int | None = None
    final_price_minor: int | None = None
    review_note: str = ""
    created_at: datetime
    published_at: datetime | None = None
    decided_at: datetime | None = None
    imported_digest: str | None = None


class DealVenueRow(SQLModel, table=True):
    """Where the vouchers of a deal may be redeemed."""

    __tablename__ = "deal_venue"
    deal_id: str = Field(primary_key=True, foreign_key="deal.id")
    venue_id: str = Field(primary_key=True, foreign_key="venue.id", index=True)


class CampaignRow(SQLModel, table=True):
    """A marketer's effort around one or more deals. `tag` is its hashtag without `#`, or empty."""

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("organization_id", "slug"),
        one_of("state", CAMPAIGN.states),
        CheckConstraint("referral_hours BETWEEN 1 AND 720", name="referral_hours_fit"),
    )
    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    slug: str
    name: str
    goal: str = ""
    tag: str = ""
    channels: list[str] = Field(sa_column=Column(JSON, nullable=False))
    referral_hours: int = 72
    state: str = "draft"
    created_at: datetime
    launched_at: datetime | None = None
    ended_at: datetime | None = None


class CampaignDealRow(SQLModel, table=True):
    """A deal belongs to one campaign at most, so that no order is counted twice."""

    __tablename__ = "campaign_deal"
    deal_id: str = Field(primary_key=True, foreign_key="deal.id")
    campaign_id: str = Field(foreign_key="campaign.id", index=True)


campaigns, campaign_deals = table(CampaignRow), table(CampaignDealRow)
offers, venues, deals, deal_venues = table(OfferRow), table(VenueRow), table(DealRow), table(DealVenueRow)


def terms_of(row: Any) -> Terms:
    """The deciding part of a deal row."""
    return Terms(
        threshold=row.threshold,
        threshold_counts=row.threshold_counts,
        capacity=row.capacity,
        tiers=tuple(Tier(tier["start"], tier["price_minor"]) for tier in row.tiers),
        currency=row.currency,
        closes_at=row.closes_at,
        grace_minutes=row.grace_minutes,
        min_per_order=row.min_per_order,
        max_per_order=row.max_per_order,
        max_per_buyer=row.max_per_buyer,
        leave_before_tip=row.leave_before_tip,
        refund_policy=row.refund_policy,
        refund_hours=row.refund_hours,
        freeze_hours=row.freeze_hours,
    )


def whole_deal() -> Any:
    """A deal with what it takes from its offer and its merchant's id, as one SELECT."""
    return select(deals, offers.c.currency, offers.c.title).join(offers, offers.c.id == deals.c.offer_id)


def deal_page_rows() -> Any:
    """A deal with its whole offer and its merchant's name and city: what `views.deal_view` reads."""
    offered = [column for column in offers.c if column.name not in ("id", "organization_id")]
    merchant = [organization.c[name].label(f"merchant_{name}") for name in ("slug", "name")]
    return (
        select(deals, *offered, *merchant, organization.c.city)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(organization, organization.c.id == deals.c.organization_id)
    )


async def lock_deal(unit: Unit, deal_id: str) -> Any:
    """The deal row, held until the transaction ends; None if there is none. Locks go deal, team, orders.

    The lock leaves foreign-key checks of other tables free. SQLite holds its one write lock already.
    """
    await unit.run(select(deals.c.id).where(deals.c.id == deal_id).with_for_update(key_share=True))
    return await unit.one(whole_deal().where(deals.c.id == deal_id))


async def touch_deal(unit: Unit, deal_id: str) -> None:
    """The figures people watch have changed, so the deal gets a new version."""
    await unit.run(update(deals).where(deals.c.id == deal_id).values(version=deals.c.version + 1))


async def open_if_due(unit: Unit, row: Any, now: datetime) -> bool:
    """Open a scheduled deal whose time has come; True if this call opened it (R11, R17)."""
    if row.state != "scheduled" or now < row.opens_at:
        return False
    return await move_deal(unit, row, "open", now, told=True, note={"act": "opened"})


async def move_deal(
    unit: Unit, row: Any, to_state: str, now: datetime, *, told: bool = False, **changes: Any
) -> bool:
    """Compare-and-set the state of a deal and record it. False: somebody was faster.

    `note` in `changes` is kept with the fact instead of a column.
    """
    note = changes.pop("note", {})
    fact = moved(DEAL, f"deal:{row.id}", row.state, to_state, now, deal_id=row.id, told=told, data=note)
    statement = (
        update(deals)
        .where(deals.c.id == row.id, deals.c.state == row.state)
        .values(state=to_state, version=deals.c.version + 1, **changes)
    )
    if await unit.changed(statement) != 1:
        return False
    await record(unit, [fact])
    return True
