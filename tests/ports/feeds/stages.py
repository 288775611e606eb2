"""Each adapter in front of a server that holds still for the test, and can be told to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from campaigns.foundation.settings import Settings
from campaigns.sharing.ports import Connected, Draft, FeedAccount, FeedPublisher, NotThere, OutcomeUnknown
from integrations.feeds.bluesky.publisher import BlueskyPublisher
from integrations.feeds.mastodon.publisher import MastodonPublisher
from integrations.feeds.wall import Wall
from integrations.feeds.webhook import WebhookPublisher
from integrations.outbound import outbound_client
from tests.ports.stand_ins.faults import Faults
from tests.ports.stand_ins.mastodon.app import create_mastodon
from tests.ports.stand_ins.mastodon.books import Books
from tests.ports.stand_ins.pds import HANDLE, PASSWORD, FakePds
from tests.ports.stand_ins.receiver import Receiver
from tests.ports.stand_ins.serving import faulty

# A busy machine may take its time; only a silent server is not waited for.
PATIENCE_S, IMPATIENCE_S = 20.0, 1.0
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WRITTEN_AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
LINK = "https://quorum.example/s/abc123"

Change = Callable[[], Awaitable[None]]


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (120, 63), "teal").save(written, "PNG")
    return written.getvalue()


def a_draft(text: str = f"成团啦 🎉 It's on: {LINK} #拼团", **more: Any) -> Draft:
    fields: dict[str, Any] = {
        "post_id": "post_1",
        "text": text,
        "link": LINK if LINK in text else "",
        "title": "Dinner for two",
        "description": "19.00 EUR in Lisbon",
        "language": "zh-Hans",
        "created_at": WRITTEN_AT,
        "tags": ("拼团",) if "#拼团" in text else (),
    }
    return Draft(**{**fields, **more})


@dataclass
class Stage:
    """`texts` reads what the server shows, each post once per time it stands there. `faults` are its switches.

    `write` is the pattern of the irrevocable request, `look` of the one that looks for a post. What a network cannot
    do is None: renew a login, refuse it, be looked up. `impatient` is the publisher that soon stops waiting, `server`
    what keeps the posts.
    """

    network: str
    publisher: FeedPublisher
    impatient: FeedPublisher
    account: FeedAccount
    texts: Callable[[], Awaitable[list[str]]]
    connect: Callable[[str], Awaitable[Connected]]
    faults: Faults
    write: str
    look: str | None = None
    expire: Change | None = None
    revoke: Change | None = None
    refused: Mapping[str, Any] | None = None
    limits: Mapping[str, str] = field(default_factory=dict)
    server: Any = None

    async def publish(self, draft: Draft | None = None) -> None:
        """As the core does: freeze, send, and where nobody knows, look and send the same again if need be."""
        post = await self.publisher.prepare(draft or a_draft(), self.account)
        for _ in range(3):
            try:
                await self.publisher.publish(post, self.account)
            except OutcomeUnknown:
                if isinstance(await self.publisher.reconcile(post, self.account), NotThere):
                    continue
            return
        raise AssertionError("still not published after three tries")


def account_of(network: str, connected: Connected) -> FeedAccount:
    return FeedAccount(
        "feed_1",
        network,
        connected.address,
        connected.handle,
        connected.native_id,
        connected.secrets,
    )


def settings_for(address: str) -> Settings:
    return Settings(outbound_allow=address.removeprefix("http://"))


@asynccontextmanager
async def bluesky(kind: type[BlueskyPublisher] = BlueskyPublisher) -> AsyncIterator[Stage]:
    pds = FakePds()
    async with faulty(pds.app) as (address, faults), clients(address) as (client, hasty):
        publisher = kind(client)

        async def connect(credential: str) -> Connected:
            return await publisher.connect(address, HANDLE, credential)

        async def texts() -> list[str]:
            return [str(record["text"]) for record in pds.records.values()]

        async def expire() -> None:
            pds.expire()

        async def revoke() -> None:
            pds.is_gone = True

        yield Stage(
            "bluesky",
            publisher,
            kind(hasty),
            account_of("bluesky", await connect(PASSWORD)),
            texts,
            connect,
            faults,
            write="putRecord",
            look="getRecord",
            expire=expire,
            revoke=revoke,
            refused={"status": 400, "body": {"error": "InvalidRequest", "message": "No"}},
            limits={"RateLimit-Remaining": "0", "RateLimit-Reset": "1795531425"},
            server=pds,
        )


@asynccontextmanager
async def mastodon(kind: type[MastodonPublisher] = MastodonPublisher) -> AsyncIterator[Stage]:
    books = Books(polls=2)
    member = books.join("shop", "shop-token")
    async with faulty(create_mastodon(books)) as (address, faults), clients(address) as (client, hasty):
        publisher = kind(client, wait=_at_once)

        async def connect(credential: str) -> Connected:
            return await publisher.connect(address, "", credential)

        async def texts() -> list[str]:
            return [post.text for post in books.posts.values()]

        async def revoke() -> None:
            member.is_suspended = True

        yield Stage(
            "mastodon",
            publisher,
            kind(hasty, wait=_at_once),
            account_of("mastodon", await connect("shop-token")),
            texts,
            connect,
            faults,
            write="POST /api/v1/statuses",
            look="GET /api/v1/accounts",
            revoke=revoke,
            refused={"status": 422, "body": {"error": "Validation failed"}},
            limits={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-24T13:23:45.000Z"},
            server=books,
        )


@asynccontextmanager
async def webhook() -> AsyncIterator[Stage]:
    receiver = Receiver(SECRET)
    async with faulty(receiver) as (address, faults), clients(address) as (client, hasty):
        publisher = WebhookPublisher(client)

        async def connect(credential: str) -> Connected:
            return await publisher.connect(f"{address}/hook", "shop", credential)

        async def texts() -> list[str]:
            gone = {each["id"] for each in receiver.of_kind("post.withdrawn")}
            return [
                str(each["text"]) for each in receiver.of_kind("post.published") if each["id"] not in gone
            ]

        yield Stage(
            "webhook",
            publisher,
            WebhookPublisher(hasty),
            account_of("webhook", await connect(SECRET)),
            texts,
            connect,
            faults,
            write="POST /hook",
            refused={"status": 422, "body": {}},
            server=receiver,
        )


@asynccontextmanager
async def wall(folder: Path) -> AsyncIterator[Stage]:
    publisher = Wall(folder / "wall.db")

    async def connect(credential: str) -> Connected:
        return await publisher.connect("", "shop", credential)

    async def texts() -> list[str]:
        return [post.text for post in await publisher.posts()]

    account = account_of("wall", await connect(""))
    yield Stage(
        "wall", publisher, publisher, account, texts, connect, Faults(None), write="none", server=publisher
    )


@asynccontextmanager
async def clients(address: str) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    settings = settings_for(address)
    async with (
        outbound_client(settings, timeout_s=PATIENCE_S) as patient,
        outbound_client(settings, timeout_s=IMPATIENCE_S) as hasty,
    ):
        yield patient, hasty


async def _at_once(_: float) -> None:
    """Nothing is waited for."""
