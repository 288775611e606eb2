"""What one stranger writes, or one server tells, harms no other merchant and stops nobody's listening."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from campaigns.foundation.ids import new_id
from campaigns.listening import collect
from campaigns.listening.collect import LEASE, READ_S, collect_due
from campaigns.listening.ports import Batch, Wanted
from campaigns.listening.rows import cursors, mentions
from campaigns.people.rows import organization
from campaigns.sharing.ports import FeedAccount
from campaigns.sharing.posts.rows import feed_accounts
from campaigns.sharing.posts.sealing import sealed
from tests.listening.scene import OUR_POST, Scene

OURS = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "link",
    [f"{OURS}/s///[", f"{OURS}/s/\x00", f"{OURS}/deals/\ud83c", f"{OURS}/s/", f"{OURS}/deals//[::x]/y"],
    ids=["brackets", "NUL", "half a character", "nothing", "no address"],
)
async def test_no_link_stops_the_reading_of_an_account(scene: Scene, link: str) -> None:
    """A poisoned link would be met again at the same place of the feed for ever."""
    row = await scene.hear("Look", links=(link,))
    assert (row.matched_by, row.deal_id) == ("reply", scene.deal_id)
    assert (await scene.cursor()).cursor == "1"


@pytest.mark.parametrize("name", ["at://x/\x00", "at://x/\ud83c", "at://x/" + "长" * 3000])
async def test_a_post_whose_name_cannot_be_kept_is_passed_over(scene: Scene, name: str) -> None:
    scene.say("Strange", native_id=name)
    scene.say("", native_id=name, kind="removed", author_id="", author="")
    await scene.hear("Nice")
    assert [row.text for row in await scene.rows()] == ["Nice"]
    assert (await scene.cursor()).cursor == "3"


async def test_what_cannot_be_stored_is_tried_later_and_says_so(scene: Scene) -> None:
    scene.say("Nice", native={"id": object()})
    assert await scene.collect() == 0
    kept = await scene.cursor()
    assert (kept.cursor, kept.failures, kept.lease_until) == (None, 1, None)
    assert kept.retry_at > scene.world.clock.at
    assert kept.error


async def test_a_feed_that_never_ends_its_answer_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is longer than any reading, or two workers would read one account."""

    class Endless:
        async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Batch:
            await asyncio.Event().wait()
            raise AssertionError("nobody answers")

    assert timedelta(seconds=READ_S) < LEASE
    monkeypatch.setattr(collect, "READ_S", 0.01)
    await collect_due(replace(scene.outside, sources={"bluesky": Endless()}))
    assert (await scene.cursor()).error == "TimeoutError"


async def _elsewhere(scene: Scene) -> Scene:
    """The same network heard by another merchant."""
    world, other, account_id = scene.world, new_id("org"), new_id("feed")
    kept = sealed({"access": "another-token"}, world.keys)
    async with world.store.begin() as unit:
        row: Any = await unit.one(select(organization).where(organization.c.id == world.merchant_id))
        named = {**row._mapping, "id": other, "slug": "elsewhere", "name": "Elsewhere"}
        await unit.run(insert(organization).values(named))
        feed: Any = await unit.one(select(feed_accounts).where(feed_accounts.c.id == scene.account_id))
        mine = {"id": account_id, "organization_id": other, "native_id": "did:plc:other", "handle": "other"}
        await unit.run(insert(feed_accounts).values({**feed._mapping, **mine, **kept}))
        await unit.run(
            update(feed_accounts).where(feed_accounts.c.id == scene.account_id).values(state="lost")
        )
    return replace(scene, account_id=account_id)


async def test_a_server_of_one_merchant_takes_no_words_from_another(scene: Scene) -> None:
    """S15: a server can say anything of anybody's posts; it is heard for its own merchant alone."""
    first = await scene.hear("Nice")
    other = await _elsewhere(scene)
    other.feed.said.clear()
    later = scene.world.clock.at + timedelta(minutes=1)
    other.say("Rewritten", native_id=first.native_uri, edited_at=later, about=None)
    other.say("", native_id=first.native_uri, kind="removed", author_id="", author="")
    scene.world.clock.advance(minutes=2)
    await other.collect()
    rows = await scene.world.rows(select(mentions).where(mentions.c.organization_id == first.organization_id))
    assert [(row.text, row.state) for row in rows] == [("Nice", "matched")]


async def test_a_post_about_two_merchants_is_heard_by_both(scene: Scene) -> None:
    first = await scene.hear("Nice, both of you")
    other = await _elsewhere(scene)
    other.feed.said.clear()
    other.say("Nice, both of you", native_id=first.native_uri, kind="mention", about=None)
    assert await other.collect() == 1
    assert len({row.organization_id for row in await scene.rows()}) == 2


async def test_every_mention_is_looked_at_again_in_turn(scene: Scene) -> None:
    """What is marked as looked at was handed to the source, and a source asks about all it is handed."""
    for number in range(12):
        scene.say(f"Reply {number}")
    await scene.collect()
    seen: set[str] = set()
    for _ in range(3):
        scene.world.clock.advance(seconds=31)
        await scene.collect()
        seen |= set(scene.feed.asked[-1][0].check)
    assert len(seen) == 12
    assert OUR_POST not in seen
    assert (await scene.world.rows(select(cursors)))[0].failures == 0
