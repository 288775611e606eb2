"""The demo's own feed, kept in a file beside the database: it shows what would be read at a network."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from campaigns.sharing.ports import (
    CannotTell,
    Connected,
    Draft,
    FeedAccount,
    FrozenPost,
    NotThere,
    PublishedPost,
)
from integrations.feeds.calls import utc_now
from integrations.feeds.pictures import small_jpeg

PAGE = "/wall"
LONGEST = 500
PICTURE_BYTES = 500_000

_TABLES = """
CREATE TABLE IF NOT EXISTS post (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, handle TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
  posted_at TEXT NOT NULL, withdrawn_at TEXT, UNIQUE (account, key)
);
CREATE TABLE IF NOT EXISTS reply (
  id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES post, author TEXT NOT NULL, text TEXT NOT NULL,
  replied_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS picture (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
"""
_POSTS = "SELECT id, account, handle, body FROM post WHERE withdrawn_at IS NULL"
_REPLIES = "SELECT id, post_id, author, text, replied_at FROM reply"


@dataclass(frozen=True)
class WallReply:
    """What somebody wrote below a post. Both ids are the wall's own."""

    native_id: str
    about: str
    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class WallPost:
    """A post as it is shown. `picture` is the name of its picture on the wall, or ""; replies oldest first.

    `at` is when it was written. `answers` is the number of the reply that it answers, or "".
    """

    native_id: str
    account: str
    handle: str
    text: str
    link: str
    title: str
    description: str
    language: str
    picture: str
    picture_alt: str
    at: datetime
    answers: str
    replies: tuple[WallReply, ...] = ()


class Wall:
    """A FeedPublisher without a network. Several processes may use the same file."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        self._path, self._now = path, now

    async def connect(self, address: str, handle: str, credential: str) -> Connected:
        """Any name will do; the address and the credential are not looked at."""
        name = handle.strip().lstrip("@") or "wall"
        return Connected(name, name, {}, "")

    async def renew(self, account: FeedAccount) -> Connected:
        return Connected(account.native_id, account.handle, {}, "")

    def longest(self, account: FeedAccount) -> int:
        return LONGEST

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        picture = ""
        if draft.image:
            content = await small_jpeg(draft.image, PICTURE_BYTES)
            picture = hashlib.sha256(content).hexdigest()
            keep = "INSERT INTO picture (digest, content) VALUES (?, ?) ON CONFLICT DO NOTHING"
            await asyncio.to_thread(self._change, keep, (picture, content))
        body = {
            "text": draft.text,
            "link": draft.link,
            "title": draft.title,
            "description": draft.description,
            "language": draft.language,
            "picture": picture,
            "picture_alt": draft.image_alt,
            "answers": str((draft.reply_to or {}).get("id", "")),
            "at": draft.created_at.isoformat(),
        }
        return FrozenPost(draft.post_id, body)

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        insert = (
            "INSERT INTO post (account, handle, key, body, posted_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (account, key) DO NOTHING"
        )
        text = json.dumps(post.body, ensure_ascii=False)
        values = (account.native_id, account.handle, post.key, text, self._now().isoformat())
        await asyncio.to_thread(self._change, insert, values)
        query = "SELECT id FROM post WHERE account = ? AND key = ?"
        rows = await asyncio.to_thread(self._read, query, (account.native_id, post.key))
        return _published(rows[0][0])

    async def reconcile(
        self, post: FrozenPost, account: FeedAccount
    ) -> PublishedPost | NotThere | CannotTell:
        query = "SELECT id FROM post WHERE account = ? AND key = ? AND withdrawn_at IS NULL"
        rows = await asyncio.to_thread(self._read, query, (account.native_id, post.key))
        return _published(rows[0][0]) if rows else NotThere()

    async def delete(self, native_id: str, account: FeedAccount) -> None:
        statement = "UPDATE post SET withdrawn_at = ? WHERE id = ? AND account = ? AND withdrawn_at IS NULL"
        values = (self._now().isoformat(), native_id, account.native_id)
        await asyncio.to_thread(self._change, statement, values)

    async def posts(self, limit: int = 50, account: str | None = None) -> list[WallPost]:
        """The newest posts first, with what was written below them; of everybody, or of one account."""
        return await asyncio.to_thread(self._posts, limit, account)

    async def picture(self, name: str) -> bytes | None:
        """A JPEG by the name a post gives it."""
        query = "SELECT content FROM picture WHERE digest = ?"
        rows = await asyncio.to_thread(self._read, query, (name,))
        return bytes(rows[0][0]) if rows else None

    async def reply(self, native_id: str, author: str, text: str, *, at: datetime | None = None) -> str:
        """Write below a post; answers the number of what was written. Raises LookupError without such a post."""
        insert = (
            "INSERT INTO reply (post_id, author, text, replied_at)"
            " SELECT id, ?, ?, ? FROM post WHERE id = ? AND withdrawn_at IS NULL"
        )
        values = (author, text, (at or self._now()).isoformat(), native_id)
        number, changed = await asyncio.to_thread(self._change, insert, values)
        if not changed:
            raise LookupError(native_id)
        return str(number)

    async def replies_after(self, number: int, limit: int = 200) -> list[WallReply]:
        """What was written after the reply of this number, oldest first. Numbers only grow."""
        query = f"{_REPLIES} WHERE id > ? ORDER BY id LIMIT ?"
        return [_reply(row) for row in await asyncio.to_thread(self._read, query, (number, limit))]

    def _posts(self, limit: int, account: str | None) -> list[WallPost]:
        where, values = (" AND account = ?", (account,)) if account is not None else ("", ())
        rows = self._read(f"{_POSTS}{where} ORDER BY id DESC LIMIT ?", (*values, limit))
        below: dict[int, list[WallReply]] = {row[0]: [] for row in rows}
        marks = ", ".join("?" * len(below))
        for row in self._read(f"{_REPLIES} WHERE post_id IN ({marks}) ORDER BY id", tuple(below)):
            below[row[1]].append(_reply(row))
        return [_post(row, below[row[0]]) for row in rows]

    def _change(self, statement: str, values: tuple[Any, ...]) -> tuple[int, int]:
        with closing(self._open()) as file, file:
            done = file.execute(statement, values)
            return done.lastrowid or 0, done.rowcount

    def _read(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        with closing(self._open()) as file:
            return file.execute(query, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self._path, timeout=5)
        file.executescript(_TABLES)
        return file


def _published(number: int) -> PublishedPost:
    return PublishedPost(str(number), f"{PAGE}#post-{number}")


def _post(row: Any, replies: list[WallReply]) -> WallPost:
    number, account, handle, body = row
    kept = json.loads(body)
    kept["at"] = datetime.fromisoformat(kept["at"])
    return WallPost(str(number), account, handle, replies=tuple(replies), **kept)


def _reply(row: Any) -> WallReply:
    number, about, author, text, replied_at = row
    return WallReply(str(number), str(about), author, text, datetime.fromisoformat(replied_at))
