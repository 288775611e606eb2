"""A FeedPublisher for a program of the merchant's: signed notices as Standard Webhooks describes them."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook

from campaigns.sharing.ports import (
    AccountLost,
    BodyRefused,
    CannotTell,
    Connected,
    Draft,
    FeedAccount,
    FeedError,
    FrozenPost,
    NotThere,
    PublishedPost,
    TryLater,
)
from integrations.feeds.calls import AddressUnusable, Answer, Calls, Now, utc_now

TIMEOUT_S, LONGEST_ANSWER_BYTES = 5.0, 64_000
LONGEST = 5000
_PREFIX = "whsec_"
_REFUSED = (400, 413, 415, 422)


class WebhookPublisher:
    """Sends `post.published` and `post.withdrawn`; the receiver keeps `webhook-id` and so takes a repeat for one.

    `secrets` holds `secret`: one or more `whsec_…`, apart by spaces while one is rolled; all of them sign.
    """

    def __init__(self, client: httpx.AsyncClient, *, now: Now = utc_now) -> None:
        self._calls, self._now = Calls(client, lambda _: None, now), now

    async def connect(self, address: str, handle: str, credential: str) -> Connected:
        """Send a first notice, `webhook.connected`, which proves that somebody is there who takes the secret."""
        url, secret = _address(address), credential.strip()
        _signers(secret)
        account = FeedAccount("", "webhook", url, handle, url, {"secret": secret})
        try:
            await self._send(account, f"connected_{secrets.token_hex(8)}", {"type": "webhook.connected"})
        except AddressUnusable as refused:
            raise BodyRefused(str(refused)) from refused
        return Connected(url, handle.strip() or httpx.URL(url).host, account.secrets, url)

    async def renew(self, account: FeedAccount) -> Connected:
        raise AccountLost("A webhook's secret is not renewed.")

    def longest(self, account: FeedAccount) -> int:
        return LONGEST

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        data = {
            "id": draft.post_id,
            "text": draft.text,
            "link": draft.link,
            "title": draft.title,
            "description": draft.description,
            "language": draft.language,
            "tags": list(draft.tags),
            "created_at": draft.created_at.isoformat(),
        }
        return FrozenPost(draft.post_id, {"type": "post.published", "data": data})

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        await self._send(account, post.key, post.body)
        return PublishedPost(post.key, "")

    async def reconcile(
        self, post: FrozenPost, account: FeedAccount
    ) -> PublishedPost | NotThere | CannotTell:
        """Nothing can be looked up, and nothing need be: sending again under the same id is harmless."""
        return NotThere()

    async def delete(self, native_id: str, account: FeedAccount) -> None:
        await self._send(
            account, f"{native_id}_withdrawn", {"type": "post.withdrawn", "data": {"id": native_id}}
        )

    async def _send(self, account: FeedAccount, key: str, body: Any) -> None:
        """The time of sending is signed anew each time, else a repeat after five minutes would be refused."""
        text, at = json.dumps(body, ensure_ascii=False, separators=(",", ":")), self._now()
        try:
            content = text.encode()
        except UnicodeError as fault:
            raise BodyRefused("There is a character that cannot be sent.") from fault
        signatures = [each.sign(key, at, text) for each in _signers(account.secrets.get("secret", ""))]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        answer = await self._calls.ask("POST", account.address, once=True, content=content, headers=headers)
        if not answer.ok:
            raise _failure_of(answer)


def _failure_of(answer: Answer) -> FeedError:
    """410 is how a receiver says "never again". Other refusals are mostly a program that is being mended."""
    if answer.status == 410:
        return AccountLost(answer.text)
    return BodyRefused(answer.text) if answer.status in _REFUSED else TryLater(answer.text)


def _address(typed: str) -> str:
    text = typed.strip() if "://" in typed else f"https://{typed.strip()}"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as fault:
        raise BodyRefused(str(fault)) from fault
    if not url.host:
        raise BodyRefused("This is not the address of a server.")
    return str(url.copy_with(fragment=None))


def _signers(secret: str) -> list[Webhook]:
    """Raises AccountLost for a secret that is none, or so short that it can be guessed."""
    found = []
    for each in secret.split():
        try:
            key = base64.b64decode(each.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) < 24:
            raise AccountLost("A secret is whsec_ and at least 24 bytes in base64.")
        found.append(Webhook(each))
    if not found:
        raise AccountLost("There is no secret to sign with.")
    return found
