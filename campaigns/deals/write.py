"""Write a new draft."""

from __future__ import annotations

from campaigns.deals import facts
from campaigns.deals.draft import Draft
from campaigns.deals.draft_rows import insert_draft, keep_offer
from campaigns.deals.drafting import parse
from campaigns.deals.plan import Plan
from campaigns.deals.rules import DEAL
from campaigns.foundation.clock import Clock
from campaigns.foundation.facts import moved, record
from campaigns.foundation.ids import DealId, OrganizationId
from campaigns.foundation.store import Store, Unit
from campaigns.people.rules import Actor, require


async def write(
    draft: Draft, organization_id: OrganizationId, *, actor: Actor, store: Store, clock: Clock
) -> DealId:
    """Store a draft of this merchant. It need not be publishable yet, but every field must be readable.

    A title the merchant has sold before puts the deal on that same offer. Raises InvalidFields, SlugTaken,
    OfferInUse, NotAllowed; then nothing was written.
    """
    require(actor, "write_deal", organization_id)
    plan = parse(draft)
    async with store.begin() as unit:
        return await write_plan(unit, plan, draft, organization_id, actor=actor, clock=clock)


async def write_plan(
    unit: Unit, plan: Plan, draft: Draft, organization_id: OrganizationId, *, actor: Actor, clock: Clock
) -> DealId:
    """The same inside a transaction, for a plan that is parsed already."""
    now = await clock.now(unit)
    offer_id = await keep_offer(unit, organization_id, plan.offer, deal_id=None)
    made = {
        "organization_id": organization_id,
        "offer_id": offer_id,
        "state": DEAL.first,
        "imported_digest": draft.imported_digest,
    }
    deal_id = await insert_draft(unit, plan, made, now)
    note = facts.note(facts.WRITTEN, actor)
    await record(unit, [moved(DEAL, f"deal:{deal_id}", "", DEAL.first, now, deal_id=deal_id, data=note)])
    return DealId(deal_id)
