"""Open every deal whose time has come."""

from __future__ import annotations

from sqlalchemy import select

from campaigns.deals.rows import deals, open_if_due
from campaigns.foundation.clock import Clock
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store

_BATCH = 50


async def open_due(*, store: Store, clock: Clock) -> list[DealId]:
    """scheduled -> open for up to 50 deals, earliest first; answers those this call opened (R17, R18).

    Any number of processes may call it at once. A full batch says that more may be due.
    """
    async with store.begin() as unit:
        now = await clock.now(unit)
        due = (
            select(deals.c.id, deals.c.state, deals.c.opens_at)
            .where(deals.c.state == "scheduled", deals.c.opens_at <= now)
            .order_by(deals.c.opens_at, deals.c.id)
            .limit(_BATCH)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return [DealId(row.id) for row in await unit.all(due) if await open_if_due(unit, row, now)]
