"""What each answer of a feed leads to: renew, refuse, wait, lose the account, or look before anything else."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaigns.deals.rows import deals
from campaigns.foundation.facts import history
from campaigns.sharing.ports import BodyRefused
from campaigns.sharing.posts.retry import retry
from campaigns.sharing.posts.rows import feed_accounts, posts
from tests.sharing.feeds import BUSY, DOWN, EXPIRED, REFUSED, REVOKED
from tests.sharing.scene import FeedScene


async def a_tip(scene: FeedScene) -> str:
    """A post that waits: one connected account, one tipped deal; the deal's id."""
    if not await scene.posts():
        await scene.ready("tipped")
    deal_id = await scene.stage.deal()
    await scene.stage.move_deal(deal_id, "tipped")
    await scene.stage.tell()
    return deal_id


async def test_a_row_says_what_is_about_to_happen_before_it_happens(scene: FeedScene) -> None:
    """R80: queued, frozen, sending, published; each move is a fact."""
    await a_tip(scene)
    [queued] = await scene.posts()
    assert (queued.state, queued.text, queued.key) == ("queued", "", None)
    await scene.drain()
    [post] = await scene.posts()
    assert post.state == "published"
    assert post.key
    assert post.native_id
    assert post.url
    assert (post.tries, post.unsure) == (1, False)
    assert scene.feed.texts() == [post.text]
    async with scene.store.read() as unit:
        moves = [each.fact.to_state for each in await history(unit, f"post:{post.id}")]
    assert moves == ["draft", "queued", "sending", "published"]


async def test_an_expired_login_is_renewed_once_and_kept(scene: FeedScene) -> None:
    await a_tip(scene)
    scene.feed.token = "secret-access-0"  # the one we hold is not good any more
    await scene.drain()
    assert scene.feed.calls.count("renew") == 1
    assert scene.feed.calls.count("publish") == 2
    assert len(scene.feed.shown) == 1
    await a_tip(scene)
    await scene.drain()
    assert scene.feed.calls.count("renew") == 1, "the renewed login was kept"


async def test_a_login_that_is_refused_again_waits(scene: FeedScene) -> None:
    await a_tip(scene)
    scene.feed.faults = [EXPIRED, EXPIRED]
    await scene.drain()
    [post] = await scene.posts()
    assert post.state == "queued"
    assert post.retry_at > scene.clock.at
    scene.clock.advance(minutes=1)
    await scene.drain()
    assert len(scene.feed.shown) == 1


async def test_a_refused_body_fails_and_keeps_nobody_waiting(scene: FeedScene) -> None:
    await a_tip(scene)
    await a_tip(scene)
    scene.feed.faults = [REFUSED]
    await scene.drain()
    assert await scene.states() == ["tipped:failed", "tipped:published"]
    [failed] = await scene.posts(state="failed")
    assert (failed.reason, failed.last_error) == ("body_refused", "body_refused: text is too rude")


async def test_a_feed_that_is_busy_moves_the_whole_queue_until_it_said(scene: FeedScene) -> None:
    account_id = await a_tip(scene) and (await scene.posts())[0].account_id
    await a_tip(scene)
    scene.feed.faults = [BUSY]
    await scene.drain()
    assert await scene.states() == ["tipped:queued", "tipped:queued"]
    assert scene.feed.calls.count("publish") == 1
    account = await scene.account(account_id)
    said = scene.clock.at + timedelta(minutes=5)
    assert said <= account.paused_until <= said + timedelta(seconds=31), (
        "nobody comes before, nor all at once"
    )
    scene.clock.advance(minutes=4, seconds=59)
    assert await scene.drain() == 0
    scene.clock.advance(minutes=1)
    await scene.drain()
    assert await scene.states() == ["tipped:published", "tipped:published"]


async def test_pauses_grow_while_a_feed_is_away_and_end_with_the_first_success(scene: FeedScene) -> None:
    account_id = await a_tip(scene) and (await scene.posts())[0].account_id
    scene.feed.down = DOWN
    pauses = []
    for _ in range(8):
        await scene.drain()
        account = await scene.account(account_id)
        pauses.append((account.paused_until - scene.clock.at).total_seconds())
        scene.clock.at = account.paused_until
    assert pauses[:5] == sorted(pauses[:5])
    assert 30 <= pauses[0] <= 33
    assert 900 <= pauses[-1] <= 990
    scene.feed.down = None
    await scene.drain()
    account = await scene.account(account_id)
    assert (account.failures_in_row, account.paused_until) == (0, None)
    assert len(scene.feed.shown) == 1


async def test_a_lost_account_fails_the_post_rests_the_others_and_is_told_once(scene: FeedScene) -> None:
    account_id = await a_tip(scene) and (await scene.posts())[0].account_id
    await a_tip(scene)
    scene.feed.faults = [REVOKED]
    await scene.drain()
    assert await scene.states() == ["tipped:failed", "tipped:queued"]
    account = await scene.account(account_id)
    assert (account.state, account.lost_reason) == ("lost", "account_lost: AccountTakedown")
    letters = [
        letter for letter in await scene.stage.post() if "feed" in letter.key or "Connect" in letter.subject
    ]
    assert [letter.subject for letter in letters] == ["Connect again: Bluesky account lantern"]
    assert "1 post waits there" in " ".join(letters[0].paragraphs)
    scene.clock.advance(hours=1)
    assert await scene.drain() == 0
    assert [letter for letter in await scene.stage.post() if "Connect" in letter.subject] == []


async def test_connecting_again_lets_the_queue_go_on(scene: FeedScene) -> None:
    account_id = await a_tip(scene) and (await scene.posts())[0].account_id
    await a_tip(scene)
    scene.feed.faults = [REVOKED]
    await scene.drain()
    assert await scene.connect() == account_id, "the same account, not another"
    await scene.drain()
    assert await scene.states() == ["tipped:failed", "tipped:published"]
    [failed] = await scene.posts(state="failed")
    await retry(failed.id, scene.owner, **scene.around)
    await scene.drain()
    assert await scene.states() == ["tipped:published", "tipped:published"]
    assert set(scene.feed.times_read().values()) == {1}


async def test_a_lost_answer_is_looked_up_and_not_sent_again(scene: FeedScene) -> None:
    """R80: the post is there, we only did not hear it."""
    await a_tip(scene)
    scene.feed.lost = 1
    await scene.drain()
    [post] = await scene.posts()
    assert post.state == "published"
    assert scene.feed.calls[-2:] == ["publish", "reconcile"]
    assert list(scene.feed.times_read().values()) == [1]


async def test_a_slow_server_is_given_time_before_it_is_asked(scene: FeedScene) -> None:
    """Some answer before they have stored: the look-up waits half a minute."""
    await scene.approve("tipped")
    await scene.connect(network="mastodon")
    await scene.stage.move_deal(await scene.stage.deal(), "tipped")
    scene.feed.lost = 1
    await scene.run()
    assert await scene.states() == ["tipped:sending"]
    assert "reconcile" not in scene.feed.calls
    scene.clock.advance(seconds=34)
    await scene.drain()
    assert await scene.states() == ["tipped:published"]
    assert list(scene.feed.times_read().values()) == [1]


async def test_what_is_not_there_is_sent_again_with_the_same_body_and_key(scene: FeedScene) -> None:
    await a_tip(scene)

    def cut(feed: object) -> Exception:
        return ConnectionResetError("an error that nobody thought of")

    scene.feed.faults = [cut]  # type: ignore[list-item]
    await scene.drain()
    [post] = await scene.posts()
    assert (post.state, post.tries) == ("published", 2)
    assert scene.feed.calls[-3:] == ["publish", "reconcile", "publish"]
    assert scene.feed.shown[0].key == post.key


async def test_where_nobody_can_tell_a_person_looks(scene: FeedScene) -> None:
    await a_tip(scene)
    scene.feed.lost, scene.feed.blind = 1, True
    await scene.drain()
    [post] = await scene.posts()
    assert (post.state, post.reason) == ("failed", "look_yourself")
    scene.feed.shown.clear()  # the person looked: it was not there
    await retry(post.id, scene.owner, **scene.around)
    await scene.drain()
    assert await scene.states() == ["tipped:published"]


async def test_a_body_that_never_arrives_fails_in_the_end(scene: FeedScene) -> None:
    """A feed that loses every call keeps the others waiting only so long."""
    await a_tip(scene)

    def gone(feed: object) -> Exception:
        return OSError()

    scene.feed.faults = [gone] * 50  # type: ignore[list-item]
    for _ in range(40):
        await scene.drain()
        scene.clock.advance(minutes=17)
    [post] = await scene.posts()
    assert (post.state, post.reason, post.tries) == ("failed", "gave_up", 12)
    assert scene.feed.shown == []


async def test_the_last_calls_of_an_allowance_are_spared(scene: FeedScene) -> None:
    """Fewer than five left: rest until the feed counts anew."""
    account_id = await a_tip(scene) and (await scene.posts())[0].account_id
    for _ in range(3):
        await a_tip(scene)
    scene.feed.limit, scene.feed.resets_at = 6, scene.clock.at + timedelta(minutes=5)
    await scene.drain()
    assert await scene.states() == ["tipped:published"] * 2 + ["tipped:queued"] * 2
    account = await scene.account(account_id)
    assert account.allowance_remaining == 4
    scene.clock.advance(minutes=5)
    await scene.drain()
    assert await scene.states() == ["tipped:published"] * 4


@pytest.mark.parametrize("state", ["failed", "canceled"])
async def test_the_tip_is_never_announced_after_the_deal_failed_or_was_canceled(
    scene: FeedScene, state: str
) -> None:
    """R81."""
    deal_id = await a_tip(scene)
    async with scene.store.begin() as unit:
        await unit.run(update(deals).where(deals.c.id == deal_id).values(state=state))
    await scene.drain()
    [post] = await scene.posts()
    assert (post.state, post.reason) == ("dropped", f"deal_{state}")
    assert scene.feed.shown == []


async def test_what_waited_too_long_is_dropped_even_where_the_account_is_lost(scene: FeedScene) -> None:
    """R81."""
    await a_tip(scene)
    async with scene.store.begin() as unit:
        await unit.run(update(feed_accounts).values(state="lost"))
    scene.clock.advance(hours=24)
    await scene.drain()
    [post] = await scene.posts()
    assert (post.state, post.reason) == ("dropped", "stale")


async def test_a_frozen_post_is_looked_at_once_more_before_it_leaves(scene: FeedScene) -> None:
    """R81: it was true when it was written, and is not when its turn comes."""
    await a_tip(scene)
    scene.feed.faults = [DOWN]
    await scene.drain()
    [post] = await scene.posts()
    assert (post.state, bool(post.key)) == ("queued", True)
    await scene.stage.move_deal(post.deal_id, "canceled")
    scene.clock.advance(minutes=1)
    await scene.drain()  # nobody was told of the cancelation yet
    assert await scene.states() == ["tipped:dropped"]
    assert scene.feed.shown == []


async def test_two_posts_of_one_moment_get_two_keys(scene: FeedScene) -> None:
    """Writing under a taken key would replace the other post."""
    await a_tip(scene)
    await a_tip(scene)
    await scene.drain()
    assert len({post.key for post in await scene.posts()}) == 2
    assert len(scene.feed.shown) == 2


async def test_errors_are_kept_short_and_in_words(scene: FeedScene) -> None:
    await a_tip(scene)
    scene.feed.faults = [lambda feed: BodyRefused("x" * 5000)]
    await scene.drain()
    async with scene.store.read() as unit:
        assert len(await unit.value(posts.select().with_only_columns(posts.c.last_error))) == 300
