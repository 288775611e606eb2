"""Begin a campaign, and change its name and words."""

from __future__ import annotations

from sqlalchemy import select, update

from campaigns.deals.campaign_moves import locked_campaign
from campaigns.deals.campaign_rules import CampaignEnded, Idea, parse_idea, slug_of
from campaigns.deals.rows import campaigns
from campaigns.deals.rules import CAMPAIGN
from campaigns.foundation.clock import Clock
from campaigns.foundation.facts import Fact, moved, record
from campaigns.foundation.ids import CampaignId, OrganizationId, new_id, random_text
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require


async def create_campaign(
    idea: Idea, organization_id: OrganizationId, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> CampaignId:
    """A new draft without deals. Raises InvalidFields, NotAllowed; then nothing was written."""
    require(actor, "write_campaign", organization_id)
    written = parse_idea(idea)
    campaign_id = new_id("cmp")
    async with store.begin() as unit:
        now = await clock.now(unit)
        row = {
            "id": campaign_id,
            "organization_id": organization_id,
            "slug": await _free_slug(unit, organization_id, str(written["name"])),
            "referral_hours": 72,
            "state": CAMPAIGN.first,
            "created_at": now,
            **written,
        }
        await unit.run(campaigns.insert().values(row))
        await record(unit, [moved(CAMPAIGN, f"campaign:{campaign_id}", "", CAMPAIGN.first, now)])
        entry = AuditEntry(organization_id, actor.label, "create_campaign", f"campaign:{campaign_id}")
        await note(unit, entry, now=now, keys=keys)
    return CampaignId(campaign_id)


async def rewrite_campaign(
    campaign_id: CampaignId, idea: Idea, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> None:
    """Another name, goal, tag or channels, until the campaign has ended; its address stays.

    Nothing that an experiment compares is touched by it. Raises InvalidFields, CampaignEnded, NotFound, NotAllowed.
    """
    written = parse_idea(idea)
    async with store.begin() as unit:
        row = await locked_campaign(unit, campaign_id, actor=actor)
        if row.state == "ended":
            raise CampaignEnded
        now = await clock.now(unit)
        await unit.run(update(campaigns).where(campaigns.c.id == row.id).values(written))
        changed = sorted(name for name, value in written.items() if getattr(row, name) != value)
        fact = Fact("campaign_rewritten", f"campaign:{row.id}", now, data={"changed": changed})
        await record(unit, [fact])
        entry = AuditEntry(
            row.organization_id, actor.label, "write_campaign", f"campaign:{row.id}", {"changed": changed}
        )
        await note(unit, entry, now=now, keys=keys)


async def _free_slug(unit: Unit, organization_id: str, name: str) -> str:
    """Two campaigns of one name get different addresses."""
    slug = slug_of(name)
    same = select(campaigns.c.id).where(
        campaigns.c.organization_id == organization_id, campaigns.c.slug == slug
    )
    return slug if await unit.value(same) is None else f"{slug}-{random_text(30)}"
