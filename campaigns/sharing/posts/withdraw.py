"""Take published posts down: because a person asks, the deal was canceled, or a buyer's consent ended.

Asking is a mark on the row. Whoever works for the account deletes at the feed; the row is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.sharing.posts.refusals import FeedNotConnected, PostNotPublished
from campaigns.sharing.posts.rows import move_post, posts, read_account, read_post


async def withdraw(post_id: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> None:
    """Ask for a post to be taken down. Safe to repeat.

    Raises NotFound, PostNotPublished, FeedNotConnected and what `require` raises.
    """
    async with store.begin() as unit:
        now, row = await clock.now(unit), await read_post(unit, post_id)
        if row is None:
            raise NotFound(what="post")
        require(actor, "publish", row.organization_id)
        if row.state == "withdrawn" or row.withdraw_asked_at is not None:
            return
        if row.state != "published":
            raise PostNotPublished(state=row.state)
        if (await read_account(unit, row.account_id)).state != "connected":
            raise FeedNotConnected
        await unit.run(_ask(posts.c.id == post_id, "taken_down", now))
        entry = AuditEntry(row.organization_id, actor.label, "withdraw_post", f"post:{post_id}")
        await note(unit, entry, now=now, keys=keys)


async def withdraw_of_deal(unit: Unit, deal_id: str, now: datetime) -> int:
    """A canceled deal takes its announcements along, answers to people excepted. How many rows were touched."""
    return await _take_back(
        unit, (posts.c.deal_id == deal_id) & (posts.c.kind != "reply"), "deal_canceled", now
    )


async def withdraw_of_order(unit: Unit, order_id: str, now: datetime) -> int:
    """Nobody announces a join any more whose buyer took the consent back."""
    joined = (posts.c.subject == f"order:{order_id}") & (posts.c.kind == "joined")
    return await _take_back(unit, joined, "no_consent", now)


async def _take_back(unit: Unit, which: ColumnElement[bool], why: str, now: datetime) -> int:
    touched = 0
    waiting: Any = await unit.all(select(posts).where(which, posts.c.state.in_(("draft", "queued"))))
    for row in waiting:
        touched += await move_post(unit, row, "dropped", now, reason=why)
    # One that is being sent this moment is taken down as soon as it is there.
    return touched + await unit.changed(_ask(which & posts.c.state.in_(("published", "sending")), why, now))


def _ask(which: ColumnElement[bool], why: str, now: datetime) -> Any:
    unasked = posts.c.withdraw_asked_at.is_(None)
    return update(posts).where(which, unasked).values(withdraw_asked_at=now, withdraw_reason=why)
