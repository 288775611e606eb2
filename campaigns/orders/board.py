"""Deals with their counts, as pages and API show them: the counter shown is the counter that tips (R64)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, true

from campaigns.deals import queries
from campaigns.deals.queries import DealCard, DealView, Tally
from campaigns.deals.rows import deals
from campaigns.deals.rules import Count
from campaigns.foundation.facts import facts
from campaigns.foundation.ids import DealId, OrganizationId
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders
from campaigns.orders.rules import ACTIVE, COMMITTED


async def deal_page(unit: Unit, slug: str, now: datetime) -> DealView | None:
    """The page of a deal anybody may see; None for a draft and for what does not exist."""
    row = await queries.page_row(unit, slug) if _may_be_slug(slug) else None
    if row is None or row.state not in queries.PUBLIC_STATES or row.published_at is None:
        return None
    return (await _views(unit, [row], now))[0]


async def deal_by_id(unit: Unit, deal_id: DealId, now: datetime) -> DealView | None:
    """A deal in any state, for those who may see it: its merchant, its buyers, the desk."""
    found = await _views(unit, await queries.page_rows(unit, deals.c.id == deal_id), now)
    return found[0] if found else None


async def deal_by_slug(unit: Unit, slug: str, now: datetime) -> DealView | None:
    """The same by the last part of its address."""
    if not _may_be_slug(slug):
        return None
    found = await _views(unit, await queries.page_rows(unit, deals.c.slug == slug), now)
    return found[0] if found else None


def _may_be_slug(text: str) -> bool:
    """PostgreSQL takes no NUL in a text, and no address of ours has anything like it."""
    return text.isascii() and text.isprintable()


async def every_deal(unit: Unit, now: datetime) -> list[DealView]:
    """Deals of all merchants in every state, those closing first in front; at most 1,000."""
    return await _views(unit, await queries.page_rows(unit, true(), limit=1000), now)


async def board(unit: Unit, now: datetime, which: str = "open") -> list[DealCard]:
    """Public deals, those closing first in front. `which` is one of `BOARD_FILTERS`."""
    rows = await queries.page_rows(unit, queries.on_the_board(which, now))
    return [queries.card_of(view) for view in await _views(unit, rows, now)]


async def console_deals(unit: Unit, organization_id: OrganizationId, now: datetime) -> list[DealView]:
    """Every deal of a merchant in every state, newest first."""
    return await _views(unit, await queries.console_rows(unit, organization_id), now)


async def tallies(unit: Unit, deal_ids: Sequence[str]) -> Mapping[str, Tally]:
    """What counts, who ever joined and what is being confirmed, by deal id. Two statements for all."""
    ever = await _ever(unit, deal_ids)
    found = {deal_id: Tally() for deal_id in deal_ids}
    for row in await unit.all(_counted(deal_ids)):
        count = Count(int(row.buyers), int(row.units or 0), int(row.money_minor or 0))
        found[row.deal_id] = Tally(count, ever.get(row.deal_id, 0), int(row.pending))
    return found


async def _views(unit: Unit, rows: Sequence[Any], now: datetime) -> list[DealView]:
    deal_ids = [row.id for row in rows]
    counted, places = await tallies(unit, deal_ids), await queries.venues_of(unit, deal_ids)
    return [queries.deal_view(row, places[row.id], counted[row.id], now) for row in rows]


def _counted(deal_ids: Sequence[str]) -> Any:
    """Committed orders before the tip, active ones after it, without the merchant's people (R1-R3, R9).

    A failed deal keeps the count it failed with, although its orders were let go since (U2, R64).
    """
    kept = orders.c.units - orders.c.units_refunded
    stands = or_(
        orders.c.state.in_(COMMITTED),
        and_(deals.c.tipped_at.is_not(None), orders.c.state.in_(ACTIVE)),
        and_(deals.c.state == "failed", orders.c.reason == "deal_failed"),
    )
    counts = and_(orders.c.counts, stands, kept > 0)
    return (
        select(
            orders.c.deal_id,
            func.count(case((counts, orders.c.counts_as)).distinct()).label("buyers"),
            func.sum(case((counts, kept), else_=0)).label("units"),
            func.sum(case((counts, kept * orders.c.unit_price_minor), else_=0)).label("money_minor"),
            func.sum(case((orders.c.state == "pending", 1), else_=0)).label("pending"),
        )
        .join(deals, deals.c.id == orders.c.deal_id)
        .where(orders.c.deal_id.in_(deal_ids))
        .group_by(orders.c.deal_id)
    )


async def _ever(unit: Unit, deal_ids: Sequence[str]) -> dict[str, int]:
    """Buyers who ever committed; a counter that never falls (R37)."""
    committed = (
        select(facts.c.order_id)
        .where(facts.c.deal_id.in_(deal_ids), facts.c.machine == "order", facts.c.to_state.in_(COMMITTED))
        .distinct()
    )
    statement = (
        select(orders.c.deal_id, func.count(orders.c.counts_as.distinct()).label("ever"))
        .where(orders.c.deal_id.in_(deal_ids), orders.c.counts, orders.c.id.in_(committed))
        .group_by(orders.c.deal_id)
    )
    return {row.deal_id: int(row.ever) for row in await unit.all(statement)}


async def joined_lately(unit: Unit, deal_id: str, *, limit: int = 4) -> list[datetime]:
    """When the last of those who are still in a deal committed, newest first. Nobody's name (U56)."""
    statement = (
        select(orders.c.committed_at)
        .where(
            orders.c.deal_id == deal_id,
            orders.c.counts,
            orders.c.state.in_(ACTIVE),
            orders.c.committed_at.is_not(None),
        )
        .order_by(orders.c.committed_at.desc())
        .limit(limit)
    )
    return [row.committed_at for row in await unit.all(statement)]
