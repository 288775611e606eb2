"""Collect mentions: read an account's feed outside any transaction, then store batch and cursor in one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update

from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.store import Unit
from campaigns.listening.failures import note_failure
from campaigns.listening.keep import Ears, keep
from campaigns.listening.known import known_to, wanted_of
from campaigns.listening.ports import Batch, MentionSources, Wanted
from campaigns.listening.rows import cursors, mentions
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.rows import feed_accounts
from campaigns.sharing.posts.sealing import opened

_log = structlog.get_logger("quorum.listening")
EVERY = timedelta(seconds=30)
# A source that reads longer is left, so that nobody waits for it and the lease outlives every reading.
READ_S = 60.0
LEASE = timedelta(seconds=90)


@dataclass(frozen=True)
class Outside:
    """What collecting needs: a source for each network that can be read, and what renews a login."""

    feeds: FeedOutside
    sources: MentionSources


class _Overtaken(Exception):
    """Another worker has moved this cursor; what we read is theirs or will be read again."""


@dataclass(frozen=True)
class _Claimed:
    account: Any
    cursor: str | None
    wanted: Wanted


async def collect_due(outside: Outside, *, stopping: asyncio.Event | None = None) -> int:
    """Read every connected account whose time has come, one after another; answers how many mentions are new.

    An account that cannot be read keeps no other waiting. Any number of workers may do this at once; none begins
    an account once `stopping` is set.
    """
    new, seen = 0, set[str]()
    while not (stopping and stopping.is_set()) and (claimed := await _claim(outside, seen)) is not None:
        seen.add(claimed.account.id)
        new += await _collect(claimed, outside)
    return new


async def _collect(claimed: _Claimed, outside: Outside) -> int:
    source = outside.sources[claimed.account.network]
    try:
        account = opened(claimed.account, outside.feeds.keys)
        async with asyncio.timeout(READ_S):
            batch = await source.read(account, claimed.wanted, claimed.cursor)
    except Exception as error:  # noqa: BLE001 - whatever it is, the account is read again later
        await note_failure(claimed.account, error, outside.feeds)
        return 0
    await failpoint("collect.after_read")
    try:
        return await _store(claimed, batch, outside)
    except _Overtaken:
        _log.info("cursor_overtaken", account=claimed.account.id)
        return 0
    except Exception as error:  # noqa: BLE001 - what cannot be stored must not keep other accounts from being read
        await note_failure(claimed.account, error, outside.feeds)
        return 0


async def _claim(outside: Outside, but: set[str]) -> _Claimed | None:
    """Lease the account that has waited longest. A finished lease says that its worker is gone."""
    async with outside.feeds.store.begin() as unit:
        now = await outside.feeds.clock.now(unit)
        await _begin_cursors(unit, list(outside.sources))
        free = or_(cursors.c.lease_until.is_(None), cursors.c.lease_until < now)
        due = or_(cursors.c.retry_at.is_(None), cursors.c.retry_at <= now)
        row = await unit.one(
            select(feed_accounts, cursors.c.cursor)
            .join(cursors, cursors.c.account_id == feed_accounts.c.id)
            .where(free, due, feed_accounts.c.state == "connected", feed_accounts.c.id.not_in(list(but)))
            .where(feed_accounts.c.network.in_(list(outside.sources)))
            .order_by(cursors.c.retry_at.nulls_first(), feed_accounts.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=cursors)
        )
        if row is None:
            return None
        lease = update(cursors).where(cursors.c.account_id == row.id)
        await unit.run(lease.values(lease_until=now + LEASE))
        return _Claimed(row, row.cursor, await wanted_of(unit, row, outside.feeds.links, now))


async def _begin_cursors(unit: Unit, networks: list[str]) -> None:
    """Whatever is connected is listened to."""
    begun = select(cursors.c.account_id)
    new = await unit.all(
        select(feed_accounts.c.id).where(
            feed_accounts.c.state == "connected",
            feed_accounts.c.network.in_(networks),
            feed_accounts.c.id.not_in(begun),
        )
    )
    for row in new:
        await unit.run(unit.insert(cursors).values(account_id=row.id, failures=0).on_conflict_do_nothing())


async def _store(claimed: _Claimed, batch: Batch, outside: Outside) -> int:
    """One transaction: the cursor moves if nobody moved it meanwhile, and what was heard is kept."""
    async with outside.feeds.store.begin() as unit:
        now = await outside.feeds.clock.now(unit)
        moved = (
            update(cursors)
            .where(
                cursors.c.account_id == claimed.account.id,
                cursors.c.cursor.is_not_distinct_from(claimed.cursor),
            )
            .values(
                cursor=batch.cursor,
                read_at=now,
                retry_at=now if batch.more else now + EVERY,
                lease_until=None,
                error=None,
                failures=0,
            )
        )
        if await unit.changed(moved) != 1:
            raise _Overtaken
        known = await known_to(unit, claimed.account, batch.heard, outside.feeds.links)
        new = await keep(unit, batch.heard, Ears(claimed.account, known, outside.feeds.keys, now))
        await _looked_at(unit, list(claimed.wanted.check), claimed.account.id, now)
        return new


async def _looked_at(unit: Unit, native_uris: list[str], account_id: str, now: datetime) -> None:
    if native_uris:
        some = mentions.c.native_uri.in_(native_uris)
        await unit.run(
            update(mentions).where(mentions.c.account_id == account_id, some).values(checked_at=now)
        )
