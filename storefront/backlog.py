"""What is late: the figures behind the two alarms that matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from campaigns.deals.rows import deals
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import outbox
from campaigns.foundation.store import Store


@dataclass(frozen=True)
class Backlog:
    """Ages are seconds since something was due, 0 where nothing is. `effect_ages_s` is by kind of effect."""

    due_open_deal_age_s: float
    effect_ages_s: dict[str, float]
    dead_effects: int


async def read_backlog(*, store: Store, clock: Clock) -> Backlog:
    undecided = select(func.min(deals.c.decide_by)).where(deals.c.state.in_(("open", "tipped")))
    owed = (
        select(outbox.c.kind, func.min(outbox.c.run_at).label("oldest"))
        .where(outbox.c.state.in_(("pending", "unknown")))
        .group_by(outbox.c.kind)
    )
    dead = select(func.count()).select_from(outbox).where(outbox.c.state == "dead")
    async with store.read() as unit:
        now = await clock.now(unit)
        return Backlog(
            _age_s(await unit.value(undecided), now),
            {row.kind: _age_s(row.oldest, now) for row in await unit.all(owed)},
            int(await unit.value(dead)),
        )


def _age_s(due: datetime | None, now: datetime) -> float:
    return max(0.0, (now - due).total_seconds()) if due else 0.0
