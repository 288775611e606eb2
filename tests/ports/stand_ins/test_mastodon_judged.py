"""Our server of the Mastodon API, judged by Mastodon.py, a client whose author never met it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)

from integrations.mentions.html_text import plain_of
from tests.ports.stand_ins.faults import Faults
from tests.ports.stand_ins.mastodon.app import create_mastodon
from tests.ports.stand_ins.mastodon.books import SCOPES, Books
from tests.ports.stand_ins.serving import faulty

SHOP = "shop-token"
PICTURE = b"\xff\xd8\xff\xe0 a picture, as far as this server looks"


@dataclass
class Judged:
    address: str
    faults: Faults
    books: Books
    now: list[datetime]

    def client(self, token: str = SHOP) -> Mastodon:
        return Mastodon(
            access_token=token,
            api_base_url=self.address,
            version_check_mode="none",
            ratelimit_method="throw",
            request_timeout=5,
        )

    async def __call__(self, name: str, *args: Any, token: str = SHOP, **kwargs: Any) -> Any:
        """Call one method of the client, which is synchronous, in a thread."""
        method: Callable[..., Any] = getattr(self.client(token), name)
        return await asyncio.to_thread(method, *args, **kwargs)


@pytest.fixture
async def server() -> AsyncIterator[Judged]:
    now = [datetime(2026, 11, 24, 12, tzinfo=UTC)]
    books = Books(now=lambda: now[0], polls=2)
    books.join("shop", SHOP)
    books.join("mara", "mara-token")
    async with faulty(create_mastodon(books)) as (address, faults):
        yield Judged(address, faults, books, now)


async def test_a_status_is_posted_read_edited_and_deleted(server: Judged) -> None:
    posted = await server("status_post", "It's on: https://q.example/s/abc #GroupBuy", language="en")
    read = await server("status", posted.id)
    plain = plain_of(read.content)
    assert plain.text == "It's on: https://q.example/s/abc #GroupBuy"
    assert plain.links == ("https://q.example/s/abc",)
    assert [tag.name for tag in read.tags] == ["groupbuy"]
    edited = await server("status_update", posted.id, "It's off")
    assert edited.edited_at is not None
    assert (await server("status_delete", posted.id))["text"] == "It's off"
    with pytest.raises(MastodonNotFoundError):
        await server("status", posted.id)


async def test_a_key_gives_the_first_status_again_for_an_hour(server: Judged) -> None:
    first = await server("status_post", "once", idempotency_key="k")
    server.now[0] += timedelta(minutes=59)
    assert (await server("status_post", "once", idempotency_key="k")).id == first.id
    other = await server("status_post", "once", idempotency_key="k", token="mara-token")
    assert other.id != first.id
    server.now[0] += timedelta(minutes=2)
    assert (await server("status_post", "once", idempotency_key="k")).id != first.id


async def test_a_key_can_be_forgotten_after_the_status_was_kept(server: Judged) -> None:
    """The hole of the protocol: 504 before the key is stored, so a repeat doubles the post."""
    server.books.forgets_next_key = True
    server.faults.next("committed", "POST /api/v1/statuses", status=504)
    with pytest.raises(MastodonAPIError):
        await server("status_post", "twice", idempotency_key="k")
    await server("status_post", "twice", idempotency_key="k")
    assert len(server.books.posts) == 2


async def test_a_server_may_ignore_keys_altogether(server: Judged) -> None:
    server.books.ignores_keys = True
    for _ in range(2):
        await server("status_post", "twice", idempotency_key="k")
    assert len(server.books.posts) == 2


async def test_tokens_and_their_scopes_are_checked(server: Judged) -> None:
    with pytest.raises(MastodonUnauthorizedError):
        await server("account_verify_credentials", token="nobody")
    server.books.join("shop", "narrow-token", SCOPES - {"write:statuses"})
    with pytest.raises(MastodonAPIError, match="403"):
        await server("status_post", "no", token="narrow-token")
    assert (await server("account_verify_credentials")).acct == "shop"
    server.books.members["shop"].is_suspended = True
    with pytest.raises(MastodonAPIError, match="403"):
        await server("account_verify_credentials")


async def test_json_and_forms_are_both_understood(server: Judged) -> None:
    headers = {"Authorization": "Bearer shop-token"}
    async with httpx.AsyncClient(base_url=server.address, headers=headers, trust_env=False) as client:
        by_json = await client.post("/api/v1/statuses", json={"status": "one", "language": "de"})
        by_form = await client.post("/api/v1/statuses", data={"status": "two", "language": "de"})
    assert [each.json()["language"] for each in (by_json, by_form)] == ["de", "de"]


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v2/instance"])
async def test_the_instance_answers_with_and_without_a_slash(server: Judged, path: str) -> None:
    async with httpx.AsyncClient(base_url=server.address, trust_env=False) as client:
        answers = [await client.get(path), await client.get(f"{path}/")]
    assert [each.status_code for each in answers] == [200, 200]
    assert (await server("instance")).configuration.statuses.max_characters == 500


async def test_the_limit_is_told_with_every_answer_and_its_end_is_a_date(server: Judged) -> None:
    headers = {"Authorization": "Bearer shop-token"}
    server.books.limit = 3
    async with httpx.AsyncClient(base_url=server.address, headers=headers, trust_env=False) as client:
        path = "/api/v1/accounts/verify_credentials"
        answers = [await client.get(path) for _ in range(4)]
        unknown = await client.get(path, headers={"Authorization": "Bearer x"})
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["X-RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["X-RateLimit-Reset"] == "2026-11-24T12:05:00.000Z"
    assert (unknown.status_code, unknown.headers["X-RateLimit-Remaining"]) == (401, "2")
    with pytest.raises(MastodonRatelimitError):
        await server("account_verify_credentials")
    server.now[0] += timedelta(minutes=5)
    assert (await server("account_verify_credentials")).acct == "shop"


async def test_deleting_has_a_limit_of_its_own(server: Judged) -> None:
    server.now[0] = datetime.now(UTC)  # the client waits until the date it is told
    posted = [await server("status_post", f"number {number}") for number in range(31)]
    for each in posted[:30]:
        await server("status_delete", each.id)
    with pytest.raises(MastodonRatelimitError):
        await server("status_delete", posted[30].id)


async def test_a_picture_takes_its_time_and_cannot_be_attached_before(server: Judged) -> None:
    sent = await server("media_post", PICTURE, mime_type="image/jpeg", description="A table for two")
    assert sent.url is None
    with pytest.raises(MastodonAPIError, match="422"):
        await server("status_post", "too early", media_ids=[sent.id])
    assert (await server("media", sent.id)).url is None
    assert (await server("media", sent.id)).url is not None
    posted = await server("status_post", "in time", media_ids=[sent.id])
    assert [each.description for each in posted.media_attachments] == ["A table for two"]


async def test_lists_are_paged_by_both_ends(server: Judged) -> None:
    me = (await server("account_verify_credentials")).id
    posted = [(await server("status_post", f"{number} #deal")).id for number in range(7)]
    for read in (("account_statuses", me), ("timeline_hashtag", "deal")):
        newest = await server(*read, limit=3)
        assert [each.id for each in newest] == posted[:3:-1]
        older = await server("fetch_next", newest)
        assert [each.id for each in older] == posted[3:0:-1]
        assert [each.id for each in await server("fetch_previous", older)] == posted[:3:-1]
        assert [each.id for each in await server(*read, min_id=posted[0], limit=2)] == [posted[2], posted[1]]
        assert [each.id for each in await server(*read, since_id=posted[0], limit=2)] == [
            posted[6],
            posted[5],
        ]


async def test_replies_mentions_reblogs_and_favourites_are_noticed(server: Judged) -> None:
    posted = await server("status_post", "It's on")
    reply = await server("status_post", "@shop how much?", in_reply_to_id=posted.id, token="mara-token")
    again = await server("status_reblog", posted.id, token="mara-token")
    await server("status_favourite", posted.id, token="mara-token")
    assert again.reblog.id == posted.id
    told = await server("notifications")
    assert [(each.type, each.account.acct) for each in told] == [
        ("favourite", "mara"),
        ("reblog", "mara"),
        ("mention", "mara"),
    ]
    assert [each.type for each in await server("notifications", types=["mention"])] == ["mention"]
    around = await server("status_context", posted.id)
    assert [each.id for each in around.descendants] == [reply.id]
    assert [each.id for each in (await server("status_context", reply.id)).ancestors] == [posted.id]
    me = (await server("account_verify_credentials")).id
    assert len(await server("account_statuses", me, exclude_reblogs=True)) == 1


async def test_a_text_is_measured_with_every_address_as_23(server: Judged) -> None:
    link = f"https://q.example/{'x' * 200}"
    await server("status_post", f"{'a' * 476} {link}")
    with pytest.raises(MastodonAPIError, match="422"):
        await server("status_post", f"{'a' * 477} {link}")


async def test_a_silent_server_costs_the_client_its_patience_and_keeps_the_status(server: Judged) -> None:
    server.faults.next("silent", "POST /api/v1/statuses")
    async with httpx.AsyncClient(base_url=server.address, timeout=0.3, trust_env=False) as client:
        headers = {"Authorization": "Bearer shop-token"}
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/api/v1/statuses", json={"status": "kept"}, headers=headers)
    assert [each.text for each in server.books.posts.values()] == ["kept"]
