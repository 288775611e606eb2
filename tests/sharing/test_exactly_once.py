"""Each post is read exactly once, wherever a worker dies and however many work at once (R80)."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import true

from campaigns import sharing
from campaigns.foundation.failpoints import arm, disarm
from campaigns.foundation.store import Unit, open_store
from campaigns.sharing.ports import NotThere
from campaigns.sharing.posts import freeze, lease, publish
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.publish import publish_due
from campaigns.sharing.posts.rows import posts
from campaigns.sharing.posts.rules import LEASE_S
from campaigns.sharing.posts.withdraw import withdraw
from tests.faults.stories import failpoints_below
from tests.races.unguarded import without
from tests.reactions.stage import LINKS
from tests.sharing.scene import FeedScene

pytestmark = pytest.mark.faults
PLACES = (
    "freeze.written",
    "freeze.prepared",
    "publish.frozen",
    "publish.before_call",
    "publish.after_call",
    "publish.recorded",
)
LOOKING_UP = "publish.looked_up"
TAKING_DOWN = "take_down.after_call"


class Killed(BaseException):
    """The process dies here; nothing behind it is done, not even what would hand a lease back."""


def kill_at(place: str, *, hit: int = 1) -> None:
    left = hit

    async def die() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    arm(place, die)


async def tips(scene: FeedScene, count: int = 3) -> str:
    """So many posts that wait at one account; its id."""
    account_id = await scene.ready("tipped")
    for _ in range(count):
        await scene.stage.move_deal(await scene.stage.deal(), "tipped")
    await scene.stage.tell()
    return account_id


async def after_the_lease(scene: FeedScene) -> None:
    disarm()
    scene.clock.advance(seconds=LEASE_S + 1)
    await scene.drain()


def read_once(scene: FeedScene, count: int = 3) -> None:
    assert list(scene.feed.times_read().values()) == [1] * count


@pytest.mark.parametrize("hit", [1, 2])
@pytest.mark.parametrize("place", PLACES)
async def test_wherever_a_worker_dies_every_post_is_read_once(scene: FeedScene, place: str, hit: int) -> None:
    account_id = await tips(scene)
    kill_at(place, hit=hit)
    with pytest.raises(Killed):
        await publish_due(account_id, scene.outside)
    assert await scene.drain() == 0, "the dead worker's lease keeps the others off"
    await after_the_lease(scene)
    read_once(scene)
    assert await scene.states() == ["tipped:published"] * 3


async def test_a_worker_that_dies_while_looking_up_changes_nothing(scene: FeedScene) -> None:
    account_id = await tips(scene)
    scene.feed.lost = 1
    kill_at(LOOKING_UP)
    with pytest.raises(Killed):
        await publish_due(account_id, scene.outside)
    await after_the_lease(scene)
    read_once(scene)


async def test_a_worker_that_dies_while_taking_down_is_followed_by_one_that_does(scene: FeedScene) -> None:
    account_id = await tips(scene, 1)
    await scene.drain()
    [post] = await scene.posts()
    await withdraw(post.id, scene.owner, **scene.around)
    kill_at(TAKING_DOWN)
    with pytest.raises(Killed):
        await publish_due(account_id, scene.outside)
    await after_the_lease(scene)
    assert await scene.states() == ["tipped:withdrawn"]
    assert scene.feed.shown == []


@pytest.fixture
async def neighbour(scene: FeedScene) -> AsyncIterator[FeedOutside]:
    """Another process on the same database and the same feed."""
    store = open_store(scene.store.url)
    yield FeedOutside(store, scene.clock, scene.keys, scene.publishers, LINKS)
    await store.close()


async def both(
    scene: FeedScene, other: FeedOutside, account_id: str, work: Callable[..., Awaitable[int]] = publish_due
) -> None:
    await asyncio.gather(work(account_id, scene.outside), work(account_id, other))


async def test_two_workers_at_once_send_each_post_once(scene: FeedScene, neighbour: FeedOutside) -> None:
    account_id = await tips(scene, 5)
    await both(scene, neighbour, account_id)
    await scene.drain()
    read_once(scene, 5)
    assert scene.feed.calls.count("publish") == 5


FREE = ("feed_accounts.c.id == account_id, _free(now))", "feed_accounts.c.id == account_id)")
MINE = ("feed_accounts.c.lease == held.lease)\n    statement", "true())\n    statement")
STATE = ('if row is None or row.state != "queued":', "if row is None:")
KEY = ("return FrozenPost(row.key, row.body)", 'return FrozenPost(f"{row.key}-{next(tries)}", row.body)')
LOOK = (
    "answer = await ask(feed, lambda account: feed.publisher.reconcile(_frozen_post(row), account))",
    "answer = NotThere()",
)


async def test_without_lease_and_guard_two_workers_send_one_post_twice(
    scene: FeedScene, neighbour: FeedOutside
) -> None:
    """The race happens: it is the lease, and behind it the guarded move, that decide it."""
    account_id = await tips(scene, 1)
    open_lease = without(lease, FREE, MINE, true=true)
    freezer = without(freeze, look=open_lease.look)
    twin = without(
        publish,
        STATE,
        take=open_lease.take,
        look=open_lease.look,
        freeze=freezer.freeze,
        move_post=_moved_regardless,
    )
    meeting = asyncio.Barrier(2)

    async def meet() -> None:
        await meeting.wait()

    arm("publish.before_call", meet)
    async with asyncio.timeout(20):
        await both(scene, neighbour, account_id, twin.publish_due)
    assert list(scene.feed.times_read().values()) == [2]


async def _moved_regardless(unit: Unit, row: Any, to_state: str, now: datetime, **changes: Any) -> bool:
    await unit.run(posts.update().where(posts.c.id == row.id).values(state=to_state, **changes))
    return True


async def test_a_key_that_changes_with_the_try_is_read_twice(scene: FeedScene) -> None:
    """Broken on purpose: the key belongs to the row."""
    account_id = await tips(scene, 1)
    twin = without(publish, KEY, tries=itertools.count())
    scene.feed.lost = 1
    await twin.publish_due(account_id, scene.outside)
    assert list(scene.feed.times_read().values()) == [2]


async def test_without_a_look_a_lost_answer_is_read_twice(scene: FeedScene) -> None:
    """Broken on purpose: sending again is no way of finding out."""
    account_id = await tips(scene, 1)
    twin = without(publish, LOOK, NotThere=NotThere)
    scene.feed.lost = 1
    await twin.publish_due(account_id, scene.outside)
    assert list(scene.feed.times_read().values()) == [2]


def test_nobody_forgets_a_place_where_a_worker_can_die() -> None:
    assert failpoints_below(Path(sharing.__path__[0], "posts")) == {*PLACES, LOOKING_UP, TAKING_DOWN}
