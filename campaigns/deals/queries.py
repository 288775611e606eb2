"""Read-only questions about deals. Counts belong to orders; `campaigns.orders.board` joins both for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from campaigns.deals.rows import deal_page_rows, deal_venues, deals, venues
from campaigns.deals.views import (
    NOBODY,
    DealCard,
    DealView,
    Segment,
    Tally,
    TierView,
    VenueView,
    card_of,
    deal_view,
)
from campaigns.foundation.ids import DealId, OrganizationId
from campaigns.foundation.store import Unit
from campaigns.people.rows import organization

__all__ = [
    "BOARD_FILTERS",
    "NOBODY",
    "PUBLIC_STATES",
    "DealCard",
    "DealView",
    "Segment",
    "Tally",
    "TierView",
    "VenueView",
    "card_of",
    "console_rows",
    "deal_for_review",
    "deal_view",
    "merchant_of",
    "merchant_venues",
    "on_the_board",
    "page_row",
    "page_rows",
    "public",
    "review_queue",
    "venues_of",
]

BOARD_FILTERS = ("open", "scheduled", "tipped", "past")
PUBLIC_STATES = ("scheduled", "open", "tipped", "settling", "settled", "failed", "canceled")
_RUNNING = ("open", "tipped")


def public(now: datetime) -> ColumnElement[bool]:
    """Deals anybody may see: published ones. A draft, taken back or canceled, stays private."""
    return and_(
        deals.c.state.in_(PUBLIC_STATES), deals.c.published_at.is_not(None), deals.c.published_at <= now
    )


def on_the_board(which: str, now: datetime) -> ColumnElement[bool]:
    """`open` (can be joined), `scheduled`, `tipped` or `past`, by the clock and not by timers (R17)."""
    in_window = and_(deals.c.opens_at <= now, deals.c.closes_at > now)
    running = and_(deals.c.state.in_((*_RUNNING, "scheduled")), in_window)
    wanted = {
        "open": running,
        "scheduled": and_(deals.c.state == "scheduled", deals.c.opens_at > now),
        "tipped": and_(deals.c.state == "tipped", in_window),
        "past": or_(
            deals.c.state.in_(("settling", "settled", "failed", "canceled")),
            and_(deals.c.state.in_((*_RUNNING, "scheduled")), deals.c.closes_at <= now),
        ),
    }
    return and_(public(now), wanted[which])


async def page_row(unit: Unit, slug: str) -> Any:
    """The row behind a deal's page, in any state; None if there is none."""
    return await unit.one(deal_page_rows().where(deals.c.slug == slug))


async def page_rows(unit: Unit, where: ColumnElement[bool], *, limit: int = 200) -> Sequence[Any]:
    """Rows for `views.deal_view`, those closing first in front."""
    statement = deal_page_rows().where(where).order_by(deals.c.closes_at, deals.c.id).limit(limit)
    return await unit.all(statement)


async def venues_of(unit: Unit, deal_ids: Sequence[str]) -> Mapping[str, tuple[VenueView, ...]]:
    """The venues of deals, by deal id, by name. One statement for all of them."""
    statement = (
        select(deal_venues.c.deal_id, *_VENUE)
        .join(venues, venues.c.id == deal_venues.c.venue_id)
        .where(deal_venues.c.deal_id.in_(deal_ids))
        .order_by(venues.c.name, venues.c.id)
    )
    found: dict[str, tuple[VenueView, ...]] = dict.fromkeys(deal_ids, ())
    for row in await unit.all(statement):
        found[row.deal_id] += (_venue(row),)
    return found


async def merchant_venues(unit: Unit, organization_id: OrganizationId) -> list[VenueView]:
    statement = select(*_VENUE).where(venues.c.organization_id == organization_id).order_by(venues.c.name)
    return [_venue(row) for row in await unit.all(statement)]


async def console_rows(unit: Unit, organization_id: OrganizationId) -> Sequence[Any]:
    """Every deal of a merchant, newest first; for `views.deal_view`."""
    statement = deal_page_rows().where(deals.c.organization_id == organization_id)
    return await unit.all(statement.order_by(deals.c.created_at.desc(), deals.c.id))


async def review_queue(unit: Unit, now: datetime) -> list[DealView]:
    """What waits for approval, longest first. Nobody has joined these, so nothing needs to be counted."""
    statement = deal_page_rows().where(deals.c.state == "in_review").order_by(deals.c.created_at, deals.c.id)
    rows = await unit.all(statement)
    places = await venues_of(unit, [row.id for row in rows])
    return [deal_view(row, places[row.id], NOBODY, now) for row in rows]


async def deal_for_review(unit: Unit, deal_id: DealId, now: datetime) -> DealView | None:
    """Any deal by id, as if nobody had joined: for the desk and for a merchant's preview."""
    row = await unit.one(deal_page_rows().where(deals.c.id == deal_id))
    if row is None:
        return None
    places = await venues_of(unit, [row.id])
    return deal_view(row, places[row.id], NOBODY, now)


async def merchant_of(unit: Unit, deal_id: DealId) -> OrganizationId | None:
    """Whose deal it is, for the policy."""
    found = await unit.value(
        select(organization.c.id)
        .join(deals, deals.c.organization_id == organization.c.id)
        .where(deals.c.id == deal_id)
    )
    return OrganizationId(found) if found else None


_VENUE = [venues.c[name] for name in VenueView.__dataclass_fields__]


def _venue(row: Any) -> VenueView:
    return VenueView(**{name: getattr(row, name) for name in VenueView.__dataclass_fields__})
