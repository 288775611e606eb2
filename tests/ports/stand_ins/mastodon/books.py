"""What the server keeps: people, statuses, pictures, notices, keys, and how often it was asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

SCOPES = frozenset(
    "write:statuses write:media read:accounts read:statuses read:notifications write:favourites".split()
)
KEY_LIFE = timedelta(hours=1)
LONGEST, PER_URL = 500, 23
_URL = re.compile(r"https?://\S+")


class Refused(Exception):
    """A status and the words of an error."""

    def __init__(self, status: int, words: str) -> None:
        self.status, self.words = status, words
        super().__init__(words)


@dataclass
class Member:
    """Somebody with an account here. `is_suspended` answers 403 to everything."""

    id: str
    name: str
    is_suspended: bool = False


@dataclass
class Picture:
    """Still being worked on while `polls_left` is not 0."""

    id: str
    description: str
    size: int
    polls_left: int


@dataclass
class Post:
    id: str
    author: Member
    text: str
    created_at: datetime
    language: str | None = None
    visibility: str = "public"
    answers: str | None = None
    pictures: list[Picture] = field(default_factory=list)
    edited_at: datetime | None = None
    reblog_of: Post | None = None
    favourites: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Notice:
    id: str
    kind: str
    whom: str
    by: Member
    post: Post
    at: datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


class Books:
    """One server. `polls` is how often a picture must be asked for; `forgets_next_key` loses one key after use."""

    def __init__(self, *, now: Callable[[], datetime] = utc_now, polls: int = 0, limit: int = 300) -> None:
        self.now, self.polls, self.limit = now, polls, limit
        self.members: dict[str, Member] = {}
        self.tokens: dict[str, tuple[Member, frozenset[str]]] = {}
        self.posts: dict[str, Post] = {}
        self.pictures: dict[str, Picture] = {}
        self.notices: list[Notice] = []
        self.keys: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.forgets_next_key = self.ignores_keys = False
        self._number = 110_000_000_000_000_000
        self._asked: dict[tuple[str, str], tuple[datetime, int]] = {}

    def new_id(self) -> str:
        self._number += 1
        return str(self._number)

    def join(self, name: str, token: str, scopes: frozenset[str] = SCOPES) -> Member:
        """A member and a token of theirs."""
        member = self.members.setdefault(name, Member(self.new_id(), name))
        self.tokens[token] = (member, scopes)
        return member

    def count(self, who: str, kind: str) -> tuple[int, int, datetime]:
        """Limit, what is left after this request, and when it starts anew. Raises nothing: 0 left is for the caller."""
        limit, minutes = (30, 30) if kind in ("media", "delete") else (self.limit, 5)
        now = self.now()
        ends, used = self._asked.get((who, kind), (now + timedelta(minutes=minutes), 0))
        if now >= ends:
            ends, used = now + timedelta(minutes=minutes), 0
        self._asked[who, kind] = (ends, used + 1)
        return limit, limit - used - 1, ends

    def remembered(self, token: str, key: str) -> Post | None:
        """What was posted under this key within the hour."""
        known = self.keys.get((token, key))
        if known is None or self.ignores_keys or self.now() - known[1] > KEY_LIFE:
            return None
        return self.posts.get(known[0])

    def remember(self, token: str, key: str, post: Post) -> None:
        if self.forgets_next_key:
            self.forgets_next_key = False
        elif key:
            self.keys[token, key] = (post.id, self.now())

    def write(self, author: Member, said: dict[str, Any]) -> Post:
        """A new status. Raises Refused as the real server does."""
        text = str(said.get("status") or "")
        pictures = [self._ready(each) for each in said.get("media_ids") or []]
        if not text and not pictures:
            raise Refused(422, "Validation failed: Text can't be blank")
        answers = said.get("in_reply_to_id")
        if answers and str(answers) not in self.posts:
            raise Refused(404, "The post you are trying to reply to does not appear to exist.")
        check_length(text)
        post = Post(self.new_id(), author, text, self.now())
        post.language, post.pictures = said.get("language"), pictures
        post.visibility = str(said.get("visibility") or "public")
        post.answers = str(answers) if answers else None
        self.posts[post.id] = post
        self._tell_mentioned(post)
        return post

    def tell(self, kind: str, whom: Member, by: Member, post: Post) -> None:
        if whom is not by:
            self.notices.append(Notice(self.new_id(), kind, whom.id, by, post, self.now()))

    def _tell_mentioned(self, post: Post) -> None:
        named = set(re.findall(r"@(\w+)", post.text))
        for member in self.members.values():
            if member.name in named:
                self.tell("mention", member, post.author, post)

    def _ready(self, picture_id: str) -> Picture:
        picture = self.pictures.get(str(picture_id))
        if picture is None:
            raise Refused(422, "Validation failed: Media could not be found")
        if picture.polls_left:
            raise Refused(
                422, "Cannot attach files that have not finished processing. Try again in a moment!"
            )
        return picture


def check_length(text: str) -> None:
    """Every address counts 23, a name on another server only what stands before it."""
    if len(_URL.sub("x" * PER_URL, re.sub(r"(@\w+)@[\w.-]+", r"\1", text))) > LONGEST:
        raise Refused(422, f"Validation failed: Text character limit of {LONGEST} exceeded")
