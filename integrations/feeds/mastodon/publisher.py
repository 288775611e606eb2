"""A FeedPublisher for the Mastodon API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from campaigns.sharing.ports import (
    AccountLost,
    BodyRefused,
    CannotTell,
    Connected,
    Draft,
    FeedAccount,
    FrozenPost,
    NotThere,
    PublishedPost,
    TryLater,
)
from integrations.feeds.calls import (
    AddressUnusable,
    Answer,
    Calls,
    Now,
    read_body,
    server_address,
    utc_now,
)
from integrations.feeds.mastodon.answers import allowance_of, failure_of, lengths_of
from integrations.feeds.mastodon.statuses import frozen_body, is_older, is_ours, longest_of, status_of
from integrations.feeds.pictures import small_jpeg

PICTURE_BYTES = 976_000
PAGE, MOST_PAGES = 40, 5
MEDIA_TRIES, MEDIA_PAUSE_S = 15, 1.0

Wait = Callable[[float], Awaitable[object]]


class MastodonPublisher:
    """Signs in with an access token that the merchant made at the server, under "Development".

    It needs `write:statuses write:media read:accounts read:statuses read:notifications`. A token is not renewed:
    one that stops working means that a person must connect the account again. A repeat carries the same
    `Idempotency-Key`, which a server remembers for about an hour; `reconcile` looks for the post's own link.
    """

    def __init__(self, client: httpx.AsyncClient, *, now: Now = utc_now, wait: Wait = asyncio.sleep) -> None:
        self._calls, self._wait = Calls(client, allowance_of, now), wait

    async def connect(self, address: str, handle: str, credential: str) -> Connected:
        """`handle` may be `name@server` where no address is given; the name is whose the token is."""
        token = credential.strip()
        if not token.isascii() or not token.isprintable():
            raise AccountLost("An access token has letters and digits only.")
        try:
            server = server_address(address or handle.strip().lstrip("@").partition("@")[2])
            answer = await self._ask("GET", server, "/api/v1/accounts/verify_credentials", token)
            instance = await self._ask("GET", server, "/api/v2/instance", "")
        except AddressUnusable as refused:
            raise BodyRefused(str(refused)) from refused
        if not answer.ok:
            raise failure_of(answer)
        number, name = read_body(answer, "id", "acct")
        full = name if "@" in name else f"{name}@{httpx.URL(server).host}"
        secrets = {"access": token, **lengths_of(instance.body)}
        return Connected(number, full, secrets, server)

    async def renew(self, account: FeedAccount) -> Connected:
        raise AccountLost("A token of this network is not renewed.")

    def longest(self, account: FeedAccount) -> int:
        return longest_of(account)

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        status = status_of(draft, account)  # refused before anything is uploaded
        media_ids = [await self._upload(draft, draft.image, account)] if draft.image else []
        return FrozenPost(draft.post_id, frozen_body(status, draft, media_ids))

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        answer = await self._asked(
            "POST",
            "/api/v1/statuses",
            account,
            once=True,
            json=post.body["status"],
            headers={"Idempotency-Key": post.key},
        )
        [number] = read_body(answer, "id", once=True)
        return PublishedPost(number, str(answer.body.get("url") or ""), answer.allowance)

    async def reconcile(
        self, post: FrozenPost, account: FeedAccount
    ) -> PublishedPost | NotThere | CannotTell:
        """Looks through the account's own posts since this one was written; gives up as unknown after 200."""
        last = ""
        for _ in range(MOST_PAGES):
            params = {"limit": str(PAGE), "exclude_reblogs": "true", **({"max_id": last} if last else {})}
            path = f"/api/v1/accounts/{account.native_id}/statuses"
            answer = await self._asked("GET", path, account, params=params)
            page = [each for each in answer.body or () if isinstance(each, dict)]
            for found in page:
                if is_ours(found, post.body):
                    return PublishedPost(str(found["id"]), str(found.get("url") or ""), answer.allowance)
            if not page or is_older(page[-1], post.body["since"]):
                return NotThere()
            last = str(page[-1]["id"])
        return CannotTell()

    async def delete(self, native_id: str, account: FeedAccount) -> None:
        path = f"/api/v1/statuses/{native_id}"
        answer = await self._ask("DELETE", account.address, path, account.secrets.get("access", ""))
        if not answer.ok and answer.status != 404:
            raise failure_of(answer)

    async def _upload(self, draft: Draft, image: bytes, account: FeedAccount) -> str:
        """The number of a picture that is ready to be attached; attached earlier, the post would be refused."""
        picture = await small_jpeg(image, PICTURE_BYTES)
        answer = await self._asked(
            "POST",
            "/api/v2/media",
            account,
            files={"file": ("card.jpg", picture, "image/jpeg")},
            data={"description": draft.image_alt},
        )
        [number] = read_body(answer, "id")
        for _ in range(MEDIA_TRIES):
            if answer.status == 200 and answer.body.get("url"):
                return number
            await self._wait(MEDIA_PAUSE_S)
            answer = await self._asked("GET", f"/api/v1/media/{number}", account)
        raise TryLater("The server is still working on the picture.")

    async def _asked(self, method: str, path: str, account: FeedAccount, **request: Any) -> Answer:
        """An answer that went well. Raises what the port names."""
        token = account.secrets.get("access", "")
        answer = await self._ask(method, account.address, path, token, **request)
        if not answer.ok:
            raise failure_of(answer)
        return answer

    async def _ask(self, method: str, server: str, path: str, token: str, **request: Any) -> Answer:
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **request.pop("headers", {})}
        return await self._calls.ask(method, f"{server}{path}", headers=headers, **request)
