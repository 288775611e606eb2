"""Which feeds an installation publishes to."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from campaigns.foundation.settings import Settings
from campaigns.sharing.ports import FeedPublisher, Publishers
from integrations.feeds.bluesky.publisher import BlueskyPublisher
from integrations.feeds.calls import Now, utc_now
from integrations.feeds.mastodon.publisher import MastodonPublisher
from integrations.feeds.wall import Wall
from integrations.feeds.webhook import LONGEST_ANSWER_BYTES, TIMEOUT_S, WebhookPublisher
from integrations.outbound import outbound_client


@dataclass(frozen=True)
class Feeds:
    """Publishers by network. `wall` is there where money is only tried; `clients` are to be closed."""

    publishers: Publishers
    wall: Wall | None
    clients: tuple[httpx.AsyncClient, ...]

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()


def build_feeds(settings: Settings, *, now: Now = utc_now) -> Feeds:
    """Publishers behind the guard for outgoing calls. Nothing is connected before the first call."""
    feeds = outbound_client(settings)
    hooks = outbound_client(settings, timeout_s=TIMEOUT_S, longest_bytes=LONGEST_ANSWER_BYTES)
    publishers: dict[str, FeedPublisher] = {
        "bluesky": BlueskyPublisher(feeds, now=now),
        "mastodon": MastodonPublisher(feeds, now=now),
        "webhook": WebhookPublisher(hooks, now=now),
    }
    wall = Wall(settings.home / "wall.db", now=now) if settings.sandboxed else None
    if wall is not None:
        publishers["wall"] = wall
    return Feeds(publishers, wall, (feeds, hooks))
