"""Forget what protects people only for a while: ended sessions, counted tries, stored answers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store
from campaigns.people.answers import KEPT
from campaigns.people.rows import session, stored_answer, tries

_LONGEST_WINDOW = timedelta(days=1)


async def forget_expired(*, store: Store, clock: Clock) -> int:
    """Safe to run at any time and in any number of processes; answers how many rows went."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        gone = await unit.changed(delete(session).where(session.c.expires_at <= now))
        gone += await unit.changed(delete(tries).where(tries.c.window_start < now - _LONGEST_WINDOW))
        gone += await unit.changed(delete(stored_answer).where(stored_answer.c.created_at < now - KEPT))
    return gone
