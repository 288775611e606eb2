"""The worker process: it decides what is due and carries out what is owed, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from campaigns.foundation.clock import Clock, DatabaseClock
from campaigns.foundation.failpoints import arm_from_environment
from campaigns.foundation.links import Links
from campaigns.foundation.logs import configure_logs
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store, open_store
from campaigns.orders.carry_out import Outside
from integrations.adapters import Adapters, build_adapters
from scheduler.alarm import Alarm
from scheduler.due import do_what_is_due
from scheduler.effects import drain_effects
from scheduler.feeds import drain_feeds
from scheduler.listening import drain_mentions
from scheduler.notices import drain_notices
from scheduler.outside import Surroundings
from scheduler.start_up import StartRefused, check_start

__all__ = [
    "StartRefused",
    "Surroundings",
    "check_start",
    "drain_effects",
    "drain_feeds",
    "ringing",
    "run",
    "surroundings_of",
    "until_quiet",
    "work",
]

_log = structlog.get_logger("quorum.worker")
# Rounds a single moment may take: a tip owes captures, captures owe letters, a letter owes nothing.
_MOST_ROUNDS = 100


def surroundings_of(settings: Settings, *, store: Store, clock: Clock, adapters: Adapters) -> Surroundings:
    """What a worker of this installation works with."""
    keys = settings.keys()
    money = Outside(store, clock, adapters.processor, keys)
    return Surroundings(
        money, Links(settings.address, keys), adapters.mailer, adapters.publishers, adapters.sources
    )


@asynccontextmanager
async def ringing(surroundings: Surroundings) -> AsyncIterator[Alarm]:
    """An alarm that rings while inside. Raises StartRefused before the first ring."""
    await check_start(surroundings.money.store)
    alarm = Alarm(surroundings)
    alarm.start()
    try:
        yield alarm
    finally:
        await alarm.stop()


async def until_quiet(surroundings: Surroundings) -> None:
    """Let everything happen that is due at this moment, and all that follows from it, without an alarm."""
    money = surroundings.money
    for _ in range(_MOST_ROUNDS):
        await do_what_is_due(store=money.store, clock=money.clock)
        made = await drain_notices(money) + await drain_effects(surroundings)
        made += await drain_feeds(surroundings) + await drain_mentions(surroundings)
        if not made:
            return


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what is under way. Raises StartRefused."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    store, adapters = open_store(settings.database), build_adapters(settings)
    try:
        surroundings = surroundings_of(settings, store=store, clock=DatabaseClock(), adapters=adapters)
        async with ringing(surroundings):
            _log.info("worker_started", installation=settings.installation)
            await stop.wait()
            _log.info("worker_stopping")
        _log.info("worker_stopped")
    finally:
        await adapters.close()
        await store.close()


def run(settings: Settings | None = None) -> None:
    """The process. Ends with status 0 after SIGTERM. Raises SettingsUnfit, StartRefused."""
    settings = settings or Settings()
    settings.check()
    configure_logs(settings.log_level, settings.keys())
    if settings.failpoint:
        arm_from_environment(settings.failpoint)
    asyncio.run(work(settings))


if __name__ == "__main__":
    run()
