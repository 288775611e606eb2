"""A merchant's check-ins as asked for: by venue, deal, verdict and day, newest first, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from campaigns.checkins.queries import CheckInLine
from campaigns.checkins.rows import check_ins
from campaigns.deals.rows import deals, offers, venues
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Unit
from campaigns.vouchers.rows import vouchers


@dataclass(frozen=True)
class Wanted:
    """Empty means any. Days are those at the venue, both included; `after` is the last line of the page before."""

    organization_id: OrganizationId
    venue_id: str = ""
    deal_id: str = ""
    state: str = ""
    since_on: date | None = None
    until_on: date | None = None
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True)
class Totals:
    """How many attempts there were, and what became of them."""

    tries: int
    accepted: int
    waiting: int
    refused: int


async def listed(unit: Unit, wanted: Wanted, *, limit: int) -> Sequence[CheckInLine]:
    """Attempts with a voucher. Presences told by a device are no attempt and are left out."""
    statement = (
        select(check_ins, venues.c.name.label("venue"), venues.c.zone, offers.c.title)
        .join(venues, venues.c.id == check_ins.c.venue_id)
        .join(deals, deals.c.id == check_ins.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(*_filters(wanted), *_following(wanted.after))
        .order_by(check_ins.c.received_at.desc(), check_ins.c.id.desc())
        .limit(limit)
    )
    return [_line(row) for row in await unit.all(statement)]


async def totals(unit: Unit, wanted: Wanted) -> Totals:
    """Of everything asked for, whatever page is looked at."""
    statement = select(check_ins.c.state, func.count().label("many")).where(
        *_filters(wanted), check_ins.c.deal_id.is_not(None)
    )
    by_state = {row.state: int(row.many) for row in await unit.all(statement.group_by(check_ins.c.state))}
    return Totals(
        sum(by_state.values()),
        by_state.get("accepted", 0),
        by_state.get("needs_staff", 0),
        by_state.get("refused", 0),
    )


async def deals_met(unit: Unit, organization_id: OrganizationId) -> Sequence[tuple[str, str]]:
    """Ids and titles of the deals of a merchant that have vouchers: those a check-in can be about."""
    sold = select(vouchers.c.deal_id).where(vouchers.c.organization_id == organization_id)
    statement = (
        select(deals.c.id, offers.c.title)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(deals.c.organization_id == organization_id, deals.c.id.in_(sold))
        .order_by(offers.c.title, deals.c.id)
    )
    return [(row.id, row.title) for row in await unit.all(statement)]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    said = {name: getattr(wanted, name) for name in ("organization_id", "venue_id", "deal_id", "state")}
    found = [check_ins.c[name] == value for name, value in said.items() if value]
    if wanted.since_on is not None:
        found.append(check_ins.c.local_on >= wanted.since_on)
    if wanted.until_on is not None:
        found.append(check_ins.c.local_on <= wanted.until_on)
    return found


def _following(after: tuple[datetime, str] | None) -> tuple[ColumnElement[bool], ...]:
    if after is None:
        return ()
    at, last_id = after
    earlier = check_ins.c.received_at < at
    return (or_(earlier, and_(check_ins.c.received_at == at, check_ins.c.id < last_id)),)


def _line(row: Any) -> CheckInLine:
    found = {name: getattr(row, name) for name in CheckInLine.__dataclass_fields__}
    return CheckInLine(**{**found, "flags": tuple(found["flags"])})
