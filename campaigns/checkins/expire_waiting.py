"""Check-ins that no staff looked at in time are refused, and used-up challenges go."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from campaigns.checkins.rows import challenges, check_ins, decide
from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store

_CHALLENGE_KEPT = timedelta(days=1)


async def expire_waiting(*, store: Store, clock: Clock, batch: int = 200) -> int:
    """Refuse what has waited its 15 minutes. Answers how many were refused."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        await unit.run(delete(challenges).where(challenges.c.expires_at < now - _CHALLENGE_KEPT))
        due = (
            select(check_ins)
            .where(check_ins.c.state == "needs_staff", check_ins.c.waits_until <= now)
            .order_by(check_ins.c.waits_until, check_ins.c.id)
            .limit(batch)
            .with_for_update(skip_locked=True)
        )
        rows = await unit.all(due)
        return sum([await decide(unit, row, "refused", "position_unclear", now) for row in rows])
