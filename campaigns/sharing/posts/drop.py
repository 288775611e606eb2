"""Drop posts that have not left: because a person says so, or because their time is over."""

from __future__ import annotations

from sqlalchemy import select

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.sharing.posts.refusals import PostNotWaiting
from campaigns.sharing.posts.rows import move_post, posts, read_post

_BATCH = 500


async def drop(post_id: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> None:
    """Discard a draft or a waiting post. Safe to repeat. Raises NotFound, PostNotWaiting, what `require` raises."""
    async with store.begin() as unit:
        now, row = await clock.now(unit), await read_post(unit, post_id)
        if row is None:
            raise NotFound(what="post")
        require(actor, "publish", row.organization_id)
        if row.state == "dropped":
            return
        if row.state not in ("draft", "queued") or not await move_post(
            unit, row, "dropped", now, reason="discarded"
        ):
            raise PostNotWaiting(state=row.state)
        entry = AuditEntry(row.organization_id, actor.label, "drop_post", f"post:{post_id}")
        await note(unit, entry, now=now, keys=keys)


async def drop_stale(*, store: Store, clock: Clock) -> int:
    """Drop what waited past its time, also where an account is lost or its feed is away (R81). How many."""
    async with store.read() as unit:
        now = await clock.now(unit)
        stale = select(posts.c.id).where(posts.c.state == "queued", posts.c.expires_at <= now)
        found = await unit.all(stale.order_by(posts.c.expires_at).limit(_BATCH))
    if not found:
        return 0
    dropped = 0
    async with store.begin() as unit:
        now = await clock.now(unit)
        ids = [row.id for row in found]
        for row in await unit.all(select(posts).where(posts.c.id.in_(ids), posts.c.state == "queued")):
            dropped += await move_post(unit, row, "dropped", now, reason="stale")
    return dropped
