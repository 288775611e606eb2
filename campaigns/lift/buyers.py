"""Who bought in a campaign, and who of them was a customer before (R87)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from campaigns.deals.campaign_queries import CampaignView
from campaigns.deals.rows import deals
from campaigns.deals.windows import local_day
from campaigns.foundation.store import Unit
from campaigns.lift.rows import sales
from campaigns.orders.rows import orders
from campaigns.people.queries import read_organization


@dataclass(frozen=True)
class Buyer:
    """A person charged for deals of a campaign, first at `first_at`.

    `was_customer`: an order outside the campaign was charged before that moment, or a sale was imported of a day
    before that day. Sales nobody imported are not known, so the share of earlier customers is at least this.
    """

    account_id: str
    deal_ids: frozenset[str]
    first_at: datetime
    was_customer: bool


async def buyers_of(unit: Unit, campaign: CampaignView) -> list[Buyer]:
    """By account id, without the merchant's own people."""
    bought: dict[str, list[Any]] = {}
    for row in await unit.all(_charged(campaign)):
        bought.setdefault(row.buyer_id, []).append(row)
    first = {account_id: min(row.captured_at for row in rows) for account_id, rows in bought.items()}
    known = await _by_orders(unit, campaign, first) | await _by_sales(unit, campaign, first)
    return [
        Buyer(account_id, frozenset(row.deal_id for row in rows), first[account_id], account_id in known)
        for account_id, rows in sorted(bought.items())
    ]


def _charged(campaign: CampaignView) -> Any:
    mine = orders.c.deal_id.in_([deal.id for deal in campaign.deals])
    charged = (orders.c.captured_at.is_not(None), orders.c.counts)
    return select(orders.c.buyer_id, orders.c.deal_id, orders.c.captured_at).where(mine, *charged)


async def _by_orders(unit: Unit, campaign: CampaignView, first: dict[str, datetime]) -> set[str]:
    elsewhere = (
        select(orders.c.buyer_id, func.min(orders.c.captured_at).label("at"))
        .join(deals, deals.c.id == orders.c.deal_id)
        .where(
            deals.c.organization_id == campaign.organization_id,
            orders.c.deal_id.not_in([deal.id for deal in campaign.deals]),
            orders.c.captured_at.is_not(None),
        )
        .group_by(orders.c.buyer_id)
    )
    found = await unit.all(elsewhere)
    return {row.buyer_id for row in found if row.buyer_id in first and row.at < first[row.buyer_id]}


async def _by_sales(unit: Unit, campaign: CampaignView, first: dict[str, datetime]) -> set[str]:
    merchant = await read_organization(unit, campaign.organization_id)
    zone = ZoneInfo(merchant.zone if merchant else "UTC")
    earliest = (
        select(sales.c.account_id, func.min(sales.c.sold_on).label("sold_on"))
        .where(sales.c.organization_id == campaign.organization_id, sales.c.amount_minor > 0)
        .group_by(sales.c.account_id)
    )
    return {
        row.account_id
        for row in await unit.all(earliest)
        if row.account_id in first and row.sold_on < local_day(first[row.account_id], zone)
    }
