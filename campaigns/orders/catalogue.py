"""Deals page by page, those closing first in front: the list that programs walk through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, true

from campaigns.deals import queries
from campaigns.deals.rows import deals
from campaigns.deals.views import DealView
from campaigns.foundation.store import Unit
from campaigns.orders.board import tallies
from campaigns.people.rows import organization


@dataclass(frozen=True)
class Wanted:
    """`show` is one of `BOARD_FILTERS`, or empty for all that is public.

    `merchant` is a slug, `city` the merchant's. With `organization_id` or `state` drafts are listed too: whoever asks
    must have been found to be allowed to. `after` is where the page before ended: its last closing time and id.
    """

    show: str = ""
    merchant: str = ""
    city: str = ""
    organization_id: str = ""
    state: str = ""
    after: tuple[datetime, str] | None = None


async def deal_list(unit: Unit, wanted: Wanted, now: datetime, *, limit: int) -> list[DealView]:
    """At most `limit` deals."""
    rows = await queries.page_rows(unit, _where(wanted, now), limit=limit)
    deal_ids = [row.id for row in rows]
    counted, places = await tallies(unit, deal_ids), await queries.venues_of(unit, deal_ids)
    return [queries.deal_view(row, places[row.id], counted[row.id], now) for row in rows]


def _where(wanted: Wanted, now: datetime) -> ColumnElement[bool]:
    inside = bool(wanted.organization_id or wanted.state)
    asked: list[ColumnElement[bool]] = [true() if inside else queries.public(now)]
    if wanted.show:
        known = wanted.show in queries.BOARD_FILTERS
        asked.append(queries.on_the_board(wanted.show, now) if known else false())
    if wanted.merchant:
        asked.append(organization.c.slug == wanted.merchant)
    if wanted.city:
        asked.append(organization.c.city == wanted.city)
    if wanted.organization_id:
        asked.append(deals.c.organization_id == wanted.organization_id)
    if wanted.state:
        asked.append(deals.c.state == wanted.state)
    if wanted.after is not None:
        closes_at, deal_id = wanted.after
        later = deals.c.closes_at > closes_at
        asked.append(or_(later, and_(deals.c.closes_at == closes_at, deals.c.id > deal_id)))
    return and_(*asked)
