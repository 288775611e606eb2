"""Say that an author speaks for the merchant: all their mentions are marked and counted nowhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update

from campaigns.foundation.store import Unit
from campaigns.listening.reach import Hands, noted, reach
from campaigns.listening.rows import mentions, own_authors


async def mark_own(mention_id: str, hands: Hands, *, own: bool = True) -> None:
    """Mark the author of this mention as one of ours, or take it back; later mentions follow."""
    async with hands.store.begin() as unit:
        row = await reach(unit, mention_id, hands.actor)
        now = await hands.clock.now(unit)
        if own:
            marked = {**_author(row), "marked_by": hands.actor.label, "marked_at": now}
            await unit.run(unit.insert(own_authors).values(marked).on_conflict_do_nothing())
        else:
            which = [own_authors.c[name] == value for name, value in _author(row).items()]
            await unit.run(delete(own_authors).where(*which))
        if await _mark(unit, row, own=own):
            await noted(unit, row, "mark_own_author", hands, now, own=own)


async def _mark(unit: Unit, row: Any, *, own: bool) -> int:
    which = [mentions.c[name] == value for name, value in _author(row).items()]
    return await unit.changed(update(mentions).where(*which, mentions.c.own.is_(not own)).values(own=own))


def _author(row: Any) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("organization_id", "network", "author_id")}
