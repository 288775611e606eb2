"""Send what is due of one account, oldest first, each post exactly once (R80).

A row says what is about to happen before it happens: frozen before the first call, `sending` before the one call
that cannot be taken back. Whoever finds a row in `sending` looks at the feed before anything else.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, select, update

from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.store import Unit
from campaigns.sharing.ports import FeedError, FrozenPost, NotThere, PublishedPost
from campaigns.sharing.posts import outcomes
from campaigns.sharing.posts.asking import Feed, ask, feed_of
from campaigns.sharing.posts.freeze import freeze, unapproved
from campaigns.sharing.posts.lease import Held, LeaseLost, give_back, is_due, look, rests, take
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.rows import feed_accounts, move_post, posts, read_post
from campaigns.sharing.posts.rules import SETTLE_S, TURN
from campaigns.sharing.posts.sealing import KeyGone
from campaigns.sharing.posts.standing import untrue
from campaigns.sharing.posts.take_down import take_down

# So many steps for one account, then the others have their turn.
_MOST_STEPS = 100


@dataclass(frozen=True)
class _Step:
    """`row` is the post to be handled, `account` the row of its account."""

    row: Any
    account: Any


async def publish_due(account_id: str, outside: FeedOutside, *, stopping: asyncio.Event | None = None) -> int:
    """Handle what is due, until nothing is, the account rests, its turn is over or `stopping` is set. How many steps.

    Never raises for what a feed does; the rows say what came of it. Nothing where another worker has the account.
    """
    async with outside.store.begin() as unit:
        began = await outside.clock.now(unit)
        held = await take(unit, account_id, began)
    made = 0
    if held is None:
        return made
    try:
        while made < _MOST_STEPS and not (stopping and stopping.is_set()):
            step = await _next(held, outside, began + TURN)
            if step is None:
                break
            made += 1
            await _handle(step, held, outside)
    except LeaseLost:
        return made
    async with outside.store.begin() as unit:
        await give_back(unit, held)
    return made


async def _next(held: Held, outside: FeedOutside, until: datetime) -> _Step | None:
    """What comes next: what may have been sent, then what must go, then the oldest that waits.

    What could not be taken down is tried again when nothing else waits.
    """
    async with outside.store.begin() as unit:
        now = await outside.clock.now(unit)
        account = await look(unit, held, now)
        if now >= until or rests(account, now):
            return None
        row = await unit.one(_due(held.account_id, now))
        if row is None or await _is_too_early(unit, row, account.network, now):
            return None
        return _Step(row, account)


def _due(account_id: str, now: datetime) -> Any:
    tried = posts.c.retry_at.is_not(None)
    first = case((posts.c.state == "sending", 0), (posts.c.state == "queued", 2), (tried, 3), else_=1)
    oldest = (posts.c.not_before, posts.c.created_at, posts.c.id)
    return (
        select(posts).where(posts.c.account_id == account_id, is_due(now)).order_by(first, *oldest).limit(1)
    )


async def _is_too_early(unit: Unit, row: Any, network: str, now: datetime) -> bool:
    """After a crash a call may still be under way; the look-up waits until the feed has settled."""
    if row.state != "sending" or row.sent_at is None:
        return False
    settled_at = row.sent_at + timedelta(seconds=SETTLE_S.get(network, 0.0))
    if settled_at <= now:
        return False
    waiting = update(feed_accounts).where(feed_accounts.c.id == row.account_id)
    await unit.run(waiting.values(paused_until=settled_at))
    return True


async def _handle(step: _Step, held: Held, outside: FeedOutside) -> None:
    try:
        feed = feed_of(step.account, held, outside)
    except KeyGone as fault:
        async with outside.store.begin() as unit:
            now = await outside.clock.now(unit)
            await outcomes.lose(unit, held.account_id, fault, now, deal_id=step.row.deal_id)
        raise LeaseLost from None
    if step.row.state == "sending":
        await _look_up(step.row, feed)
    elif step.row.state == "published":
        await take_down(step.row, feed)
    else:
        await _send(step.row, feed)


async def _send(row: Any, feed: Feed) -> None:
    if row.key is None and not await _frozen(row, feed):
        return
    await failpoint("publish.frozen")
    sending = await _begin(row.id, feed)
    if sending is None:
        return
    if row.unsure:
        await _look_up(sending, feed)
        return
    await failpoint("publish.before_call")
    try:
        answer = await ask(feed, lambda account: feed.publisher.publish(_frozen_post(sending), account))
        await failpoint("publish.after_call")
    except FeedError as error:
        async with feed.outside.store.begin() as unit:
            now = await feed.outside.clock.now(unit)
            await outcomes.went_wrong(unit, sending, error, now, settle_s=feed.settle_s)
        return
    await _record(sending, answer, feed)


async def _frozen(row: Any, feed: Feed) -> bool:
    try:
        return await freeze(row, feed)
    except FeedError as error:
        async with feed.outside.store.begin() as unit:
            now = await feed.outside.clock.now(unit)
            await outcomes.refused_before(unit, row, error, now)
        return False


async def _begin(post_id: str, feed: Feed) -> Any:
    """Say that the call begins, if the post is still true and wanted. None: it is not, and the row says why."""
    store, clock = feed.outside.store, feed.outside.clock
    async with store.begin() as unit:
        now = await clock.now(unit)
        await look(unit, feed.held, now)
        row = await read_post(unit, post_id)
        if row is None or row.state != "queued":
            return None
        why = await untrue(unit, row, now) or await unapproved(unit, row)
        if why:
            await move_post(unit, row, "dropped", now, reason=why)
            return None
        if await outcomes.gave_up(unit, row, now):
            return None
        begun = {"sent_at": now, "tries": row.tries + 1, "unsure": True, "retry_at": None}
        if not await move_post(unit, row, "sending", now, **begun):
            return None
        return await read_post(unit, post_id)


async def _look_up(row: Any, feed: Feed) -> None:
    """Find out whether a post that may have been sent is there, before anything else is done with it."""
    try:
        answer = await ask(feed, lambda account: feed.publisher.reconcile(_frozen_post(row), account))
        await failpoint("publish.looked_up")
    except FeedError as error:
        async with feed.outside.store.begin() as unit:
            now = await feed.outside.clock.now(unit)
            await outcomes.could_not_look(unit, row, error, now, settle_s=feed.settle_s)
        return
    if isinstance(answer, PublishedPost):
        await _record(row, answer, feed)
        return
    async with feed.outside.store.begin() as unit:
        now = await feed.outside.clock.now(unit)
        if isinstance(answer, NotThere):
            await outcomes.not_there(unit, row, now)
        else:
            await outcomes.cannot_tell(unit, row, now)


async def _record(row: Any, answer: PublishedPost, feed: Feed) -> None:
    async with feed.outside.store.begin() as unit:
        await outcomes.published(unit, row, answer, await feed.outside.clock.now(unit))
    await failpoint("publish.recorded")


def _frozen_post(row: Any) -> FrozenPost:
    return FrozenPost(row.key, row.body)
