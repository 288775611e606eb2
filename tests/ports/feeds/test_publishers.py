"""Every adapter keeps the one contract of FeedPublisher."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from campaigns.sharing.ports import FeedAccount, FeedPublisher, TryLater
from integrations.feeds.bluesky.publisher import BlueskyPublisher
from integrations.feeds.mastodon.publisher import MastodonPublisher
from integrations.feeds.webhook import WebhookPublisher
from integrations.outbound import outbound_client
from tests.ports.feeds import stages
from tests.ports.feeds.contract import BearsTrouble, KeepsItsBooks
from tests.ports.feeds.stages import Stage


def opened(network: str, folder: Path) -> AbstractAsyncContextManager[Stage]:
    if network == "wall":
        return stages.wall(folder)
    found: AbstractAsyncContextManager[Stage] = getattr(stages, network)()
    return found


class TestEveryNetwork(KeepsItsBooks):
    @pytest.fixture(params=["bluesky", "mastodon", "webhook", "wall"])
    async def stage(self, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
        async with opened(request.param, tmp_path) as stage:
            yield stage


class TestEveryNetworkWithAServer(BearsTrouble):
    @pytest.fixture(params=["bluesky", "mastodon", "webhook"])
    async def stage(self, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
        async with opened(request.param, tmp_path) as stage:
            yield stage


@pytest.mark.parametrize("kind", [BlueskyPublisher, MastodonPublisher, WebhookPublisher])
async def test_a_server_that_is_away_means_later(kind: Callable[..., FeedPublisher]) -> None:
    """Nobody heard of it, so nothing needs to be looked for."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        account = FeedAccount("f", "any", address, "shop", "1", {"access": "a", "secret": stages.SECRET})
        async with outbound_client(stages.settings_for(address)) as client:
            publisher = kind(client)
            post = await publisher.prepare(stages.a_draft(), account)
            with pytest.raises(TryLater):
                await publisher.publish(post, account)
