"""Replies, reposts, mentions and tags as an AppView lists them, for servers that have one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from campaigns.listening.ports import Batch, Heard, Wanted
from campaigns.sharing.ports import FeedAccount
from integrations.mentions.answers import NotOffered, ask
from integrations.mentions.at_records import Written, heard_of, instant

PAGES = 4
PAGE = 50
MOST_TAGS = 5
_XRPC = "/xrpc/app.bsky."
_REASONS = frozenset({"reply", "repost", "mention", "quote"})


@dataclass(frozen=True)
class Place:
    """How far the list was read: all up to `since`; on the way down from `newest` at `page` where that is set."""

    since: str = ""
    newest: str = ""
    page: str = ""

    def written(self) -> str:
        return json.dumps([self.since, self.newest, self.page])


class Notifications:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def read(self, account: FeedAccount, wanted: Wanted, place: Place) -> Batch:
        """Raises NotOffered where the server has no AppView, and the FeedErrors of reading."""
        found, after = await self._listed(account, place)
        if not place.page:
            found += await self._tagged(account, wanted)
        heard = {each.uri: fits for each in found if (fits := heard_of(each, wanted, account))}
        checked = [] if place.page else await self._checked(account, wanted)
        told = [*sorted(heard.values(), key=lambda each: each.at), *checked]
        return Batch(told, after.written(), more=bool(after.page))

    async def _listed(self, account: FeedAccount, place: Place) -> tuple[list[Written], Place]:
        """Newest first, page by page, until what was read before."""
        found: list[Written] = []
        newest, page = place.newest, place.page
        for _ in range(PAGES):
            asked = {"limit": PAGE, **({"cursor": page} if page else {})}
            body = await self._ask(account, "notification.listNotifications", asked)
            listed = [each for each in body.get("notifications", []) if isinstance(each, Mapping)]
            new = [each for each in listed if str(each.get("indexedAt", "")) > place.since]
            newest = max([newest, *(str(each.get("indexedAt", "")) for each in new)])
            found += [_written(each) for each in new if each.get("reason") in _REASONS]
            page = str(body.get("cursor") or "")
            if len(new) < len(listed) or not page:
                return found, Place(since=newest or place.since)
        return found, Place(place.since, newest, page)

    async def _tagged(self, account: FeedAccount, wanted: Wanted) -> list[Written]:
        """A search that fails is left out: not every server offers it to everybody."""
        found: list[Written] = []
        for tag in sorted(wanted.tags)[:MOST_TAGS]:
            try:
                asked = {"q": f"#{tag}", "tag": tag, "sort": "latest", "limit": PAGE}
                body = await self._ask(account, "feed.searchPosts", asked)
            except NotOffered:
                break
            found += [_written(each) for each in body.get("posts", []) if isinstance(each, Mapping)]
        return found

    async def _checked(self, account: FeedAccount, wanted: Wanted) -> list[Heard]:
        """Which of the mentions we have are gone."""
        uris = [uri for uri in wanted.check if uri.startswith("at://")]
        if not uris:
            return []
        try:
            body = await self._ask(account, "feed.getPosts", {"uris": uris})
        except NotOffered:
            return []
        there = {str(each.get("uri")) for each in body.get("posts", []) if isinstance(each, Mapping)}
        posts = [uri for uri in uris if "/app.bsky.feed.post/" in uri]
        return [Heard(uri, "removed", "", "", "", "", datetime.now(UTC)) for uri in posts if uri not in there]

    async def _ask(self, account: FeedAccount, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        token = account.secrets.get("access", "")
        body = await ask(self._client, account, _XRPC + name, asked, token=token)
        return body if isinstance(body, dict) else {}


def _written(listed: Mapping[str, Any]) -> Written:
    """A notification and a found post carry the same: address, author, record."""
    author = listed.get("author")
    author = author if isinstance(author, Mapping) else {}
    uri, did = str(listed.get("uri", "")), str(author.get("did", ""))
    record = listed.get("record")
    page = (
        f"https://bsky.app/profile/{did}/post/{uri.rsplit('/', 1)[-1]}"
        if "/app.bsky.feed.post/" in uri
        else ""
    )
    told_at = instant(listed.get("indexedAt"), datetime.now(UTC))
    return Written(
        uri,
        str(listed.get("cid", "")),
        did,
        str(author.get("handle") or did),
        record if isinstance(record, Mapping) else {},
        told_at,
        page=page,
    )


def place_of(cursor: str) -> Place:
    """What `Place.written` wrote."""
    return Place(*json.loads(cursor))
