"""What listening asks of whoever reads a feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from campaigns.sharing.ports import FeedAccount

# A source asks about all it is handed to check: what was handed over counts as looked at.
MOST_CHECKED = 5

MentionKind = Literal["reply", "repost", "mention", "tag", "link", "removed"]


@dataclass(frozen=True)
class Heard:
    """One public post of somebody else, as its network has it.

    `native_id` is the same for everybody who reads the network. `about` is the native id of our post that it answers
    or reposts. `removed` says only that `native_id` is gone. `native` is what an answer must refer to, and goes into
    `Draft.reply_to` as it is: for Bluesky `{"root": {"uri", "cid"}, "parent": {"uri", "cid"}}`, the `reply` of the
    record to write; for Mastodon `{"id", "acct"}` as the account's own server calls them; for the wall `{"id"}`.
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
    edited_at: datetime | None = None
    native: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Batch:
    """What was heard since a cursor, oldest first, and the cursor after it. Save the cursor with what was heard.

    `more`: there is more to read now.
    """

    heard: Sequence[Heard]
    cursor: str
    more: bool = False


@dataclass(frozen=True)
class Wanted:
    """What to listen for: our own posts by native id, tags without `#` in lower case, beginnings of our links.

    `check` are at most MOST_CHECKED mentions collected earlier, native id to `native`: a network that does not tell
    of edits and deletes is asked about these.
    """

    posts: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()
    check: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def our_links(self, links: Iterable[str]) -> bool:
        return any(link.lower().startswith(self.links) for link in links) if self.links else False


@runtime_checkable
class MentionSource(Protocol):
    """One network. Raises the FeedErrors of `campaigns.sharing.ports`."""

    async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Batch:
        """Everything after the cursor that there is now, a batch at most; never waits for more to be said."""
        ...


MentionSources = Mapping[str, MentionSource]
