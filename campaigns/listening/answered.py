"""A mention is answered once its reply is published, and not before."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store
from campaigns.listening.replies import PREFIX
from campaigns.listening.rows import mentions, move_mention
from campaigns.sharing.posts.rows import posts

_BATCH = 200
_LOOK_BACK = timedelta(days=30)
_ID_LENGTH = len("men_") + 26


async def note_answers(*, store: Store, clock: Clock) -> int:
    """Move every mention whose reply has been published; answers how many. Safe to run anywhere and at any time."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        # A second answer has the mention and a number in its subject.
        about = func.substr(posts.c.subject, len(PREFIX) + 1, _ID_LENGTH)
        rows = await unit.all(
            select(mentions, posts.c.id.label("reply_id"))
            .join(posts, about == mentions.c.id)
            .where(mentions.c.state == "matched", posts.c.kind == "reply", posts.c.state == "published")
            .where(posts.c.published_at >= now - _LOOK_BACK)
            .limit(_BATCH)
        )
        moved = 0
        for row in rows:
            moved += await move_mention(unit, row, "answered", now, answered_post_id=row.reply_id)
        return moved
