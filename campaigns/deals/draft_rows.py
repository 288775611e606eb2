"""Statements that store a draft: its offer, its own row, its venues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slugify import slugify
from sqlalchemy import delete, exists, select, update

from campaigns.deals.plan import OfferPlan, Plan, plan_of
from campaigns.deals.queries import venues_of
from campaigns.deals.rows import deal_page_rows, deal_venues, deals, offers, venues
from campaigns.deals.rules import OfferInUse, SlugTaken, WindowsOverlap
from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Unit

_PROMISED = ("in_review", "scheduled", "open", "tipped", "settling")
# A settled deal's window is over, but two windows on one offer may not have overlapped either (R28).
_PUBLISHED = ("scheduled", "open", "tipped", "settling", "settled")


async def keep_offer(unit: Unit, organization_id: str, offer: OfferPlan, *, deal_id: str | None) -> str:
    """The merchant's offer of that title, made or rewritten; its row stays locked. Raises OfferInUse."""
    values = {"id": new_id("off"), "organization_id": organization_id, **offer.columns}
    made = unit.insert(offers).values(values).on_conflict_do_nothing().returning(offers.c.id)
    offer_id = await unit.value(made)
    if offer_id is not None:
        return str(offer_id)
    titled = (offers.c.organization_id == organization_id, offers.c.title == offer.title)
    (row,) = await unit.all(select(offers).where(*titled).with_for_update(key_share=True))
    if any(getattr(row, name) != value for name, value in offer.columns.items()):
        await _check_unused(unit, row, offer, deal_id)
        await unit.run(update(offers).where(offers.c.id == row.id).values(offer.columns))
    return str(row.id)


async def _check_unused(unit: Unit, row: Any, offer: OfferPlan, deal_id: str | None) -> None:
    others = select(deals.c.state).where(deals.c.offer_id == row.id)
    states = [found.state for found in await unit.all(others.where(deals.c.id != (deal_id or "")))]
    # Prices of other deals are in minor units of the offer's currency, so that never changes under them.
    if states and (row.currency != offer.currency or any(state in _PROMISED for state in states)):
        raise OfferInUse(title=offer.title)


async def drop_unused_offer(unit: Unit, offer_id: str) -> None:
    """An offer whose last draft took another title is nobody's."""
    used = exists().where(deals.c.offer_id == offers.c.id)
    await unit.run(delete(offers).where(offers.c.id == offer_id, ~used))


async def insert_draft(unit: Unit, plan: Plan, made: dict[str, Any], now: datetime) -> str:
    """Store a new draft; `made` holds the columns that the plan lacks. Raises SlugTaken for a typed slug."""
    deal_id = new_id("deal")
    values = {"id": deal_id, "created_at": now, **plan.columns, **made}
    for slug in _slugs(plan):
        insert = unit.insert(deals).values({**values, "slug": slug})
        if await unit.value(insert.on_conflict_do_nothing().returning(deals.c.id)):
            await set_venues(unit, deal_id, made["organization_id"], plan.venue_ids)
            return deal_id
    raise SlugTaken(slug=plan.slug)


def _slugs(plan: Plan) -> list[str]:
    if plan.slug:
        return [plan.slug]
    base = slugify(plan.offer.title, max_length=56, word_boundary=True) or "deal"
    return [base, *(f"{base}-{number}" for number in range(2, 100)), new_id(base[:24]).replace("_", "-")]


async def set_venues(unit: Unit, deal_id: str, organization_id: str, venue_ids: Sequence[str]) -> None:
    """Exactly these venues, which must be the merchant's own. Raises InvalidFields."""
    wanted = list(dict.fromkeys(venue_ids))
    own = select(venues.c.id).where(venues.c.organization_id == organization_id, venues.c.id.in_(wanted))
    if len(await unit.all(own)) != len(wanted):
        raise InvalidFields([FieldError("venues", "unknown_venue", "Choose venues of this merchant.")])
    await unit.run(delete(deal_venues).where(deal_venues.c.deal_id == deal_id))
    if wanted:
        rows = [{"deal_id": deal_id, "venue_id": venue_id} for venue_id in wanted]
        await unit.run(deal_venues.insert(), rows)


async def stored_plan(unit: Unit, deal_id: str) -> tuple[Any, Plan]:
    """The deal's whole row and the plan in it."""
    (row,) = await unit.all(deal_page_rows().where(deals.c.id == deal_id))
    found = (await venues_of(unit, [deal_id]))[deal_id]
    return row, plan_of(row, [venue.id for venue in found])


async def check_no_overlap(unit: Unit, row: Any) -> None:
    """Refuse a window that overlaps another's on the same offer, under the offer's lock (R28).

    Raises WindowsOverlap.
    """
    await unit.run(select(offers.c.id).where(offers.c.id == row.offer_id).with_for_update(key_share=True))
    other = await unit.one(
        select(deals.c.slug, deals.c.opens_at, deals.c.closes_at)
        .where(
            deals.c.offer_id == row.offer_id,
            deals.c.id != row.id,
            deals.c.state.in_(_PUBLISHED),
            deals.c.opens_at < row.closes_at,
            deals.c.closes_at > row.opens_at,
        )
        .order_by(deals.c.opens_at)
        .limit(1)
    )
    if other is not None:
        span = {
            "opens_at": f"{other.opens_at:%Y-%m-%d %H:%M}",
            "closes_at": f"{other.closes_at:%Y-%m-%d %H:%M} UTC",
        }
        raise WindowsOverlap(slug=other.slug, **span)
