"""The order path does not know that there are feeds: joins, tips and charges happen while every feed fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from campaigns.people.consent import Consent, give
from campaigns.sharing.ports import OutcomeUnknown
from scheduler.feeds import drain_feeds
from scheduler.main import until_quiet
from scheduler.outside import Surroundings
from tests.reactions.stage import Stage
from tests.sharing.feeds import ScriptedFeed
from tests.sharing.scene import FeedScene
from tests.world import World, a_world


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> AsyncIterator[World]:
    async with a_world(store, clock) as opened:
        yield opened


async def test_a_deal_tips_and_is_charged_while_every_feed_raises(world: World) -> None:
    """DONE: a network that is away delays posts, never orders."""
    feed = ScriptedFeed(world.clock)
    stage = Stage(world.store, world.clock, merchant_id=world.merchant_id)
    scene = FeedScene(stage, feed, world.owner, world.keys)
    await scene.ready()
    around = Surroundings(world.outside, world.links, world.post, scene.publishers)
    feed.down = lambda _: OutcomeUnknown("nobody answers")
    deal_id = await world.deal(threshold=3)
    order_ids = []
    for email in ("ann@example.com", "bo@example.com", "cy@example.com"):
        order_id = await world.join(deal_id, email)
        order_ids.append(order_id)
        buyer = (await world.order(order_id)).buyer_id
        async with world.store.begin() as unit:
            await give(unit, Consent(buyer, "announce_join", order_id), source="join", now=world.clock.at)
        await world.pay(order_id)
        await world.hear()
        await until_quiet(around)
        await world.hear()
    await until_quiet(around)

    assert (await world.deal_row(deal_id)).state == "tipped"
    assert {(await world.order(order_id)).state for order_id in order_ids} == {"captured"}
    assert len(world.post.to("ann@example.com")) >= 2
    waiting = await scene.posts()
    assert sorted(post.kind for post in waiting) == ["closing_soon", *["joined"] * 3, "three_to_go", "tipped"]
    assert {post.state for post in waiting} == {"queued"}

    feed.down = None
    world.clock.advance(minutes=16)
    while await drain_feeds(around):
        pass
    assert await scene.states() == [
        "closing_soon:published",
        *["joined:published"] * 3,
        "three_to_go:dropped",
        "tipped:published",
    ]
