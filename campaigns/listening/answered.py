"""A mention is answered once its reply is published, and not before."""

from __future__ import annotations

from sqlalchemy import literal, select

from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store
from campaigns.listening.rows import mentions, move_mention
from campaigns.sharing.posts.rows import posts

_BATCH = 200


async def note_answers(*, store: Store, clock: Clock) -> int:
    """Move every mention whose reply has been published; answers how many. Safe to run anywhere and at any time."""
    async with store.begin() as unit:
        replied = posts.c.subject == literal("mention:").concat(mentions.c.id)
        rows = await unit.all(
            select(mentions, posts.c.id.label("reply_id"))
            .join(posts, replied)
            .where(mentions.c.state == "matched", posts.c.kind == "reply", posts.c.state == "published")
            .limit(_BATCH)
        )
        now = await clock.now(unit)
        moved = 0
        for row in rows:
            moved += await move_mention(unit, row, "answered", now, answered_post_id=row.reply_id)
        return moved
