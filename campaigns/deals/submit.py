"""Hand a draft in for review."""

from __future__ import annotations

from typing import Any

from campaigns.deals import facts
from campaigns.deals.checks import check_publishable
from campaigns.deals.draft_rows import check_no_overlap, stored_plan
from campaigns.deals.rows import lock_deal, move_deal
from campaigns.deals.rules import DealChangedMeanwhile, DealNotDraft
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store, Unit
from campaigns.people.rules import Actor, require


async def submit(deal_id: DealId, *, actor: Actor, store: Store, clock: Clock) -> None:
    """draft -> in_review, if it could be published now (R8, R28, R51, R61).

    Raises InvalidFields with everything that stands in the way, WindowsOverlap, DealNotDraft, NotAllowed,
    NotFound.
    """
    async with store.begin() as unit:
        row = await lock_deal(unit, deal_id)
        if row is None:
            raise NotFound(what="deal")
        await submit_locked(unit, row, actor=actor, clock=clock)


async def submit_locked(unit: Unit, row: Any, *, actor: Actor, clock: Clock) -> None:
    """The same inside a transaction that holds the deal."""
    require(actor, "submit_deal", row.organization_id)
    if row.state != "draft":
        raise DealNotDraft(state=row.state.replace("_", " "))
    now = await clock.now(unit)
    whole, plan = await stored_plan(unit, row.id)
    check_publishable(plan, now)
    await check_no_overlap(unit, whole)
    note = facts.note(facts.SUBMITTED, actor)
    if not await move_deal(unit, whole, "in_review", now, told=True, review_note="", note=note):
        raise DealChangedMeanwhile
