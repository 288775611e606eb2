"""Seal the secrets of every feed account with the current key, so that an earlier one can be taken away."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.sharing.posts.rows import feed_accounts
from campaigns.sharing.posts.sealing import KeyGone, key_id, opened, sealed


async def rotate_secrets(*, store: Store, keys: Keys) -> tuple[int, int]:
    """How many accounts were sealed anew, and how many could not be opened. Safe to repeat and to interrupt."""
    async with store.read() as unit:
        stale = await unit.all(_stale(keys))
    renewed = unreadable = 0
    for row in stale:
        try:
            kept = sealed(opened(row, keys).secrets, keys)
        except KeyGone:
            unreadable += 1
            continue
        # A login that was renewed meanwhile is sealed with the current key already.
        same = (feed_accounts.c.id == row.id, feed_accounts.c.secrets == row.secrets)
        async with store.begin() as unit:
            renewed += await unit.changed(update(feed_accounts).where(*same).values(**kept))
    return renewed, unreadable


async def sealed_with_another_key(unit: Unit, keys: Keys) -> int:
    """How many accounts still need an earlier key."""
    stale = _stale(keys).subquery()
    return int(await unit.value(select(func.count()).select_from(stale)) or 0)


def _stale(keys: Keys) -> Any:
    return select(feed_accounts).where(feed_accounts.c.secrets != "", feed_accounts.c.key_id != key_id(keys))
