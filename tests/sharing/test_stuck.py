"""One post that a feed never takes, or never takes down, does not keep the others of its account for ever (R80)."""

from dataclasses import dataclass

from campaigns.sharing.ports import Draft, FeedAccount, FrozenPost, PublishedPost, TryLater
from campaigns.sharing.posts.publish import publish_due
from campaigns.sharing.posts.rules import TURN
from campaigns.sharing.posts.withdraw import withdraw
from campaigns.sharing.posts.write_post import WrittenPost, approve_post, write_post
from tests.sharing.feeds import ScriptedFeed
from tests.sharing.scene import FeedScene
from tests.sharing.test_publishing import a_tip


@dataclass
class StubbornFeed(ScriptedFeed):
    """Takes nothing down, and never takes in a text with `unlucky` in it: it answers 500 to both, each time."""

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        if "unlucky" in draft.text:
            self._called("prepare")
            raise TryLater("500")
        return await super().prepare(draft, account)

    async def delete(self, native_id: str, account: FeedAccount) -> None:
        self._called("delete")
        raise TryLater("500")


@dataclass
class SlowFeed(ScriptedFeed):
    """Answers, but takes its time."""

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        self.clock.advance(seconds=40)
        return await super().publish(post, account)


async def hours_later(scene: FeedScene, hours: int) -> None:
    for _ in range(hours * 3):
        scene.clock.advance(minutes=20)
        await scene.drain()


async def test_a_post_that_is_never_taken_down_keeps_no_other_waiting(scene: FeedScene) -> None:
    """A merchant's program that does not know `post.withdrawn` must still hear of what follows."""
    scene.feed = StubbornFeed(scene.clock)
    await a_tip(scene)
    await scene.drain()
    [first] = await scene.posts()
    await withdraw(first.id, scene.owner, **scene.around)
    await scene.drain()
    await a_tip(scene)
    await hours_later(scene, 1)
    assert await scene.states() == ["tipped:published"] * 2
    asked = scene.feed.calls.count("delete")
    await hours_later(scene, 1)
    assert scene.feed.calls.count("delete") > asked, "it is asked again now and then"


async def test_own_words_that_are_never_taken_in_fail_after_a_day(scene: FeedScene) -> None:
    """They have no end of their own, so without this the account would wait behind them for ever."""
    scene.feed = StubbornFeed(scene.clock)
    await scene.approve("tipped")
    written = WrittenPost(
        await scene.connect(), await scene.stage.deal(), "An unlucky one. {who_pays} {link}"
    )
    post_id = await write_post(written, scene.owner, **scene.around)
    await approve_post(post_id, scene.owner, **scene.around)
    await hours_later(scene, 23)
    assert await scene.states() == ["custom:queued"]
    await hours_later(scene, 2)
    [post] = await scene.posts()
    assert (post.state, post.reason) == ("failed", "gave_up")
    await a_tip(scene)
    await hours_later(scene, 1)
    assert await scene.states() == ["custom:failed", "tipped:published"]


async def test_a_slow_feed_gives_others_their_turn(scene: FeedScene) -> None:
    """A round ends when its slowest account does, so no account may take as long as it likes."""
    scene.feed = SlowFeed(scene.clock)
    for _ in range(5):
        await a_tip(scene)
    account_id = (await scene.posts())[0].account_id
    began = scene.clock.at
    assert await publish_due(account_id, scene.outside) == 2
    assert scene.clock.at - began >= TURN
    await scene.drain()
    assert await scene.states() == ["tipped:published"] * 5
