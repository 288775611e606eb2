"""Check-ins as pages and API read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from campaigns.checkins.rows import check_ins
from campaigns.deals.rows import deal_venues, deals, offers, venues
from campaigns.deals.views import VenueView
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import OrganizationId, VenueId, VoucherId
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders
from campaigns.vouchers.rows import redemptions, vouchers
from campaigns.vouchers.rules import SPENDABLE


@dataclass(frozen=True)
class CheckedIn:
    """An attempt of a holder and what became of it. `state` is one of CHECK_IN, `reason` an answer of R69.

    `used_at` and `used_venue` say when and where the voucher was spent, by this attempt or before it.
    `waits_until` is set while it waits for staff.
    """

    id: str
    voucher_id: VoucherId
    state: str
    reason: str
    flags: tuple[str, ...]
    title: str
    venue_id: VenueId
    venue: str
    zone: str
    received_at: datetime
    waits_until: datetime | None
    paid: Money
    used_at: datetime | None
    used_venue: str | None
    used_zone: str | None

    @property
    def accepted(self) -> bool:
        return self.state == "accepted"


@dataclass(frozen=True)
class WaitingClaim:
    """A check-in that waits for staff, with what they should know: bands in metres, `inside_percent` of 100."""

    id: str
    voucher_id: VoucherId
    title: str
    venue_id: VenueId
    source: str
    distance_band: str | None
    accuracy_band: str | None
    inside_percent: int | None
    flags: tuple[str, ...]
    received_at: datetime
    waits_until: datetime


@dataclass(frozen=True)
class CheckInLine:
    """One attempt in a merchant's list."""

    id: str
    venue_id: VenueId
    venue: str
    zone: str
    deal_id: str | None
    title: str | None
    source: str
    state: str
    reason: str
    code: str
    position: str
    distance_band: str | None
    accuracy_band: str | None
    inside_percent: int | None
    flags: tuple[str, ...]
    received_at: datetime
    local_on: date
    decided_at: datetime | None


async def checked_in(unit: Unit, check_in_id: str) -> CheckedIn:
    """Raises NotFound for one that is not there, or is of no voucher."""
    used = venues.alias("used")
    row = await unit.one(
        select(
            check_ins,
            vouchers.c.paid_value_minor,
            vouchers.c.currency,
            offers.c.title,
            venues.c.name.label("venue"),
            venues.c.zone,
            redemptions.c.at.label("used_at"),
            used.c.name.label("used_venue"),
            used.c.zone.label("used_zone"),
        )
        .join(vouchers, vouchers.c.id == check_ins.c.voucher_id)
        .join(deals, deals.c.id == vouchers.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(venues, venues.c.id == check_ins.c.venue_id)
        .join(redemptions, redemptions.c.voucher_id == vouchers.c.id, isouter=True)
        .join(used, used.c.id == redemptions.c.venue_id, isouter=True)
        .where(check_ins.c.id == check_in_id)
    )
    if row is None:
        raise NotFound(what="check-in")
    return CheckedIn(paid=Money(row.paid_value_minor, row.currency), **_fields(CheckedIn, row, "paid"))


async def waiting_claim(unit: Unit, voucher_id: str, now: datetime) -> WaitingClaim | None:
    """The latest check-in of a voucher that waits for staff."""
    where = check_ins.c.voucher_id == voucher_id
    row = await unit.one(_waiting(now).where(where).order_by(check_ins.c.received_at.desc()))
    return WaitingClaim(**_fields(WaitingClaim, row)) if row else None


async def waiting_at(unit: Unit, venue_id: str, now: datetime) -> tuple[WaitingClaim, ...]:
    """What waits for the staff of a venue, longest first; vouchers spent meanwhile are left out."""
    statement = _waiting(now).where(check_ins.c.venue_id == venue_id, vouchers.c.state.in_(SPENDABLE))
    rows = await unit.all(statement.order_by(check_ins.c.received_at, check_ins.c.id))
    return tuple(WaitingClaim(**_fields(WaitingClaim, row)) for row in rows)


async def check_in_lines(
    unit: Unit, organization_id: OrganizationId, *, venue_id: str = "", most: int = 100
) -> tuple[CheckInLine, ...]:
    """A merchant's latest check-ins, newest first, at one venue or all. Presences without a voucher are no part."""
    statement = (
        select(check_ins, venues.c.name.label("venue"), venues.c.zone, offers.c.title)
        .join(venues, venues.c.id == check_ins.c.venue_id)
        .join(deals, deals.c.id == check_ins.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(check_ins.c.organization_id == organization_id)
        .order_by(check_ins.c.received_at.desc(), check_ins.c.id)
        .limit(most)
    )
    if venue_id:
        statement = statement.where(check_ins.c.venue_id == venue_id)
    return tuple(CheckInLine(**_fields(CheckInLine, row)) for row in await unit.all(statement))


async def venues_to_check_in(unit: Unit, voucher_id: str) -> tuple[VenueView, ...]:
    """Where the holder of a voucher may redeem alone, by name."""
    columns = [venues.c[name] for name in VenueView.__dataclass_fields__]
    rows = await unit.all(
        select(*columns)
        .join(deal_venues, deal_venues.c.venue_id == venues.c.id)
        .join(vouchers, vouchers.c.deal_id == deal_venues.c.deal_id)
        .where(vouchers.c.id == voucher_id, venues.c.self_check_in, venues.c.latitude.is_not(None))
        .order_by(venues.c.name)
    )
    return tuple(VenueView(**_fields(VenueView, row)) for row in rows)


async def holder_of(unit: Unit, voucher_id: str) -> str | None:
    """The account behind a voucher: who placed its order."""
    found = await unit.value(
        select(orders.c.buyer_id)
        .join(vouchers, vouchers.c.order_id == orders.c.id)
        .where(vouchers.c.id == voucher_id)
    )
    return str(found) if found else None


def _waiting(now: datetime) -> Any:
    return (
        select(check_ins, offers.c.title)
        .join(vouchers, vouchers.c.id == check_ins.c.voucher_id)
        .join(deals, deals.c.id == vouchers.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(check_ins.c.state == "needs_staff", check_ins.c.waits_until > now)
    )


def _fields(view: Any, row: Any, *without: str) -> dict[str, Any]:
    """The columns a view has, flags as a tuple."""
    found = {name: getattr(row, name) for name in view.__dataclass_fields__ if name not in without}
    return found | ({"flags": tuple(found["flags"])} if "flags" in found else {})
