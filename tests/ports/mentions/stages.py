"""Each source in front of its server: what other people do there, in the same words for all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from campaigns.foundation.settings import Settings
from campaigns.listening.ports import MentionSource, Wanted
from campaigns.sharing.ports import FeedAccount
from integrations.feeds.wall import Wall
from integrations.mentions.bluesky import BlueskyMentions
from integrations.mentions.mastodon import MastodonMentions
from integrations.mentions.wall import WallMentions
from integrations.outbound import outbound_client
from integrations.payments.sandbox.server import served
from tests.ports.feeds.stages import a_draft
from tests.ports.mentions.appview_double import Lists, create_appview
from tests.ports.mentions.firehose_double import TIME, Stream, a_stream
from tests.ports.stand_ins.mastodon.app import create_mastodon
from tests.ports.stand_ins.mastodon.books import Books, Member

TAG = "拼团"
ME, ADA = "did:plc:lantern", "did:plc:ada"
OURS = f"at://{ME}/app.bsky.feed.post/3ours"
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"


class People(Protocol):
    """What people do at a server. Answers are names of what was written, as the stage wants them back."""

    async def reply(self, text: str, *, by_us: bool = False) -> str: ...
    async def write(self, text: str) -> str: ...
    async def repost(self) -> None: ...
    async def edit(self, name: str, text: str) -> None: ...
    async def delete(self, name: str) -> None: ...


@dataclass
class Stage:
    """`can` names what this network knows: edit, delete, repost, tag, revoke."""

    source: MentionSource
    account: FeedAccount
    people: People
    post: str
    can: frozenset[str]
    revoke: Callable[[], object] = field(default=lambda: None)

    def wanted(self, check: Mapping[str, Any] | None = None) -> Wanted:
        return Wanted(frozenset({self.post}), frozenset({TAG}), (), check or {})


def _record(text: str, *, below: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": TIME, "langs": ["en"]}
    return record | (
        {"reply": {name: {"uri": OURS, "cid": "c"} for name in ("root", "parent")}} if below else {}
    )


@dataclass
class StreamPeople:
    stream: Stream
    number: int = 0

    def _path(self, collection: str = POST) -> str:
        self.number += 1
        return f"{collection}/3k{self.number}"

    async def reply(self, text: str, *, by_us: bool = False) -> str:
        path = self._path()
        self.stream.commit(ME if by_us else ADA, path, _record(text, below=True))
        return path

    async def write(self, text: str) -> str:
        path = self._path()
        self.stream.commit(ADA, path, _record(text, below=False))
        return path

    async def repost(self) -> None:
        record = {"$type": REPOST, "subject": {"uri": OURS, "cid": "c"}, "createdAt": TIME}
        self.stream.commit(ADA, self._path(REPOST), record)

    async def edit(self, name: str, text: str) -> None:
        self.stream.commit(ADA, name, _record(text, below=True), action="update")

    async def delete(self, name: str) -> None:
        self.stream.commit(ADA, name, None)


@dataclass
class ListPeople:
    lists: Lists

    def _write(self, record: dict[str, Any], reason: str, did: str = ADA) -> str:
        collection = record["$type"]
        uri = f"at://{did}/{collection}/3k{len(self.lists.posts)}"
        author = {"did": did, "handle": "ada.test"}
        self.lists.write({"uri": uri, "cid": "c", "author": author, "record": record}, reason)
        return uri

    async def reply(self, text: str, *, by_us: bool = False) -> str:
        # A reply that also names us comes once, and says so: the reason is no kind.
        return self._write(_record(text, below=True), "mention", ME if by_us else ADA)

    async def write(self, text: str) -> str:
        return self._write(_record(text, below=False), "")

    async def repost(self) -> None:
        self._write({"$type": REPOST, "subject": {"uri": OURS, "cid": "c"}, "createdAt": TIME}, "repost")

    async def edit(self, name: str, text: str) -> None:
        raise NotImplementedError("posts of this network are not edited where lists are read")

    async def delete(self, name: str) -> None:
        del self.lists.posts[name]


@dataclass
class MastodonPeople:
    books: Books
    us: Member
    ada: Member
    post: str

    async def reply(self, text: str, *, by_us: bool = False) -> str:
        said = {"status": f"@lantern {text}", "in_reply_to_id": self.post}
        return self.books.write(self.us if by_us else self.ada, said).id

    async def write(self, text: str) -> str:
        return self.books.write(self.ada, {"status": text}).id

    async def repost(self) -> None:
        self.books.tell("reblog", self.us, self.ada, self.books.posts[self.post])

    async def edit(self, name: str, text: str) -> None:
        found = self.books.posts[name]
        found.text, found.edited_at = text, self.books.now()

    async def delete(self, name: str) -> None:
        del self.books.posts[name]


@dataclass
class WallPeople:
    wall: Wall
    post: str

    async def reply(self, text: str, *, by_us: bool = False) -> str:
        return await self.wall.reply(self.post, "ada.test", text)

    async def write(self, text: str) -> str:
        raise NotImplementedError("people only answer there")

    async def repost(self) -> None:
        raise NotImplementedError

    async def edit(self, name: str, text: str) -> None:
        raise NotImplementedError

    async def delete(self, name: str) -> None:
        raise NotImplementedError


def _account(network: str, address: str, native_id: str = ME) -> FeedAccount:
    return FeedAccount("feed_1", network, address, "lantern", native_id, {"access": "a-token"})


@asynccontextmanager
async def firehose(_: Path) -> AsyncIterator[Stage]:
    async with a_stream() as stream:
        stream.add("#identity", did=ADA, handle="ada.test")
        place = stream.address.removeprefix("http://")
        settings = Settings(outbound_allow=place)
        async with outbound_client(settings) as client:
            whole = BlueskyMentions(client, settings.outbound_allowed, quiet_s=0.3)
            can = frozenset({"edit", "delete", "repost", "tag"})
            yield Stage(
                _StreamOnly(whole), _account("bluesky", stream.address), StreamPeople(stream), OURS, can
            )


@dataclass
class _StreamOnly:
    """The double has no lists, and says so with a word of its own; a bare server answers 400."""

    whole: BlueskyMentions

    async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Any:
        return await self.whole.read(account, wanted, cursor or "stream:0")


@asynccontextmanager
async def appview(_: Path) -> AsyncIterator[Stage]:
    lists = Lists()
    async with served(create_appview(lists)) as (address, _task):
        settings = Settings(outbound_allow=address.removeprefix("http://"))
        async with outbound_client(settings) as client:
            source = BlueskyMentions(client, settings.outbound_allowed)
            can = frozenset({"delete", "repost", "tag", "revoke"})
            people, account = ListPeople(lists), _account("bluesky", address)
            yield Stage(source, account, people, OURS, can, lambda: setattr(lists, "token", "another"))


@asynccontextmanager
async def mastodon(_: Path) -> AsyncIterator[Stage]:
    books = Books()
    us, ada = books.join("lantern", "a-token"), books.join("ada", "ada-token")
    post = books.write(us, {"status": "It's on"}).id
    async with served(create_mastodon(books)) as (address, _task):
        settings = Settings(outbound_allow=address.removeprefix("http://"))
        async with outbound_client(settings) as client:
            people = MastodonPeople(books, us, ada, post)
            account, can = _account("mastodon", address, us.id), {"edit", "delete", "repost", "tag", "revoke"}
            revoke = lambda: setattr(us, "is_suspended", True)  # noqa: E731
            yield Stage(MastodonMentions(client), account, people, post, frozenset(can), revoke)


@asynccontextmanager
async def wall(folder: Path) -> AsyncIterator[Stage]:
    opened = Wall(folder / "wall.db")
    account = _account("wall", "", "lantern")
    published = await opened.publish(await opened.prepare(a_draft(), account), account)
    post = published.native_id
    yield Stage(WallMentions(opened), account, WallPeople(opened, post), post, frozenset())


STAGES: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Stage]]] = {
    "firehose": firehose,
    "appview": appview,
    "mastodon": mastodon,
    "wall": wall,
}
