"""Whose a thing is, by its id, for the policy: a foreign id and an unknown one look the same (S14, S15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import deals, venues
from campaigns.foundation.ids import DealId, OrganizationId
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders


@dataclass(frozen=True)
class OwnedDeal:
    """A deal and its merchant."""

    id: DealId
    organization_id: OrganizationId


async def deal_named(unit: Unit, name: str) -> OwnedDeal | None:
    """A deal in any state by its id or its slug; no slug looks like an id."""
    column = deals.c.id if "_" in name else deals.c.slug
    row = await unit.one(select(deals.c.id, deals.c.organization_id).where(column == name))
    return OwnedDeal(DealId(row.id), OrganizationId(row.organization_id)) if row else None


async def merchant_of_order(unit: Unit, order_id: str) -> OrganizationId | None:
    statement = select(deals.c.organization_id).join(orders, orders.c.deal_id == deals.c.id)
    return _organization(await unit.value(statement.where(orders.c.id == order_id)))


async def merchant_of_venue(unit: Unit, venue_id: str) -> OrganizationId | None:
    return _organization(await unit.value(select(venues.c.organization_id).where(venues.c.id == venue_id)))


def _organization(found: Any) -> OrganizationId | None:
    return OrganizationId(found) if found else None
