"""Put deals into a campaign, and take them out, while it is a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from campaigns.deals.campaign_moves import locked_campaign
from campaigns.deals.campaign_rules import OVER, CampaignNotDraft, DealInCampaign, DealIsOver, OtherCurrency
from campaigns.deals.rows import campaign_deals, deals, offers, whole_deal
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.ids import CampaignId, DealId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor


async def add_deal(
    campaign_id: CampaignId, deal_id: DealId, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> None:
    """A deal of the same merchant joins the campaign. One that is in it already stays.

    Raises CampaignNotDraft, DealInCampaign, DealIsOver, OtherCurrency, NotFound, NotAllowed.
    """
    async with store.begin() as unit:
        row = await _draft(unit, campaign_id, actor)
        deal = await unit.one(whole_deal().where(deals.c.id == deal_id))
        if deal is None or deal.organization_id != row.organization_id:
            raise NotFound(what="deal")
        if deal.state in OVER:
            raise DealIsOver(state=deal.state)
        await _check_currency(unit, row.id, deal.currency)
        if await _put(unit, row.id, deal_id):
            await _tell(unit, _entry(row, "add_deal", deal_id, actor), now=await clock.now(unit), keys=keys)


async def remove_deal(
    campaign_id: CampaignId, deal_id: DealId, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> None:
    """Take a deal out again. One that is not in it stays out. Raises CampaignNotDraft, NotFound, NotAllowed."""
    async with store.begin() as unit:
        row = await _draft(unit, campaign_id, actor)
        mine = (campaign_deals.c.campaign_id == row.id, campaign_deals.c.deal_id == deal_id)
        if await unit.changed(delete(campaign_deals).where(*mine)):
            await _tell(
                unit, _entry(row, "remove_deal", deal_id, actor), now=await clock.now(unit), keys=keys
            )


async def _draft(unit: Unit, campaign_id: str, actor: Actor) -> Any:
    row = await locked_campaign(unit, campaign_id, actor=actor)
    if row.state != "draft":
        raise CampaignNotDraft(state=row.state)
    return row


async def _put(unit: Unit, campaign_id: str, deal_id: str) -> bool:
    """The key of the table decides: a deal has one row there. False: it was in this campaign already."""
    row = {"deal_id": deal_id, "campaign_id": campaign_id}
    insert = unit.insert(campaign_deals).values(row).on_conflict_do_nothing()
    if await unit.value(insert.returning(campaign_deals.c.deal_id)) is not None:
        return True
    of = select(campaign_deals.c.campaign_id).where(campaign_deals.c.deal_id == deal_id)
    if await unit.value(of) != campaign_id:
        raise DealInCampaign
    return False


async def _check_currency(unit: Unit, campaign_id: str, code: str) -> None:
    others = (
        select(offers.c.currency)
        .join(deals, deals.c.offer_id == offers.c.id)
        .join(campaign_deals, campaign_deals.c.deal_id == deals.c.id)
        .where(campaign_deals.c.campaign_id == campaign_id, offers.c.currency != code)
        .limit(1)
    )
    if (other := await unit.value(others)) is not None:
        raise OtherCurrency(currency=other)


def _entry(row: Any, act: str, deal_id: str, actor: Actor) -> AuditEntry:
    return AuditEntry(row.organization_id, actor.label, act, f"campaign:{row.id}", {"deal_id": deal_id})


async def _tell(unit: Unit, entry: AuditEntry, *, now: datetime, keys: Keys) -> None:
    await record(unit, [Fact(f"campaign_{entry.act}", entry.subject, now, data=entry.data)])
    await note(unit, entry, now=now, keys=keys)
