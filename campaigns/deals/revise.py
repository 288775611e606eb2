"""Rewrite a draft."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from campaigns.deals import facts
from campaigns.deals.draft import Draft
from campaigns.deals.draft_rows import drop_unused_offer, keep_offer, set_venues
from campaigns.deals.drafting import parse
from campaigns.deals.plan import Plan
from campaigns.deals.rows import deals, lock_deal
from campaigns.deals.rules import DealChangedMeanwhile, DealNotDraft, SlugTaken
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store, Unit
from campaigns.people.rules import Actor, require


async def revise(
    deal_id: DealId, draft: Draft, version: int | None, *, actor: Actor, store: Store, clock: Clock
) -> None:
    """Replace everything in a draft. `version` is the one the writer saw; None overwrites whatever there is.

    Raises InvalidFields, DealNotDraft, DealChangedMeanwhile, SlugTaken, OfferInUse, NotAllowed, NotFound.
    """
    async with store.begin() as unit:
        row = await lock_deal(unit, deal_id)
        if row is None:
            raise NotFound(what="deal")
        require(actor, "write_deal", row.organization_id)
        plan = parse(draft)
        if row.state != "draft":
            raise DealNotDraft(state=row.state.replace("_", " "))
        if version is not None and version != row.version:
            raise DealChangedMeanwhile
        await revise_plan(unit, row, plan, draft, actor=actor, clock=clock)


async def revise_plan(unit: Unit, row: Any, plan: Plan, draft: Draft, *, actor: Actor, clock: Clock) -> None:
    """The same inside a transaction, for a locked draft and a plan that is parsed already."""
    now = await clock.now(unit)
    offer_id = await keep_offer(unit, row.organization_id, plan.offer, deal_id=row.id)
    slug = plan.slug or row.slug
    if await unit.one(select(deals.c.id).where(deals.c.slug == slug, deals.c.id != row.id)):
        raise SlugTaken(slug=slug)
    written = {
        **plan.columns,
        "slug": slug,
        "offer_id": offer_id,
        "imported_digest": draft.imported_digest,
        "version": deals.c.version + 1,
    }
    await unit.run(update(deals).where(deals.c.id == row.id).values(written))
    await set_venues(unit, row.id, row.organization_id, plan.venue_ids)
    if offer_id != row.offer_id:
        await drop_unused_offer(unit, row.offer_id)
    note = facts.note(facts.REVISED, actor)
    await record(unit, [Fact("deal_revised", f"deal:{row.id}", now, deal_id=row.id, data=note)])
