"""Replies on the demo's own feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from campaigns.listening.ports import Batch, Heard, Wanted
from campaigns.sharing.ports import FeedAccount
from integrations.feeds.wall import PAGE, WallReply

_LIMIT = 200
_LINK = re.compile(r"https?://[^\s<>\"）)]+")


class Replies(Protocol):
    async def replies_after(self, number: int, limit: int = 200) -> list[WallReply]: ...


class WallMentions:
    """Nothing can be edited or deleted there, so a number is all there is to remember."""

    def __init__(self, wall: Replies) -> None:
        self._wall = wall

    async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Batch:
        number = int(cursor or 0)
        replies: Sequence[WallReply] = await self._wall.replies_after(number, _LIMIT)
        last = max([number, *(int(reply.native_id) for reply in replies)])
        heard = [_heard(reply) for reply in replies if reply.about in wanted.posts]
        return Batch(heard, str(last), more=len(replies) == _LIMIT)


def _heard(reply: WallReply) -> Heard:
    return Heard(
        native_id=f"wall:reply:{reply.native_id}",
        kind="reply",
        author_id=reply.author,
        author=reply.author,
        text=reply.text,
        url=f"{PAGE}#post-{reply.about}",
        at=reply.at,
        about=reply.about,
        links=tuple(_LINK.findall(reply.text)),
        native={"id": reply.native_id, "post": reply.about},
    )
