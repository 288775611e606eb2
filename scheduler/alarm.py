"""APScheduler as an alarm clock: it rings, the rows decide. Losing a ring costs lateness, never a deadline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from campaigns.deals.rows import deals
from campaigns.orders.reconcile import reconcile_due, sweep_payments
from sqlalchemy import select

from scheduler.due import do_what_is_due
from scheduler.effects import drain_effects
from scheduler.notices import drain_notices
from scheduler.outside import Surroundings

_log = structlog.get_logger("quorum.scheduler")
_SWEEP_BACK = timedelta(hours=48)


class Alarm:
    """One per process, any number of processes. Jobs live in memory: the database knows what is due."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to ring: the ticks now, the sweeps in their rhythm."""
        self._every("tick", self.tick, seconds=1)
        self._every("notices", self._notices, seconds=1)
        self._every("effects", self._effects, seconds=1)
        self._every("closings", self._watch_closings, seconds=30)
        self._every("reconcile", self._reconcile, minutes=5)
        self._every("sweep", self._sweep, hours=1)
        self._scheduler.start()

    async def stop(self) -> None:
        """Ring no more. What is leased is recovered when its lease ends."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _every(self, name: str, job: Callable[[], Awaitable[Any]], **interval: float) -> None:
        async def ring() -> None:
            try:
                await job()
            except Exception as error:  # the next ring tries again; a dead alarm clock would be worse
                _log.error("ring_failed", job=name, error=type(error).__name__, detail=str(error)[:200])

        first = datetime.now(UTC) + timedelta(seconds=0.1)
        self._scheduler.add_job(ring, IntervalTrigger(**interval), id=name, next_run_time=first)

    async def tick(self) -> None:
        """What the clock has made due."""
        money = self._surroundings.money
        await do_what_is_due(store=money.store, clock=money.clock)

    async def _notices(self) -> None:
        await drain_notices(self._surroundings.money)

    async def _effects(self) -> None:
        await drain_effects(self._surroundings)

    async def _reconcile(self) -> None:
        await reconcile_due(self._surroundings.money)

    async def _sweep(self) -> None:
        money = self._surroundings.money
        async with money.store.read() as unit:
            since = await money.clock.now(unit) - _SWEEP_BACK
        await sweep_payments(money, since)

    async def _watch_closings(self) -> None:
        """A date job per open deal, so that a close is punctual to the moment and not to the tick."""
        async with self._surroundings.money.store.read() as unit:
            rows = await unit.all(
                select(deals.c.id, deals.c.closes_at)
                .where(deals.c.state.in_(("open", "tipped")), deals.c.closes_at > datetime.now(UTC))
                .order_by(deals.c.closes_at)
                .limit(1000)
            )
        for row in rows:
            self._scheduler.add_job(
                self.tick, DateTrigger(row.closes_at), id=f"close:{row.id}", replace_existing=True
            )
