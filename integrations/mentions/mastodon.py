"""Mastodon: notifications, tags, the answers below our posts, and a look at mentions that may have changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from campaigns.listening.ports import Batch, Heard, Wanted
from campaigns.sharing.ports import AccountLost, BodyRefused, FeedAccount
from integrations.mentions.answers import NotOffered, ask
from integrations.mentions.mastodon_statuses import heard_reblog, heard_status

PAGE = 40
# An account may ask 300 times in five minutes; one read asks 1 + tags + these, and once for each it checks.
MOST_TAGS = 5
MOST_THREADS = 3


@dataclass
class Place:
    """The newest notification and the newest status of each tag that were read, and whose answers come next."""

    notification: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    thread: int = 0

    def written(self) -> str:
        return json.dumps([self.notification, self.tags, self.thread], sort_keys=True)


class MastodonMentions:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Batch:
        place = Place(*json.loads(cursor)) if cursor else Place()
        found, more = await self._notified(account, wanted, place)
        found += await self._tagged(account, wanted, place)
        found += await self._answers(account, wanted, place)
        told = {each.native_id: each for each in found if each is not None}
        checked = await self._checked(account, wanted)
        return Batch([*sorted(told.values(), key=lambda each: each.at), *checked], place.written(), more=more)

    async def _notified(
        self, account: FeedAccount, wanted: Wanted, place: Place
    ) -> tuple[list[Heard | None], bool]:
        asked = {"types[]": ["mention", "reblog"], "limit": PAGE, **_after(place.notification)}
        listed = await self._list(account, "/api/v1/notifications", asked)
        place.notification = _newest(place.notification, listed)
        found = []
        for each in listed:
            if each.get("type") == "reblog":
                found.append(heard_reblog(each, wanted, account))
            elif isinstance(each.get("status"), Mapping):
                found.append(heard_status(each["status"], wanted, account))
        return found, bool(place.notification) and len(listed) == PAGE

    async def _tagged(self, account: FeedAccount, wanted: Wanted, place: Place) -> list[Heard | None]:
        found: list[Heard | None] = []
        for tag in sorted(wanted.tags)[:MOST_TAGS]:
            asked = {"limit": PAGE, **_after(place.tags.get(tag, ""))}
            try:
                listed = await self._list(account, f"/api/v1/timelines/tag/{quote(tag, safe='')}", asked)
            except (NotOffered, AccountLost, BodyRefused):  # closed to us, though the account itself is well
                continue
            place.tags[tag] = _newest(place.tags.get(tag, ""), listed)
            found += [heard_status(each, wanted, account) for each in listed]
        return found

    async def _answers(self, account: FeedAccount, wanted: Wanted, place: Place) -> list[Heard | None]:
        """A few of our posts in turn: an answer that does not name us is in no notification."""
        posts = sorted(wanted.posts)
        turn = posts[place.thread :][:MOST_THREADS]
        place.thread = place.thread + len(turn) if place.thread + len(turn) < len(posts) else 0
        found: list[Heard | None] = []
        for post in turn:
            try:
                body = await self._ask(account, f"/api/v1/statuses/{quote(post, safe='')}/context", {})
            except NotOffered:
                continue
            below = body.get("descendants", []) if isinstance(body, Mapping) else []
            found += [heard_status(each, wanted, account) for each in below if isinstance(each, Mapping)]
        return found

    async def _checked(self, account: FeedAccount, wanted: Wanted) -> list[Heard]:
        """Nobody tells a reader who asks that a status was edited or is gone."""
        found: list[Heard] = []
        for uri, native in wanted.check.items():
            if "#reblog-" in uri:
                continue
            try:
                status = await self._ask(
                    account, f"/api/v1/statuses/{quote(str(native.get('id', '')), safe='')}", {}
                )
            except NotOffered as answer:
                # Its words are taken from us for ever, so only a plain answer counts.
                if answer.is_gone:
                    found.append(Heard(uri, "removed", "", "", "", "", datetime.now(UTC)))
                continue
            told = heard_status(status, wanted, account) if isinstance(status, Mapping) else None
            found += [told] if told else []
        return found

    async def _list(self, account: FeedAccount, path: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        body = await self._ask(account, path, asked)
        return [each for each in body if isinstance(each, dict)] if isinstance(body, list) else []

    async def _ask(self, account: FeedAccount, path: str, asked: Mapping[str, Any]) -> Any:
        return await ask(self._client, account, path, asked, token=account.secrets.get("access", ""))


def _after(seen: str) -> dict[str, str]:
    """The page right after what was seen. Without anything seen, the newest page: history is not news."""
    return {"min_id": seen} if seen else {}


def _newest(seen: str, listed: Iterable[Mapping[str, Any]]) -> str:
    """Ids are numbers written as text, and grow."""
    ids = [seen, *(str(each.get("id", "")) for each in listed)]
    return max(ids, key=lambda each: (len(each), each))
