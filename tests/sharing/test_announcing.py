"""Which facts announce what, once per account, and never what nobody agreed to."""

from datetime import timedelta
from typing import Any

from campaigns.deals.rows import deals, offers
from campaigns.sharing.posts.announce import announce_closing, owe_announcements
from tests.sharing.scene import FeedScene


async def test_a_join_with_consent_is_announced_by_first_name_and_initial(scene: FeedScene) -> None:
    """R80, U56."""
    await scene.ready("joined")
    order_id = await scene.join(await scene.stage.deal(), name="Ada B.")
    await scene.run()
    [post] = await scene.posts()
    assert (post.kind, post.subject, post.state) == ("joined", f"order:{order_id}", "published")
    [text] = scene.feed.texts()
    assert text.startswith("Ada B. joined: Noodle dinner")
    assert "1 in at 04:00" in text, "the figure carries its instant, in the deal's zone"
    assert "Ad by Lantern Noodles" in text
    assert text.count(post.link) == 1
    assert post.link.startswith("https://quorum.example/s/")
    assert "/bluesky?p=" in post.link


async def test_a_join_without_consent_is_announced_nowhere(scene: FeedScene) -> None:
    await scene.ready("joined")
    await scene.join(await scene.stage.deal(), consents=False, name="Ada B.")
    await scene.run()
    assert await scene.posts() == []


async def test_whoever_named_nobody_is_someone(scene: FeedScene) -> None:
    """U56, R60: no invented names, and nothing that is an address."""
    await scene.ready("joined")
    deal_id = await scene.stage.deal()
    await scene.join(deal_id, "ann@example.com")
    await scene.join(deal_id, "eve@example.com", name="evil.com/win B.")
    await scene.run()
    assert all(text.startswith("Someone joined") for text in scene.feed.texts())
    assert not any("evil" in text or "ann" in text for text in scene.feed.texts())


async def test_a_fact_told_again_announces_nothing_more(scene: FeedScene) -> None:
    """R80: authorized and captured are one join."""
    await scene.ready("joined")
    await scene.connect("second")
    deal_id = await scene.stage.deal(state="tipped")
    order_id = await scene.join(deal_id)
    await scene.run()
    await scene.stage.move(order_id, "capturing", "captured", captured_at=scene.clock.at, units_captured=1)
    await scene.run()
    async with scene.store.begin() as unit:
        assert await owe_announcements(unit, "joined", deal_id, f"order:{order_id}", scene.clock.at) == 0
    assert await scene.states() == ["joined:published"] * 2
    assert len(scene.feed.shown) == 2, "one per account"


async def test_three_to_go_is_said_once_per_deal_and_only_of_the_last_three(scene: FeedScene) -> None:
    await scene.ready("three_to_go")
    deal_id = await scene.stage.deal(threshold=5)
    for number in range(5):
        await scene.join(deal_id, f"b{number}@example.com")
        await scene.run()
        assert len(scene.feed.shown) == (0 if number < 1 else 1)
    assert scene.feed.texts()[0].startswith("3 to go at 04:00")


async def test_money_has_no_three_to_go(scene: FeedScene) -> None:
    await scene.ready("three_to_go")
    await scene.join(await scene.stage.deal(threshold=3801, threshold_counts="money"))
    await scene.run()
    assert await scene.posts() == []


async def test_the_tip_is_announced_once(scene: FeedScene) -> None:
    await scene.ready("tipped")
    deal_id = await scene.stage.deal()
    await scene.stage.move_deal(deal_id, "tipped")
    await scene.run()
    assert [text.startswith("It's on: Noodle dinner") for text in scene.feed.texts()] == [True]


async def test_the_last_call_comes_a_day_before_the_close_and_once(scene: FeedScene) -> None:
    await scene.ready("closing_soon")
    await scene.stage.deal(closes_at=scene.clock.at + timedelta(hours=25))
    around: dict[str, Any] = {"store": scene.store, "clock": scene.clock}
    assert await announce_closing(**around) == 0
    scene.clock.advance(hours=1)
    assert await announce_closing(**around) == 1
    assert await announce_closing(**around) == 0
    await scene.drain()
    assert scene.feed.texts()[0].startswith("Last call: Noodle dinner")


async def test_only_connected_accounts_with_an_approved_text_announce(scene: FeedScene) -> None:
    deal_id = await scene.stage.deal()
    await scene.stage.move_deal(deal_id, "tipped")
    await scene.stage.tell()
    assert await scene.posts() == [], "no account"
    await scene.connect()
    await scene.stage.move_deal(await scene.stage.deal(), "tipped")
    await scene.stage.tell()
    assert await scene.posts() == [], "no text"


async def test_a_text_in_the_deals_language_and_for_the_network_goes_first(scene: FeedScene) -> None:
    await scene.approve("tipped")
    await scene.approve("tipped", language="zh-Hans")
    await scene.approve("tipped", "Only here: {title} {who_pays} {link}", "zh-Hans", "mastodon")
    await scene.connect()
    await scene.connect("elsewhere", "mastodon")
    deal_id = await scene.stage.deal()
    async with scene.store.begin() as unit:
        offer = deals.select().with_only_columns(deals.c.offer_id).where(deals.c.id == deal_id)
        await unit.run(
            offers.update().where(offers.c.id == await unit.value(offer)).values(language="zh-Hans")
        )
    await scene.stage.move_deal(deal_id, "tipped")
    await scene.run()
    texts = sorted(scene.feed.texts())
    assert texts[0].startswith("Only here")
    assert texts[1].startswith("成团啦 🎉")
    assert "广告：Lantern Noodles" in texts[1]
    assert "US$38" in texts[1]


async def test_a_canceled_deal_takes_its_posts_along(scene: FeedScene) -> None:
    """R81: what waits is dropped, what stands is taken down."""
    await scene.ready("joined", "tipped")
    deal_id = await scene.stage.deal()
    await scene.join(deal_id)
    await scene.run()
    await scene.stage.move_deal(deal_id, "tipped")
    await scene.stage.tell()
    await scene.stage.move_deal(deal_id, "canceled")
    await scene.run()
    assert await scene.states() == ["joined:withdrawn", "tipped:dropped"]
    assert scene.feed.shown == []
    assert {post.reason for post in await scene.posts()} == {"deal_canceled"}


async def test_consent_taken_back_takes_the_post_down(scene: FeedScene) -> None:
    await scene.ready("joined")
    deal_id = await scene.stage.deal()
    order_id = await scene.join(deal_id)
    other = await scene.join(deal_id, "bo@example.com")
    await scene.run()
    assert len(scene.feed.shown) == 2
    await scene.consent(order_id, stands=False)
    await scene.run()
    assert [post.subject for post in await scene.posts(state="withdrawn")] == [f"order:{order_id}"]
    assert [post.subject for post in await scene.posts(state="published")] == [f"order:{other}"]
    assert len(scene.feed.shown) == 1
