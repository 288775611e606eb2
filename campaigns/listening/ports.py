"""What listening asks of whoever reads a feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from campaigns.sharing.ports import FeedAccount

MentionKind = Literal["reply", "repost", "mention", "tag", "link", "removed"]


@dataclass(frozen=True)
class Heard:
    """One public post of somebody else, as its network has it. `native` is what an answer must refer to.

    `about` is the native id of our post that it answers or reposts. `removed` says only that `native_id` is gone.
    """

    native_id: str
    kind: MentionKind
    author_id: str
    author: str
    text: str
    url: str
    at: datetime
    about: str | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    native: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Batch:
    """What was heard since a cursor, oldest first, and the cursor after it. Save the cursor with what was heard."""

    heard: Sequence[Heard]
    cursor: str


@dataclass(frozen=True)
class Wanted:
    """What to listen for: our own posts by native id, and tags without `#`."""

    posts: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()


@runtime_checkable
class MentionSource(Protocol):
    """One network. Raises the FeedErrors of `campaigns.sharing.ports`."""

    async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Batch:
        """Everything after the cursor that there is now, a batch at most; never waits for more to be said."""
        ...


MentionSources = Mapping[str, MentionSource]
