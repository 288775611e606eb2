"""Six hours without a network and 2,000 posts waiting: what is left then goes out in order, once, and slowly enough."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from campaigns.foundation.facts import facts
from campaigns.orders.rows import orders
from campaigns.sharing.posts.announce import owe_announcements
from campaigns.sharing.posts.queries import accounts_of, waiting
from tests.sharing.feeds import ScriptedFeed
from tests.sharing.scene import FeedScene

pytestmark = pytest.mark.faults
HANDLES = tuple(f"account-{number}" for number in range(10))
DEALS, JOINS = 30, 170


async def six_hours(scene: FeedScene) -> None:
    """A deal tips every now and then, and in the third hour people join; each fact owes a post per account."""
    third_hour = range(2 * DEALS // 6, 3 * DEALS // 6)
    for slot in range(DEALS):
        deal_id = await scene.stage.deal()
        if slot in third_hour:
            await joins(scene, deal_id, JOINS // len(third_hour))
        await scene.stage.move_deal(deal_id, "tipped")
        await scene.stage.tell()
        await scene.drain()
        scene.clock.advance(minutes=6 * 60 / DEALS)


async def joins(scene: FeedScene, deal_id: str, count: int) -> None:
    emails = [f"{deal_id[-8:]}-{number}@example.com" for number in range(count)]
    placed = await scene.stage.orders(deal_id, emails, "authorized", committed_at=scene.clock.at)
    for order_id in placed:
        await scene.consent(order_id)
        async with scene.store.begin() as unit:
            await owe_announcements(unit, "joined", deal_id, f"order:{order_id}", scene.clock.at)


async def until_sent(scene: FeedScene) -> None:
    """Let time pass from one moment at which something can be done to the next, until nothing waits."""
    for _ in range(500):
        await scene.drain()
        async with scene.store.read() as unit:
            left = (await waiting(unit, scene.clock.at)).count
            accounts = await accounts_of(unit, scene.merchant, scene.clock.at)
        if not left:
            return
        wakes = [account.rests_until for account in accounts if account.rests_until and account.waiting]
        scene.clock.at = min(wakes, default=scene.clock.at + timedelta(seconds=10))
    raise AssertionError("posts wait for ever")


async def test_six_hours_without_a_network_delay_posts_and_nothing_else(scene: FeedScene) -> None:
    """R80, R81."""
    await scene.approve("joined")
    await scene.approve("tipped")
    for handle in HANDLES:
        await scene.connect(handle)
    scene.feed.falls_silent = True  # with the first post, whose answer gets lost
    await six_hours(scene)

    states = Counter(post.state for post in await scene.posts())
    assert states == {"queued": 1999, "sending": 1}
    await orders_went_on(scene)

    scene.feed.down, scene.feed.limit, scene.feed.lost = None, 0, 2
    await until_sent(scene)

    sent = await scene.posts()
    assert {post.state for post in sent if post.kind == "tipped"} == {"published"}, "none lost"
    assert set(scene.feed.times_read().values()) == {1}, "none twice"
    assert len(scene.feed.shown) == len([post for post in sent if post.state == "published"])
    stale_is_dropped(sent)
    oldest_first(scene, sent)
    within_limits(scene)


async def orders_went_on(scene: FeedScene) -> None:
    """Every join and every tip stands, and each was told to whom it concerns, although no feed answered."""
    async with scene.store.read() as unit:
        held = await unit.value(
            select(func.count()).select_from(orders).where(orders.c.state == "authorized")
        )
        tips = await unit.value(select(func.count()).select_from(facts).where(facts.c.name == "deal_tipped"))
    assert (held, tips) == (JOINS, DEALS)
    assert [row.state for row in await scene.stage.outbox("tell")] == ["done"] * DEALS
    letters = {row.ref.partition(":")[0] for row in await scene.stage.outbox("mail")}
    assert "deal_tipped" in letters


def stale_is_dropped(sent: list[Any]) -> None:
    """Joins are news for four hours: each that left was younger, each that did not was dropped for its age."""
    life = timedelta(hours=4)
    fates = Counter(post.state for post in sent if post.kind == "joined")
    assert fates["published"] > 100
    assert fates["dropped"] > 500
    for post in (post for post in sent if post.kind == "joined"):
        if post.state == "published":
            assert post.published_at < post.created_at + life
        else:
            assert (post.state, post.reason) == ("dropped", "stale")


def oldest_first(scene: FeedScene, sent: list[Any]) -> None:
    created = {post.id: post.created_at for post in sent}
    for handle in HANDLES:
        read = [created[each.body["post_id"]] for each in scene.feed.shown if each.account == f"did:{handle}"]
        assert read == sorted(read)


def within_limits(scene: FeedScene) -> None:
    """The feed counts; our limiter stops before the feed has to say so, but for what the accounts did not know."""
    assert max(scene.feed.windows) <= ScriptedFeed.CALLS_IN_WINDOW
    assert scene.feed.turned_away <= len(HANDLES) * len(scene.feed.windows)
