"""A FeedPublisher for the AT Protocol."""

from __future__ import annotations

from collections.abc import Mapping
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
    LoginExpired,
    NotThere,
    PublishedPost,
    TryLater,
)
from integrations.feeds.bluesky.answers import allowance_of, failure_of, word_of
from integrations.feeds.bluesky.records import LONGEST, POST, THUMB_BYTES, post_record, record_key
from integrations.feeds.calls import (
    AddressUnusable,
    Answer,
    Calls,
    Now,
    read_body,
    server_address,
    utc_now,
)
from integrations.feeds.pictures import small_jpeg

SERVICE = "https://bsky.social"
_PAGES = "https://bsky.app"


class BlueskyPublisher:
    """Signs in with a handle and an app password; keeps only the two tokens, `access` and `refresh`.

    Posts are put under a key of ours with `swapRecord: null`, so a repeat changes nothing.
    """

    def __init__(self, client: httpx.AsyncClient, *, now: Now = utc_now) -> None:
        self._calls = Calls(client, allowance_of, now)

    async def connect(self, address: str, handle: str, credential: str) -> Connected:
        """`handle` may be `name@server` where no address is given; without either the server is bsky.social."""
        name, _, server = handle.strip().lstrip("@").partition("@")
        try:
            service = server_address(address or server, SERVICE)
            answer = await self._call(
                service,
                "com.atproto.server.createSession",
                json={"identifier": name, "password": credential.strip()},
            )
        except AddressUnusable as refused:
            raise BodyRefused(str(refused)) from refused
        if not answer.ok:
            # Without a word of its own it is no server of this protocol.
            raise (AccountLost if word_of(answer) else BodyRefused)(answer.text)
        return _connected(answer, service)

    async def renew(self, account: FeedAccount) -> Connected:
        token = account.secrets.get("refresh", "")
        answer = await self._call(account.address, "com.atproto.server.refreshSession", token=token)
        if not answer.ok:
            raise AccountLost(answer.text)
        return _connected(answer, account.address)

    def longest(self, account: FeedAccount) -> int:
        return LONGEST

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        post_record(draft, None)  # refused before anything is uploaded
        record = post_record(draft, await self._upload(draft.image, account) if draft.image else None)
        return FrozenPost(record_key(draft.created_at, draft.post_id), {"record": record})

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        # Without swapRecord the server would silently put one post in another's place.
        body = {**_place(post.key, account), "record": post.body["record"], "swapRecord": None}
        answer = await self._call(
            account.address, "com.atproto.repo.putRecord", token=_access(account), once=True, json=body
        )
        if not answer.ok:
            raise failure_of(answer)
        [uri, _] = read_body(answer, "uri", "cid", once=True)
        return PublishedPost(uri, _page(account, post.key), answer.allowance)

    async def reconcile(
        self, post: FrozenPost, account: FeedAccount
    ) -> PublishedPost | NotThere | CannotTell:
        answer = await self._call(
            account.address,
            "com.atproto.repo.getRecord",
            method="GET",
            token=_access(account),
            params=_place(post.key, account),
        )
        if word_of(answer) == "RecordNotFound":
            return NotThere()
        if word_of(answer) == "InvalidRequest":  # how the server speaks of an account that was taken down
            raise AccountLost(answer.text)
        if not answer.ok:
            raise failure_of(answer)
        [uri, _] = read_body(answer, "uri", "cid")
        if answer.body.get("value") != post.body["record"]:
            raise BodyRefused("Another post stands under this key.")
        return PublishedPost(uri, _page(account, post.key), answer.allowance)

    async def delete(self, native_id: str, account: FeedAccount) -> None:
        place = _place(native_id.rpartition("/")[2], account)
        answer = await self._call(
            account.address, "com.atproto.repo.deleteRecord", token=_access(account), json=place
        )
        if not answer.ok:
            raise failure_of(answer)

    async def _upload(self, image: bytes, account: FeedAccount) -> Mapping[str, Any]:
        content = await small_jpeg(image, THUMB_BYTES)
        try:
            answer = await self._call(
                account.address,
                "com.atproto.repo.uploadBlob",
                token=_access(account),
                content=content,
                headers={"Content-Type": "image/jpeg"},
            )
        except TryLater:
            await self._check_login(account)
            raise
        blob = answer.body.get("blob") if answer.ok and isinstance(answer.body, dict) else None
        if not isinstance(blob, dict):
            raise failure_of(answer)
        return blob

    async def _check_login(self, account: FeedAccount) -> None:
        """A server answers 500 to an upload whose token it cannot read, and says so when asked whose it is."""
        name = "com.atproto.server.getSession"
        answer = await self._call(account.address, name, method="GET", token=_access(account))
        if not answer.ok:
            raise failure_of(answer)

    async def _call(
        self, address: str, name: str, *, method: str = "POST", token: str = "", **request: Any
    ) -> Answer:
        if token:
            headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
            request["headers"] = headers
        return await self._calls.ask(method, f"{address}/xrpc/{name}", **request)


def _connected(answer: Answer, address: str) -> Connected:
    did, handle, access, refresh = read_body(answer, "did", "handle", "accessJwt", "refreshJwt")
    return Connected(did, handle, {"access": access, "refresh": refresh}, address)


def _access(account: FeedAccount) -> str:
    token = account.secrets.get("access", "")
    if not token:
        raise LoginExpired("There is no access token.")
    return token


def _place(key: str, account: FeedAccount) -> dict[str, str]:
    return {"repo": account.native_id, "collection": POST, "rkey": key}


def _page(account: FeedAccount, key: str) -> str:
    return f"{_PAGES}/profile/{account.native_id}/post/{key}"
