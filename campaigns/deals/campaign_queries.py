"""Campaigns as pages, reports and the API read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from campaigns.deals.campaign_rules import OVER
from campaigns.deals.rows import campaign_deals, campaigns, deals, offers
from campaigns.foundation.ids import CampaignId, DealId, OrganizationId
from campaigns.foundation.store import Unit


@dataclass(frozen=True)
class CampaignDeal:
    """A deal as a campaign lists it."""

    id: DealId
    slug: str
    title: str
    state: str
    currency: str


@dataclass(frozen=True)
class CampaignView:
    """A campaign with its deals, those closing first in front. `tag` has no #; `currency` is None without deals."""

    id: CampaignId
    organization_id: OrganizationId
    slug: str
    name: str
    goal: str
    tag: str
    channels: tuple[str, ...]
    referral_hours: int
    state: str
    created_at: datetime
    launched_at: datetime | None
    ended_at: datetime | None
    deals: tuple[CampaignDeal, ...]

    @property
    def currency(self) -> str | None:
        return self.deals[0].currency if self.deals else None


_COLUMNS = [campaigns.c[name] for name in CampaignView.__dataclass_fields__ if name != "deals"]
_DEAL = [deals.c.id, deals.c.slug, offers.c.title, deals.c.state, offers.c.currency]


async def campaign_by_id(unit: Unit, campaign_id: str) -> CampaignView | None:
    """A campaign in any state, for those who may see it."""
    found = await _views(unit, campaigns.c.id == campaign_id)
    return found[0] if found else None


async def campaign_of_deal(unit: Unit, deal_id: str) -> CampaignView | None:
    """The one campaign a deal is in."""
    of = select(campaign_deals.c.campaign_id).where(campaign_deals.c.deal_id == deal_id)
    found = await _views(unit, campaigns.c.id.in_(of))
    return found[0] if found else None


async def console_campaigns(unit: Unit, organization_id: OrganizationId) -> list[CampaignView]:
    """Every campaign of a merchant, newest first."""
    return await _views(unit, campaigns.c.organization_id == organization_id)


async def groupable_deals(unit: Unit, organization_id: OrganizationId) -> list[CampaignDeal]:
    """What a campaign of this merchant can still take: deals that are not over and in no campaign."""
    taken = select(campaign_deals.c.deal_id)
    statement = (
        select(*_DEAL)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(
            deals.c.organization_id == organization_id,
            deals.c.state.not_in(OVER),
            deals.c.id.not_in(taken),
        )
        .order_by(deals.c.closes_at, deals.c.id)
    )
    return [_deal(row) for row in await unit.all(statement)]


async def _views(unit: Unit, where: ColumnElement[bool]) -> list[CampaignView]:
    statement = select(*_COLUMNS).where(where).order_by(campaigns.c.created_at.desc(), campaigns.c.id)
    rows = await unit.all(statement)
    listed = await _deals_of(unit, [row.id for row in rows])
    return [
        CampaignView(**{**row._mapping, "channels": tuple(row.channels)}, deals=listed[row.id])
        for row in rows
    ]


async def _deals_of(unit: Unit, campaign_ids: Sequence[str]) -> Mapping[str, tuple[CampaignDeal, ...]]:
    statement = (
        select(campaign_deals.c.campaign_id, *_DEAL)
        .join(deals, deals.c.id == campaign_deals.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(campaign_deals.c.campaign_id.in_(campaign_ids))
        .order_by(deals.c.closes_at, deals.c.id)
    )
    found: dict[str, tuple[CampaignDeal, ...]] = dict.fromkeys(campaign_ids, ())
    for row in await unit.all(statement):
        found[row.campaign_id] += (_deal(row),)
    return found


def _deal(row: Any) -> CampaignDeal:
    return CampaignDeal(**{name: getattr(row, name) for name in CampaignDeal.__dataclass_fields__})
