"""Disconnect a feed account: its secrets are removed from the row, what waited for it is dropped."""

from __future__ import annotations

from sqlalchemy import select

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.sharing.posts.rows import feed_accounts, move_account, move_post, posts


async def disconnect(account_id: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> int:
    """How many waiting posts were dropped. Safe to repeat. Raises NotFound and what `require` raises."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        mine = select(feed_accounts).where(feed_accounts.c.id == account_id).with_for_update()
        row = await unit.one(mine)
        if row is None:
            raise NotFound(what="feed account")
        require(actor, "connect_feed", row.organization_id)
        if row.state == "disconnected":
            return 0
        gone = {"secrets": "", "key_id": "", "lease": None, "lease_until": None, "lost_reason": ""}
        await move_account(unit, row, "disconnected", now, **gone)
        waiting = select(posts).where(posts.c.account_id == account_id, posts.c.state == "queued")
        dropped = 0
        for post in await unit.all(waiting):
            dropped += await move_post(unit, post, "dropped", now, reason="disconnected")
        entry = AuditEntry(row.organization_id, actor.label, "disconnect_feed", f"feed_account:{account_id}")
        await note(unit, entry, now=now, keys=keys)
    return dropped
