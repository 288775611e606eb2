"""APScheduler as an alarm clock: it rings, the rows decide. A lost ring costs lateness, never a deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select

from campaigns.deals.rows import deals
from campaigns.lift.measure import measure_due
from campaigns.orders.reconcile import reconcile_due, sweep_payments
from campaigns.people.sweep import forget_expired
from campaigns.sharing.follow import forget_visitors
from scheduler.due import do_what_is_due
from scheduler.effects import drain_effects
from scheduler.feeds import drain_feeds
from scheduler.listening import drain_mentions
from scheduler.notices import drain_notices
from scheduler.outside import Surroundings
from scheduler.watch import watch_invariants

_log = structlog.get_logger("quorum.scheduler")
_SWEEP_BACK = timedelta(hours=48)
# What is under way when the process is told to stop gets this long; the rest is recovered by lease expiry.
FINISH_S = 10.0

Job = Callable[[], Awaitable[Any]]


class Alarm:
    """One per process, any number of processes. Jobs live in memory: the database knows what is due."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._stopping = asyncio.Event()
        self._ringing: set[asyncio.Task[Any]] = set()
        # It would tell of every ring, and of every one that came while the last still rang.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to ring: the ticks now, the sweeps in their rhythm."""
        self._every("tick", self.tick, seconds=1)
        self._every("notices", self._notices, seconds=1)
        self._every("effects", self._effects, seconds=1)
        self._every("feeds", self._feeds, seconds=2)
        self._every("mentions", self._mentions, seconds=15)
        self._every("closings", self._watch_closings, seconds=30)
        self._every("watch", self._watch, seconds=60)
        self._every("measure", self._measure, seconds=60)
        self._every("reconcile", self._reconcile, minutes=5)
        self._every("sweep", self._sweep, hours=1)
        self._every("forget", self._forget, hours=1)
        self._scheduler.start()

    async def stop(self, *, finish_s: float = FINISH_S) -> None:
        """Ring no more, claim no more, finish what is under way. Cut off after `finish_s`, nothing is lost:
        what is still leased is carried out by whoever comes when its lease ends."""
        self._stopping.set()
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        under_way = set(self._ringing)
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=finish_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the scheduler ends itself at the loop's next turn

    def _every(self, name: str, job: Job, **interval: float) -> None:
        first = datetime.now(UTC) + timedelta(seconds=0.1)
        trigger = IntervalTrigger(**interval)
        self._scheduler.add_job(self._ring, trigger, [name, job], id=name, next_run_time=first)

    async def _ring(self, name: str, job: Job) -> None:
        if self._stopping.is_set():
            return
        if (task := asyncio.current_task()) is None:
            raise RuntimeError("a ring is always a task")
        self._ringing.add(task)
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - the next ring tries again; a dead alarm clock would be worse
            _log.error("ring_failed", job=name, error=type(error).__name__, detail=str(error)[:200])
        finally:
            self._ringing.discard(task)

    async def tick(self) -> None:
        """What the clock has made due."""
        money = self._surroundings.money
        await do_what_is_due(store=money.store, clock=money.clock)

    async def _notices(self) -> None:
        await drain_notices(self._surroundings.money, stopping=self._stopping)

    async def _effects(self) -> None:
        await drain_effects(self._surroundings, stopping=self._stopping)

    async def _feeds(self) -> None:
        await drain_feeds(self._surroundings, stopping=self._stopping)

    async def _mentions(self) -> None:
        await drain_mentions(self._surroundings, stopping=self._stopping)

    async def _watch(self) -> None:
        money = self._surroundings.money
        await watch_invariants(store=money.store, clock=money.clock)

    async def _measure(self) -> None:
        money = self._surroundings.money
        await measure_due(store=money.store, clock=money.clock)

    async def _reconcile(self) -> None:
        await reconcile_due(self._surroundings.money)

    async def _sweep(self) -> None:
        money = self._surroundings.money
        async with money.store.read() as unit:
            since = await money.clock.now(unit) - _SWEEP_BACK
        await sweep_payments(money, since)

    async def _forget(self) -> None:
        money = self._surroundings.money
        await forget_expired(store=money.store, clock=money.clock)
        await forget_visitors(store=money.store, clock=money.clock)

    async def _watch_closings(self) -> None:
        """A date job per open deal, so that a close is punctual to the moment and not to the tick."""
        money = self._surroundings.money
        async with money.store.read() as unit:
            now = await money.clock.now(unit)
            rows = await unit.all(
                select(deals.c.id, deals.c.closes_at)
                .where(deals.c.state.in_(("open", "tipped")), deals.c.closes_at > now)
                .order_by(deals.c.closes_at)
                .limit(1000)
            )
        for row in rows:
            name = f"close:{row.id}"
            at = DateTrigger(row.closes_at)
            self._scheduler.add_job(self._ring, at, [name, self.tick], id=name, replace_existing=True)
