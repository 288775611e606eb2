"""Take a published post down at its feed: the row asks for it, the worker of the account does it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from campaigns.foundation.failpoints import failpoint
from campaigns.sharing.ports import AccountLost, BodyRefused, FeedError
from campaigns.sharing.posts.asking import Feed, ask
from campaigns.sharing.posts.outcomes import lose, pause, said
from campaigns.sharing.posts.rows import move_post, posts


async def take_down(row: Any, feed: Feed) -> None:
    """Delete and record it. Asking a feed twice is harmless; what is gone already is success."""
    try:
        await ask(feed, lambda account: feed.publisher.delete(row.native_id, account))
        await failpoint("take_down.after_call")
    except FeedError as error:
        await _went_wrong(row, error, feed)
        return
    async with feed.outside.store.begin() as unit:
        now = await feed.outside.clock.now(unit)
        gone = {"reason": row.withdraw_reason, "withdraw_asked_at": None, "retry_at": None, "last_error": ""}
        await move_post(unit, row, "withdrawn", now, **gone)


async def _went_wrong(row: Any, error: FeedError, feed: Feed) -> None:
    async with feed.outside.store.begin() as unit:
        now = await feed.outside.clock.now(unit)
        note: dict[str, Any] = {"last_error": said(error)}
        if isinstance(error, BodyRefused):
            # It will never be taken down from here; the post stays, and says so.
            note |= {"withdraw_asked_at": None, "withdraw_reason": "", "retry_at": None}
        elif not isinstance(error, AccountLost):
            # Behind what waits from now on: a feed that knows nothing of taking down must hear of what follows.
            note |= {"retry_at": await pause(unit, row.account_id, error, now)}
        await unit.run(update(posts).where(posts.c.id == row.id).values(**note))
        if isinstance(error, AccountLost):
            await lose(unit, row.account_id, error, now, deal_id=row.deal_id)
