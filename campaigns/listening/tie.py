"""Tie a mention to a deal by hand, where nothing in it did."""

from __future__ import annotations

from sqlalchemy import select, update

from campaigns.deals.rows import deals
from campaigns.foundation.errors import NotFound
from campaigns.listening.reach import Hands, noted, reach
from campaigns.listening.rows import mentions, move_mention


async def tie(mention_id: str, deal_id: str, hands: Hands) -> None:
    """Raises NotFound for a deal of another merchant, and whatever `reach` raises. The same deal again is no change."""
    async with hands.store.begin() as unit:
        row = await reach(unit, mention_id, hands.actor)
        theirs = deals.c.id == deal_id, deals.c.organization_id == row.organization_id
        if await unit.value(select(deals.c.id).where(*theirs)) is None:
            raise NotFound(what="deal")
        if row.deal_id == deal_id:
            return
        now = await hands.clock.now(unit)
        tied = {"deal_id": deal_id, "matched_by": "person"}
        if row.state == "new":
            await move_mention(unit, row, "matched", now, **tied)
        else:
            await unit.run(update(mentions).where(mentions.c.id == row.id).values(tied))
        await noted(unit, row, "tie_mention", hands, now, deal=deal_id)
