"""End a campaign. Its report goes on counting until the outcome window that was fixed at launch is over."""

from __future__ import annotations

from campaigns.deals.campaign_moves import locked_campaign, move_campaign
from campaigns.deals.campaign_rules import CampaignNotRunning
from campaigns.foundation.clock import Clock
from campaigns.foundation.ids import CampaignId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor


async def end_campaign(
    campaign_id: CampaignId, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> None:
    """launched -> ended; invitations not sent by then are not sent any more (R81).

    Raises CampaignNotRunning, NotFound, NotAllowed.
    """
    async with store.begin() as unit:
        row = await locked_campaign(unit, campaign_id, actor=actor)
        if row.state != "launched":
            raise CampaignNotRunning(state=row.state)
        now = await clock.now(unit)
        await move_campaign(unit, row, "ended", now, ended_at=now)
        entry = AuditEntry(row.organization_id, actor.label, "end_campaign", f"campaign:{campaign_id}")
        await note(unit, entry, now=now, keys=keys)
