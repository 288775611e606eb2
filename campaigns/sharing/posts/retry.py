"""Let a failed post have another try, because a person says so."""

from __future__ import annotations

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.sharing.posts.refusals import FeedNotConnected, PostNotFailed
from campaigns.sharing.posts.rows import move_post, read_account, read_post


async def retry(post_id: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> None:
    """The same body under the same key. Safe to repeat.

    Where the feed could not tell whether the post is there, the person who asks has looked, and it is not.
    Raises NotFound, PostNotFailed, FeedNotConnected and what `require` raises.
    """
    async with store.begin() as unit:
        now, row = await clock.now(unit), await read_post(unit, post_id)
        if row is None:
            raise NotFound(what="post")
        require(actor, "publish", row.organization_id)
        if row.state == "queued":
            return
        if row.state != "failed":
            raise PostNotFailed(state=row.state)
        if (await read_account(unit, row.account_id)).state != "connected":
            raise FeedNotConnected
        again = {"not_before": now, "retry_at": None, "reason": "", "last_error": "", "tries": 0}
        again["unsure"] = row.unsure and row.reason != "look_yourself"
        await move_post(unit, row, "queued", now, **again)
        entry = AuditEntry(row.organization_id, actor.label, "retry_post", f"post:{post_id}")
        await note(unit, entry, now=now, keys=keys)
