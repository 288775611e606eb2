"""Compute what a campaign's experiment says, when anything it is computed from has changed, and keep it (R64).

Reading and computing are apart: the estimate takes a second or so and holds no transaction open.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store, Unit
from campaigns.lift.answer import answer, days_left
from campaigns.lift.outcomes import outcomes
from campaigns.lift.publish import as_stored
from campaigns.lift.queries import experiment_of, health
from campaigns.lift.rows import experiments, lift_results
from campaigns.lift.rules import ClusterOutcome, Experiment, Health


@dataclass(frozen=True)
class Counted:
    """Everything a result is computed from, and the version that says whether it has changed."""

    experiment: Experiment
    outcomes: list[ClusterOutcome]
    health: Health
    salt: str
    version: str
    stored_version: str | None


async def measure_due(*, store: Store, clock: Clock) -> int:
    """Bring the result of every launched campaign up to date; answers how many changed."""
    async with store.read() as unit:
        mine = select(experiments.c.campaign_id).order_by(experiments.c.campaign_id)
        launched = [row.campaign_id for row in await unit.all(mine)]
    return sum([await measure(campaign_id, store=store, clock=clock) for campaign_id in launched])


async def measure(campaign_id: str, *, store: Store, clock: Clock) -> bool:
    """Compute and keep one campaign's result. False: nothing changed since, or it was never launched."""
    async with store.read() as unit:
        now = await clock.now(unit)
        counted = await _count(unit, campaign_id, now)
    if counted is None or counted.version == counted.stored_version:
        return False
    result = await asyncio.to_thread(_result, counted, now)
    row = {
        "campaign_id": campaign_id,
        "data_version": counted.version,
        "computed_at": now,
        "result": result,
    }
    async with store.begin() as unit:
        insert = unit.insert(lift_results).values(row)
        kept = insert.on_conflict_do_update(
            index_elements=["campaign_id"],
            set_={name: row[name] for name in ("data_version", "computed_at", "result")},
            # Whoever computed from an older state does not overwrite a newer result.
            where=lift_results.c.computed_at <= now,
        )
        return await unit.changed(kept) == 1


async def _count(unit: Unit, campaign_id: str, now: datetime) -> Counted | None:
    experiment = await experiment_of(unit, campaign_id)
    if experiment is None:
        return None
    found, counts = await outcomes(unit, campaign_id), await health(unit, campaign_id)
    of = experiments.c.campaign_id == campaign_id
    salt = await unit.value(select(experiments.c.salt).where(of))
    stored = select(lift_results.c.data_version).where(lift_results.c.campaign_id == campaign_id)
    version = version_of(experiment, found, counts, now)
    return Counted(experiment, found, counts, salt, version, await unit.value(stored))


def version_of(experiment: Experiment, found: list[ClusterOutcome], counts: Health, now: datetime) -> str:
    """Twelve hexadecimal digits that change exactly when the result can: with the counts, and once a day until
    the window is over, because the days that are left are part of it."""
    read: list[Any] = [[asdict(each) for each in found], asdict(counts), days_left(experiment, now)]
    return sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:12]


def _result(counted: Counted, now: datetime) -> dict[str, Any]:
    found = answer(counted.experiment, counted.outcomes, counted.health, salt=counted.salt, now=now)
    return as_stored(found, counted.outcomes, data_version=counted.version, now=now)
