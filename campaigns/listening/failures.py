"""What becomes of an account that could not be read: renewed, read later, or a person must connect it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from campaigns.listening.rows import cursors
from campaigns.sharing.ports import AccountLost, FeedAccount, FeedError, LoginExpired, TryLater
from campaigns.sharing.posts.asking import ask, feed_of
from campaigns.sharing.posts.lease import LeaseLost, give_back, take
from campaigns.sharing.posts.outcomes import lose
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.sealing import KeyGone, opened

_log = structlog.get_logger("quorum.listening")
_FIRST_WAIT_S = 60
LONGEST_WAIT = timedelta(minutes=30)
_LONGEST_NOTE = 300


async def note_failure(account: Any, error: Exception, feeds: FeedOutside) -> None:
    """Give the lease of the cursor back and say when to try again. `account` is a row of feed_account."""
    _log.warning("mentions_unread", account=account.id, network=account.network, error=type(error).__name__)
    if isinstance(error, LoginExpired):
        error = await _renewed(account, feeds) or error
    async with feeds.store.begin() as unit:
        now = await feeds.clock.now(unit)
        before = select(cursors.c.failures).where(cursors.c.account_id == account.id).with_for_update()
        failures = int(await unit.value(before) or 0) + 1
        changes: dict[str, Any] = {
            "failures": failures,
            "lease_until": None,
            "retry_at": _retry_at(error, failures, now),
        }
        # An exception's own words could quote what was sent; those of a feed are kept.
        said = f"{type(error).__name__}: {error}" if isinstance(error, FeedError) else type(error).__name__
        changes["error"] = said[:_LONGEST_NOTE]
        await unit.run(update(cursors).where(cursors.c.account_id == account.id).values(changes))
        if isinstance(error, AccountLost | KeyGone):
            await lose(unit, account.id, error, now)


async def _renewed(account: Any, feeds: FeedOutside) -> FeedError | None:
    """Renew the login under the account's lease, as publishing does. Answers what went wrong with that."""
    async with feeds.store.begin() as unit:
        held = await take(unit, account.id, await feeds.clock.now(unit))
    if held is None:
        return None  # whoever holds it renews it
    spent = opened(account, feeds.keys).secrets

    async def say_expired(now: FeedAccount) -> None:
        if now.secrets == spent:
            raise LoginExpired

    failed: FeedError | None = None
    try:
        await ask(feed_of(account, held, feeds), say_expired)
    except FeedError as error:
        failed = error
    except LeaseLost:
        return None
    async with feeds.store.begin() as unit:
        await give_back(unit, held)
    return failed


def _retry_at(error: Exception, failures: int, now: datetime) -> datetime:
    """When the server said, within reason; at once with a login just renewed; else longer each time."""
    if isinstance(error, LoginExpired) and failures == 1:
        return now
    wait = min(timedelta(seconds=_FIRST_WAIT_S * 2 ** min(failures - 1, 10)), LONGEST_WAIT)
    said = error.retry_at if isinstance(error, TryLater) else None
    return now + wait if said is None else min(max(said, now + timedelta(seconds=1)), now + LONGEST_WAIT)
