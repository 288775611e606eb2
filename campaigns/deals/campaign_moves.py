"""Lock a campaign and move it: the statements every operation on it shares."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rows import campaigns
from campaigns.deals.rules import CAMPAIGN
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import moved, record
from campaigns.foundation.store import Unit
from campaigns.people.rules import Actor, require


async def locked_campaign(unit: Unit, campaign_id: str, *, actor: Actor) -> Any:
    """The campaign row, held until the transaction ends, for somebody who may write it.

    Raises NotFound, NotAllowed.
    """
    row = await unit.one(select(campaigns).where(campaigns.c.id == campaign_id).with_for_update())
    if row is None:
        raise NotFound(what="campaign")
    require(actor, "write_campaign", row.organization_id)
    return row


async def move_campaign(unit: Unit, row: Any, to_state: str, now: datetime, **changes: Any) -> None:
    """Move a locked campaign and record it. `note` in `changes` is kept with the fact."""
    told = changes.pop("note", {})
    fact = moved(CAMPAIGN, f"campaign:{row.id}", row.state, to_state, now, data=told)
    await unit.run(update(campaigns).where(campaigns.c.id == row.id).values(state=to_state, **changes))
    await record(unit, [fact])
