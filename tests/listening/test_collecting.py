"""Collecting: at least once by the cursor, once by the key, whatever a feed does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.foundation.facts import history
from campaigns.foundation.failpoints import arm, disarm
from campaigns.listening.collect import collect_due
from campaigns.listening.rules import text_hash
from campaigns.sharing.ports import AccountLost, Connected, FeedAccount, LoginExpired, TryLater
from tests.listening.scene import OUR_POST, Scene, a_campaign
from tests.world import a_deal


class KilledHere(BaseException):
    """The process is gone: nothing of ours may catch this."""


async def test_a_reply_to_our_post_is_kept_with_its_deal_and_why(scene: Scene) -> None:
    row = await scene.hear("Loved the noodles, thank you!")
    assert (row.state, row.kind, row.matched_by, row.deal_id) == ("matched", "reply", "reply", scene.deal_id)
    assert (row.post_id, row.author, row.sentiment, row.language) == (
        scene.post_id,
        "ada.test",
        "positive",
        "en",
    )
    assert row.native["parent"] == {"uri": "p", "cid": "c"}


async def test_every_mention_is_new_before_it_is_matched(scene: Scene) -> None:
    row = await scene.hear("Nice")
    async with scene.world.store.read() as unit:
        told = await history(unit, f"mention:{row.id}")
    assert [(each.fact.from_state, each.fact.to_state) for each in told] == [("", "new"), ("new", "matched")]


async def test_what_fits_nothing_waits_as_new(scene: Scene) -> None:
    row = await scene.hear("Something else", kind="tag", about=None, tags=("other",))
    assert (row.state, row.matched_by, row.deal_id) == ("new", None, None)


async def test_hearing_it_again_changes_nothing(scene: Scene) -> None:
    first = scene.say("Nice")
    scene.feed.said += [first, first]
    assert await scene.collect() == 1
    scene.feed.said.append(first)
    scene.world.clock.advance(minutes=1)
    assert await scene.collect() == 0
    assert len(await scene.rows()) == 1


async def test_a_crash_between_reading_and_storing_loses_nothing_and_doubles_nothing(scene: Scene) -> None:
    """X3: the cursor moves in the transaction that stores what was heard."""
    scene.say("Nice")

    async def die() -> None:
        raise KilledHere

    arm("collect.after_read", die)
    try:
        with pytest.raises(KilledHere):
            await scene.collect()
    finally:
        disarm()
    assert await scene.rows() == []
    assert await scene.collect() == 0  # the lease of the dead worker still runs
    scene.world.clock.advance(seconds=91)
    assert await scene.collect() == 1
    assert len(await scene.rows()) == 1


async def test_two_workers_at_once_keep_each_mention_once(scene: Scene) -> None:
    for number in range(20):
        scene.say(f"Reply {number}")
    await asyncio.gather(*(collect_due(scene.outside) for _ in range(4)))
    assert len(await scene.rows()) == 20


async def test_a_worker_whose_cursor_was_moved_stores_nothing(scene: Scene) -> None:
    scene.say("Nice")

    class Slow:
        """Reads, and is overtaken by another worker whose clock says that the lease is over."""

        async def read(self, account, wanted, cursor):  # type: ignore[no-untyped-def]
            batch = await scene.feed.read(account, wanted, cursor)
            scene.world.clock.advance(seconds=91)
            await collect_due(scene.outside)
            return replace(batch, cursor="999")

    outside = replace(scene.outside, sources={"bluesky": Slow()})
    await collect_due(outside)
    assert (await scene.cursor()).cursor == "1"
    assert len(await scene.rows()) == 1


async def test_a_long_backlog_is_read_batch_by_batch(scene: Scene) -> None:
    scene.feed.at_once = 3
    for number in range(7):
        scene.say(f"Reply {number}")
    found = [await scene.collect() for _ in range(4)]
    assert found == [3, 3, 1, 0]


async def test_an_edit_replaces_the_text_and_keeps_the_old_hash(scene: Scene) -> None:
    row = await scene.hear("Terrible, awful food")
    later = scene.world.clock.at + timedelta(minutes=1)
    scene.feed.said.append(replace(scene.feed.said[0], text="Great food after all", edited_at=later))
    scene.world.clock.advance(minutes=2)
    await scene.collect()
    now = await scene.row(row.native_uri)
    assert (now.text, now.earlier_hashes) == ("Great food after all", [text_hash("Terrible, awful food")])
    assert (row.sentiment, now.sentiment) == ("negative", "positive")


async def test_an_older_wording_that_comes_late_changes_nothing(scene: Scene) -> None:
    first = scene.say("First")
    at = scene.world.clock.at
    scene.feed.said += [
        replace(first, text="Third", edited_at=at + timedelta(minutes=2)),
        replace(first, text="Second", edited_at=at + timedelta(minutes=1)),
        first,
    ]
    scene.world.clock.advance(minutes=5)
    await scene.collect()
    assert (await scene.row(first.native_id)).text == "Third"


async def test_a_delete_takes_the_text_and_leaves_the_count(scene: Scene) -> None:
    row = await scene.hear("I regret saying this")
    await scene.hear("", native_id=row.native_uri, kind="removed", author_id="", author="")
    gone = await scene.row(row.native_uri)
    assert (gone.state, gone.text, gone.author, gone.url, gone.native) == ("removed", "", "", "", {})
    assert len(await scene.rows()) == 1


async def test_a_deleted_mention_stays_deleted_when_it_is_heard_again(scene: Scene) -> None:
    row = await scene.hear("I regret saying this")
    await scene.hear("", native_id=row.native_uri, kind="removed")
    await scene.hear("I regret saying this", native_id=row.native_uri)
    assert (await scene.row(row.native_uri)).text == ""


async def test_a_delete_in_the_batch_of_the_post_itself_wins(scene: Scene) -> None:
    heard = scene.say("Oops")
    scene.say("", native_id=heard.native_id, kind="removed")
    await scene.collect()
    assert (await scene.row(heard.native_id)).state == "removed"


async def test_a_feed_that_asks_for_patience_gets_it(scene: Scene) -> None:
    scene.say("Nice")
    scene.feed.fault = TryLater("busy", retry_at=scene.world.clock.at + timedelta(minutes=7))
    await scene.collect()
    scene.feed.fault = None
    scene.world.clock.advance(minutes=6)
    assert await scene.collect() == 0
    scene.world.clock.advance(minutes=2)
    assert await scene.collect() == 1
    assert (await scene.cursor()).failures == 0


async def test_a_feed_that_breaks_is_asked_less_and_less_often(scene: Scene) -> None:
    scene.feed.fault = RuntimeError("secret=abc")
    waits = []
    for _ in range(3):
        await scene.collect()
        cursor = await scene.cursor()
        waits.append((cursor.retry_at - scene.world.clock.at).total_seconds())
        scene.world.clock.at = cursor.retry_at
    assert waits == [60, 120, 240]
    assert "secret" not in (await scene.cursor()).error


async def test_a_revoked_login_asks_for_reconnection_and_is_not_read_on(scene: Scene) -> None:
    scene.feed.fault = AccountLost("revoked")
    await scene.collect()
    assert (await scene.account()).state == "lost"
    scene.world.clock.advance(hours=2)
    await scene.collect()
    assert len(scene.feed.asked) == 1


class _Renews:
    """The part of a publisher that renewing needs."""

    async def renew(self, account: FeedAccount) -> Connected:
        return Connected(
            account.native_id, account.handle, {"access": "new", "refresh": "r"}, account.address
        )


async def test_a_login_that_ran_out_is_renewed_once_and_read_with(scene: Scene) -> None:
    scene.say("Nice")
    scene.publishers["bluesky"] = _Renews()

    class Expires:
        async def read(self, account, wanted, cursor):  # type: ignore[no-untyped-def]
            if account.secrets["access"] != "new":
                raise LoginExpired
            return await scene.feed.read(account, wanted, cursor)

    outside = replace(scene.outside, sources={"bluesky": Expires()})
    await collect_due(outside)
    assert await collect_due(outside) == 1
    assert (await scene.account()).lease is None


async def test_the_source_is_told_what_to_listen_for(scene: Scene) -> None:
    await a_campaign(scene.world, scene.deal_id)
    await scene.hear("Nice")
    wanted, _ = scene.feed.asked[-1]
    assert (wanted.posts, wanted.tags) == (frozenset({OUR_POST}), frozenset({"lantern拼团"}))
    assert wanted.links == ("http://127.0.0.1:8000/s/", "http://127.0.0.1:8000/deals/")
    await scene.hear("Again")
    assert list(scene.feed.asked[-1][0].check) == ["at://did:plc:ada/app.bsky.feed.post/1"]


async def test_our_own_accounts_are_marked_and_counted_nowhere(scene: Scene) -> None:
    row = await scene.hear("Thank you all!", author_id="did:plc:merchant", author="lantern.test")
    assert row.own


async def test_a_future_date_and_half_characters_do_no_harm(scene: Scene) -> None:
    far = scene.world.clock.at + timedelta(days=900)
    row = await scene.hear("nul \x00 half \ud83c " + "长" * 6000, at=far)
    assert row.at <= scene.world.clock.at
    assert "\x00" not in row.text
    assert len(row.text) == 5000


async def test_a_link_to_a_page_of_ours_ties_the_mention_to_that_deal(scene: Scene) -> None:
    other = await a_deal(scene.world)
    deal = await scene.world.deal_row(other)
    row = await scene.hear(
        "Look", about=None, kind="link", links=(f"http://127.0.0.1:8000/deals/{deal.slug}",)
    )
    assert (row.matched_by, row.deal_id) == ("link", other)


async def test_a_link_to_another_merchants_page_is_not_ours_to_keep(scene: Scene) -> None:
    """S15"""
    await scene.hear("Look", about=None, kind="link", links=("http://127.0.0.1:8000/deals/elsewhere",))
    assert await scene.rows() == []
