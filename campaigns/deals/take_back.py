"""Take a deal back to edit it, before it has opened."""

from __future__ import annotations

from campaigns.deals import facts
from campaigns.deals.rows import lock_deal, move_deal
from campaigns.deals.rules import DealChangedMeanwhile, DealNotTakenBack
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store
from campaigns.people.rules import Actor, require


async def take_back(deal_id: DealId, *, actor: Actor, store: Store, clock: Clock) -> None:
    """in_review or scheduled -> draft; review starts again. From `opens_at` on it is too late.

    Raises DealNotTakenBack, NotAllowed, NotFound.
    """
    async with store.begin() as unit:
        row = await lock_deal(unit, deal_id)
        if row is None:
            raise NotFound(what="deal")
        require(actor, "write_deal", row.organization_id)
        now = await clock.now(unit)
        opened = row.state == "scheduled" and now >= row.opens_at
        if row.state not in ("in_review", "scheduled") or opened:
            raise DealNotTakenBack(state="open" if opened else row.state.replace("_", " "))
        note = facts.note(facts.TAKEN_BACK, actor)
        if not await move_deal(unit, row, "draft", now, published_at=None, note=note):
            raise DealChangedMeanwhile
