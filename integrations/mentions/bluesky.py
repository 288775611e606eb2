"""Bluesky: an AppView's lists where the server has one, else the event stream of the server itself."""

from __future__ import annotations

import httpx

from campaigns.listening.ports import Batch, Wanted
from campaigns.sharing.ports import FeedAccount, FeedError
from integrations.addresses import Allowed
from integrations.mentions.answers import NotOffered, ask
from integrations.mentions.bluesky_firehose import QUIET_S, Firehose
from integrations.mentions.bluesky_notifications import Notifications, Place, place_of

_LISTS, _STREAM = "lists:", "stream:"


class BlueskyMentions:
    """A source is chosen at the first read and kept, since their cursors mean different things."""

    def __init__(self, client: httpx.AsyncClient, allowed: Allowed, *, quiet_s: float = QUIET_S) -> None:
        self._client = client
        self._lists = Notifications(client)
        self._stream = Firehose(allowed, self.handle_of, quiet_s=quiet_s)

    async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Batch:
        if cursor is not None and cursor.startswith(_STREAM):
            return await self._from_stream(account, wanted, int(cursor.removeprefix(_STREAM)))
        place = place_of(cursor.removeprefix(_LISTS)) if cursor else Place()
        try:
            batch = await self._lists.read(account, wanted, place)
        except NotOffered:
            return await self._from_stream(account, wanted, 0)
        return Batch(batch.heard, _LISTS + batch.cursor, batch.more)

    async def _from_stream(self, account: FeedAccount, wanted: Wanted, seq: int) -> Batch:
        batch = await self._stream.read(account, wanted, seq)
        return Batch(batch.heard, _STREAM + batch.cursor, batch.more)

    async def handle_of(self, account: FeedAccount, did: str) -> str:
        """What an author is called, or nothing where the server does not say."""
        try:
            asked = {"repo": did}
            body = await ask(self._client, account, "/xrpc/com.atproto.repo.describeRepo", asked)
        except (FeedError, NotOffered):
            return ""
        return str(body.get("handle") or "") if isinstance(body, dict) else ""
