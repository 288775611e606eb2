"""Send what is due at feeds: one worker per account, several accounts side by side."""

from __future__ import annotations

import asyncio

import structlog

from campaigns.sharing.posts.drop import drop_stale
from campaigns.sharing.posts.lease import due_accounts
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.publish import publish_due
from scheduler.outside import Surroundings

_log = structlog.get_logger("quorum.feeds")
CONCURRENT = 5


def feeds_of(surroundings: Surroundings) -> FeedOutside:
    """What posts need of a worker's surroundings."""
    money = surroundings.money
    return FeedOutside(money.store, money.clock, money.keys, surroundings.publishers, surroundings.links)


async def drain_feeds(surroundings: Surroundings, *, stopping: asyncio.Event | None = None) -> int:
    """Everything due now at every account; answers how many steps were made, posts dropped as stale among them.

    An account whose posts cannot be handled keeps no other waiting. Begins nothing more once `stopping` is set.
    """
    outside, stopping = feeds_of(surroundings), stopping or asyncio.Event()
    made = await drop_stale(store=outside.store, clock=outside.clock)
    if not outside.publishers:
        return made
    async with outside.store.read() as unit:
        due = await due_accounts(unit, await outside.clock.now(unit), list(outside.publishers))
    lanes = asyncio.Semaphore(CONCURRENT)
    steps = await asyncio.gather(*(_in_lane(account_id, outside, lanes, stopping) for account_id in due))
    return made + sum(steps)


async def _in_lane(
    account_id: str, outside: FeedOutside, lanes: asyncio.Semaphore, stopping: asyncio.Event
) -> int:
    async with lanes:
        if stopping.is_set():
            return 0
        try:
            return await publish_due(account_id, outside, stopping=stopping)
        except Exception as error:  # noqa: BLE001 - the next ring tries again when the lease is over
            _log.error("feed_failed", account=account_id, error=type(error).__name__)
            return 0
