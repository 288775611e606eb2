"""Which feeds an installation listens to."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from campaigns.foundation.settings import Settings
from campaigns.listening.ports import MentionSource, MentionSources
from integrations.feeds.wall import Wall
from integrations.mentions.bluesky import BlueskyMentions
from integrations.mentions.mastodon import MastodonMentions
from integrations.mentions.wall import WallMentions
from integrations.outbound import outbound_client

LONGEST_ANSWER_BYTES = 4_000_000


@dataclass(frozen=True)
class Ears:
    """Sources by network; `client` is to be closed."""

    sources: MentionSources
    client: httpx.AsyncClient


def build_sources(settings: Settings, wall: Wall | None) -> Ears:
    """Sources behind the guard for outgoing calls. Nothing is connected before the first read."""
    client = outbound_client(settings, longest_bytes=LONGEST_ANSWER_BYTES)
    sources: dict[str, MentionSource] = {
        "bluesky": BlueskyMentions(client, settings.outbound_allowed),
        "mastodon": MastodonMentions(client),
    }
    if wall is not None:
        sources["wall"] = WallMentions(wall)
    return Ears(sources, client)
