"""Ask a feed one thing, with the account's secrets opened; a login that ran out is renewed once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import update

from campaigns.sharing.ports import (
    FeedAccount,
    FeedError,
    FeedPublisher,
    LoginExpired,
    OutcomeUnknown,
    TryLater,
)
from campaigns.sharing.posts.lease import Held, look
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.rows import feed_accounts
from campaigns.sharing.posts.rules import CALL_TIMEOUT_S, SETTLE_S
from campaigns.sharing.posts.sealing import opened, sealed

_Answer = TypeVar("_Answer")


@dataclass
class Feed:
    """A held account and whoever speaks to its network. `account` changes when the login is renewed."""

    held: Held
    account: FeedAccount
    publisher: FeedPublisher
    outside: FeedOutside

    @property
    def settle_s(self) -> float:
        """How long a look-up waits after an answer was lost."""
        return SETTLE_S.get(self.account.network, 0.0)


def feed_of(row: Any, held: Held, outside: FeedOutside) -> Feed:
    """Raises KeyGone, and KeyError for a network nobody here speaks to."""
    return Feed(held, opened(row, outside.keys), outside.publishers[row.network], outside)


async def ask(feed: Feed, call: Callable[[FeedAccount], Awaitable[_Answer]]) -> _Answer:
    """Raises the FeedErrors but LoginExpired. Anything else that goes wrong is OutcomeUnknown: nobody can say."""
    try:
        return await _in_time(call(feed.account))
    except LoginExpired:
        await _renew(feed)
    try:
        return await _in_time(call(feed.account))
    except LoginExpired:
        raise TryLater("The renewed login is refused as well.") from None


async def _in_time(answer: Awaitable[_Answer]) -> _Answer:
    try:
        async with asyncio.timeout(CALL_TIMEOUT_S):
            return await answer
    except FeedError:
        raise
    except TimeoutError:
        raise OutcomeUnknown("There was no answer in time.") from None
    except Exception as fault:
        # An exception's words could quote what was sent, secrets included.
        raise OutcomeUnknown(f"Something unforeseen: {type(fault).__name__}.") from fault


async def _renew(feed: Feed) -> None:
    """Keep the renewed login before it is used. A renewal without an answer can be asked again: the old one holds."""
    try:
        renewed = await _in_time(feed.publisher.renew(feed.account))
    except (OutcomeUnknown, LoginExpired) as fault:
        raise TryLater(str(fault)) from None
    store, clock = feed.outside.store, feed.outside.clock
    async with store.begin() as unit:
        await look(unit, feed.held, await clock.now(unit))
        mine = update(feed_accounts).where(feed_accounts.c.id == feed.account.id)
        kept = sealed(renewed.secrets, feed.outside.keys)
        row = await unit.one(mine.values(handle=renewed.handle, **kept).returning(feed_accounts))
    feed.account = opened(row, feed.outside.keys)
