"""A campaign and whoever may see it. What belongs to another merchant is not there at all (S15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.deals.campaign_queries import CampaignView, campaign_by_id
from campaigns.foundation.errors import NotFound
from campaigns.people.queries import Organization, read_organization
from campaigns.people.rules import Actor, require
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of


@dataclass(frozen=True)
class OpenedCampaign:
    """Read at `now`."""

    actor: Actor
    merchant: Organization
    campaign: CampaignView
    now: datetime

    @property
    def address(self) -> str:
        return f"/console/campaigns/{self.campaign.id}"


async def open_campaign(request: AnyRequest, campaign_id: str, act: str) -> OpenedCampaign:
    """Raises SignInNeeded, NotFound for another merchant's campaign, NotAllowed for the wrong role."""
    site, actor = site_of(request), await actor_behind(request)
    if actor.is_anonymous:
        require(actor, act)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        campaign = await campaign_by_id(unit, campaign_id)
        if campaign is None or campaign.organization_id not in actor.roles:
            raise NotFound(what="campaign")
        require(actor, act, campaign.organization_id)
        merchant = await read_organization(unit, campaign.organization_id)
    if merchant is None:
        raise NotFound(what="campaign")
    return OpenedCampaign(actor, merchant, campaign, now)
