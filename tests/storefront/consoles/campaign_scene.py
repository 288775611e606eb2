"""Campaigns to look at: contacts in groups, a launch, people who buy, and the days after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaigns.contacts.import_contacts import ContactFile, Imported, import_contacts
from campaigns.contacts.queries import contacts_of
from campaigns.contacts.rules import HEADER
from campaigns.deals.campaign_rules import Idea
from campaigns.deals.group_deals import add_deal
from campaigns.deals.write_campaign import create_campaign
from campaigns.foundation.ids import AccountId, CampaignId, DealId, OrganizationId
from campaigns.lift.design import Design
from campaigns.lift.launch import Launched, launch
from campaigns.lift.measure import measure
from campaigns.people.rules import Actor
from tests.shop import Shop

WORDS = Idea("Noodle week", "Fill the slow Tuesdays.", "noodleweek", ("mail", "links"))


def owner_of(merchant_id: str) -> Actor:
    return Actor(AccountId("acc_owner"), "Owner", {OrganizationId(merchant_id): "owner"})


def around_of(merchant_id: str, around: Any) -> dict[str, Any]:
    """What operations ask for; `around` has a store, a clock and keys."""
    return {
        "actor": owner_of(merchant_id),
        "store": around.store,
        "clock": around.clock,
        "keys": around.keys,
    }


async def a_campaign(merchant_id: str, *deal_ids: str, around: Any, words: Idea = WORDS) -> CampaignId:
    """A draft with these deals in it."""
    asked = around_of(merchant_id, around)
    campaign_id = await create_campaign(words, OrganizationId(merchant_id), **asked)
    for deal_id in deal_ids:
        await add_deal(campaign_id, DealId(deal_id), **asked)
    return campaign_id


def contact_file(groups: int, size: int) -> str:
    """So many groups of so many people, all of whom agreed."""
    rows = [
        f"p{group:03}.{place:02}@example.com,Club {group:03},Form at the till,2026-03-01"
        for group in range(groups)
        for place in range(size)
    ]
    return "\n".join([",".join(HEADER), *rows])


async def bring(merchant_id: str, text: str, *, around: Any) -> Imported:
    return await import_contacts(
        ContactFile(text), OrganizationId(merchant_id), **around_of(merchant_id, around)
    )


async def launched(
    merchant_id: str,
    deal_ids: Sequence[str],
    *,
    around: Any,
    groups: int = 24,
    size: int = 2,
    words: Idea = WORDS,
) -> tuple[CampaignId, Launched]:
    """A campaign whose groups of contacts are half invited and half held out."""
    await bring(merchant_id, contact_file(groups, size), around=around)
    campaign_id = await a_campaign(merchant_id, *deal_ids, around=around, words=words)
    design = Design(holdout_percent="50", outcome_window_days="7", minimum_sample="8", expected_percent="40")
    return campaign_id, await launch(campaign_id, design, **around_of(merchant_id, around))


async def campaign_addresses(shop: Shop, name: str, deal_ids: Sequence[str]) -> tuple[str, list[str]]:
    """A page to end mail, and every page about campaigns: one of any name launched and measured, one a draft."""
    world = shop.world
    merchant_id = world.merchant_id
    words = Idea(name, name, "noodleweek", ("mail", "bluesky"))
    campaign_id, _ = await launched(merchant_id, deal_ids, around=world, groups=8, size=2, words=words)
    free = await world.deal(threshold=2)
    draft = await a_campaign(merchant_id, free, around=world, words=words)
    for group in range(8):
        await world.buy(deal_ids[0], f"p{group:03}.00@example.com", 1 + group % 2)
    await measure(campaign_id, store=world.store, clock=world.clock)
    async with world.store.read() as unit:
        person = (await contacts_of(unit, OrganizationId(merchant_id), limit=1))[0]
    here = "/console/campaigns"
    unsubscribe = world.links.unsubscribe(merchant_id, person.account_id).removeprefix(shop.address)
    return unsubscribe, [
        f"{here}?merchant=willow",
        f"{here}/new?merchant=willow",
        f"{here}/{campaign_id}",
        f"{here}/{campaign_id}/edit",
        f"{here}/{draft}/edit",
        f"{here}/{draft}/launch",
        "/console/contacts?merchant=willow",
        "/console/contacts/sales?merchant=willow",
    ]
