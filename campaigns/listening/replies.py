"""Which post answers a mention. Another answer is written only where the earlier one was dropped or taken down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from campaigns.foundation.store import Unit
from campaigns.sharing.posts.rows import posts

PREFIX = "mention:"
# Answers to one mention that are looked for: the first, and those after dropped ones.
_MOST_ANSWERS = 9
WAITING = ("queued", "sending", "failed")


async def replies_to(unit: Unit, mention_ids: Sequence[str]) -> dict[str, Any]:
    """The latest answer to each, as a row of post; mentions without one are left out."""
    subjects = [subject for mention_id in mention_ids for subject in _subjects(mention_id)]
    rows = await unit.all(
        select(posts)
        .where(posts.c.kind == "reply", posts.c.subject.in_(subjects))
        .order_by(posts.c.created_at, posts.c.subject)
    )
    return {row.subject.split(":")[1]: row for row in rows}


async def reply_waits(unit: Unit, mention_id: str) -> bool:
    """Whether an answer is on its way, or failed and waits for a person."""
    row = (await replies_to(unit, [mention_id])).get(mention_id)
    return row is not None and row.state in WAITING


def _subjects(mention_id: str) -> list[str]:
    first = f"{PREFIX}{mention_id}"
    return [first, *(f"{first}:{number}" for number in range(2, _MOST_ANSWERS + 1))]
