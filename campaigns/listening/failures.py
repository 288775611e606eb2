"""What becomes of an account that could not be read: later, or a person must connect it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store
from campaigns.listening.rows import cursors
from campaigns.sharing.ports import TryLater

_log = structlog.get_logger("quorum.listening")
_FIRST_WAIT_S = 60
LONGEST_WAIT = timedelta(minutes=30)
_LONGEST_NOTE = 300


async def note_failure(account: Any, error: Exception, *, store: Store, clock: Clock) -> None:
    """Give the lease back and say when to try again. `account` is a row of feed_account."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        failures = await unit.value(
            select(cursors.c.failures).where(cursors.c.account_id == account.id).with_for_update()
        )
        failures = int(failures or 0) + 1
        await unit.run(
            update(cursors)
            .where(cursors.c.account_id == account.id)
            .values(
                failures=failures,
                lease_until=None,
                error=f"{type(error).__name__}: {error}"[:_LONGEST_NOTE],
                retry_at=_retry_at(error, failures, now),
            )
        )
    _log.warning("mentions_unread", account=account.id, network=account.network, error=type(error).__name__)


def _retry_at(error: Exception, failures: int, now: datetime) -> datetime:
    """When the server said, though never later than half an hour after what we would wait by ourselves."""
    wait = min(timedelta(seconds=_FIRST_WAIT_S * 2 ** min(failures - 1, 10)), LONGEST_WAIT)
    said = error.retry_at if isinstance(error, TryLater) else None
    if said is None:
        return now + wait
    return min(max(said, now + timedelta(seconds=1)), now + LONGEST_WAIT + wait)
