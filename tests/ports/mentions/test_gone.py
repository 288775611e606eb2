"""A mention's words are taken for ever only where its server says plainly that it is gone."""

from __future__ import annotations

import httpx
import pytest

from campaigns.listening.ports import Wanted
from campaigns.sharing.ports import FeedAccount
from integrations.mentions.mastodon import MastodonMentions


@pytest.mark.parametrize(("status", "removed"), [(404, 1), (410, 1), (400, 0)])
async def test_a_server_that_does_not_understand_us_deletes_nothing(status: int, removed: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/notifications":
            return httpx.Response(200, json=[])
        return httpx.Response(status, json={"error": "no"})

    account = FeedAccount("feed_1", "mastodon", "https://m.example", "lantern", "1", {"access": "t"})
    wanted = Wanted(check={"https://m.example/users/ada/statuses/7": {"id": "7"}})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        batch = await MastodonMentions(client).read(account, wanted, None)
    assert [each.kind for each in batch.heard] == ["removed"] * removed
