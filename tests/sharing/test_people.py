"""What people do with accounts, texts and posts: who may, what is written down, and what it changes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound
from campaigns.foundation.ids import DealId
from campaigns.orders.board import deal_by_id
from campaigns.people.rows import audit
from campaigns.people.rules import Actor
from campaigns.sharing.posts.approve_template import approve_template, retire_template
from campaigns.sharing.posts.disconnect import disconnect
from campaigns.sharing.posts.drop import drop
from campaigns.sharing.posts.preview import Previewing, previews
from campaigns.sharing.posts.queries import accounts_of, counts_by_state, posts_of, templates_of
from campaigns.sharing.posts.refusals import (
    AnsweredAlready,
    FeedCredentialRefused,
    FeedNotConnected,
    FeedNotReached,
    NetworkNotOffered,
    PostNotDraft,
    PostNotFailed,
    PostNotPublished,
    PostNotWaiting,
    TemplateChangedMeanwhile,
    TemplateNotDraft,
)
from campaigns.sharing.posts.retry import retry
from campaigns.sharing.posts.withdraw import withdraw
from campaigns.sharing.posts.write_post import (
    Reply,
    WrittenPost,
    approve_post,
    change_post,
    reply,
    write_post,
)
from campaigns.sharing.posts.write_template import WrittenTemplate, write_defaults, write_template
from tests.reactions.stage import LINKS
from tests.sharing.feeds import DOWN
from tests.sharing.scene import FeedScene

WORDS = "Soup is ready. {title} {who_pays} {link}"


async def acts(scene: FeedScene) -> list[str]:
    async with scene.store.read() as unit:
        return [row.act for row in await unit.all(select(audit.c.act).order_by(audit.c.id))]


async def a_draft(scene: FeedScene, text: str = WORDS) -> str:
    account_id = await scene.connect()
    written = WrittenPost(account_id, await scene.stage.deal(), text)
    return await write_post(written, scene.owner, **scene.around)


async def test_own_words_leave_once_they_are_approved(scene: FeedScene) -> None:
    post_id = await a_draft(scene)
    await scene.drain()
    assert await scene.states() == ["custom:draft"]
    await change_post(post_id, f"More soup. {WORDS}", scene.owner, **scene.around)
    marketer = scene.actor("marketer")
    await approve_post(post_id, marketer, **scene.around)
    await approve_post(post_id, marketer, **scene.around)
    await scene.drain()
    assert scene.feed.texts()[0].startswith("More soup. Soup is ready. Noodle dinner")
    with pytest.raises(PostNotDraft):
        await change_post(post_id, WORDS, scene.owner, **scene.around)
    assert await acts(scene) == ["connect_feed", "write_post", "write_post", "approve_post"]


async def test_a_faulty_text_is_refused_with_everything_that_is_wrong(scene: FeedScene) -> None:
    with pytest.raises(InvalidFields) as refused:
        await a_draft(scene, "{soup} https://x.example")
    codes = {error.code for error in refused.value.errors}
    assert codes == {"unknown_placeholder", "one_link", "who_pays", "typed_address"}


async def test_an_answer_goes_to_the_mention_once(scene: FeedScene) -> None:
    account_id = await scene.connect()
    answer = Reply(account_id, "men_1", {"uri": "at://them/1"}, "Yes, with tofu too.")
    post_id = await reply(answer, scene.owner, **scene.around)
    with pytest.raises(AnsweredAlready):
        await reply(answer, scene.owner, **scene.around)
    await drop(post_id, scene.owner, **scene.around)
    await reply(answer, scene.owner, **scene.around)
    await scene.drain()
    assert [each.body["reply_to"] for each in scene.feed.shown] == [{"uri": "at://them/1"}]
    assert await scene.states() == ["reply:dropped", "reply:published"]


async def test_a_post_is_dropped_tried_again_and_taken_down_by_people(scene: FeedScene) -> None:
    post_id = await a_draft(scene)
    for act, refusal in ((retry, PostNotFailed), (withdraw, PostNotPublished)):
        with pytest.raises(refusal):
            await act(post_id, scene.owner, **scene.around)
    await approve_post(post_id, scene.owner, **scene.around)
    await scene.drain()
    with pytest.raises(PostNotWaiting):
        await drop(post_id, scene.owner, **scene.around)
    await withdraw(post_id, scene.owner, **scene.around)
    await withdraw(post_id, scene.owner, **scene.around)
    await scene.drain()
    assert await scene.states() == ["custom:withdrawn"]
    assert scene.feed.shown == []
    assert (await acts(scene)).count("withdraw_post") == 1


async def test_a_post_that_cannot_be_taken_down_now_is_later(scene: FeedScene) -> None:
    post_id = await a_draft(scene)
    await approve_post(post_id, scene.owner, **scene.around)
    await scene.drain()
    await withdraw(post_id, scene.owner, **scene.around)
    scene.feed.down = DOWN
    await scene.drain()
    async with scene.store.read() as unit:
        [view] = await posts_of(unit, scene.merchant)
    assert (view.state, view.taking_down) == ("published", True)
    scene.feed.down = None
    scene.clock.advance(minutes=1)
    await scene.drain()
    assert await scene.states() == ["custom:withdrawn"]


STRANGER = Actor()


async def test_roles_decide_who_may_what(scene: FeedScene) -> None:
    """Staff scan vouchers and publish nothing; a marketer publishes but approves no template."""
    post_id = await a_draft(scene)
    template_id = await scene.approve("tipped")
    staff, marketer = scene.actor("staff"), scene.actor("marketer")
    refused: list[Any] = [
        approve_post(post_id, staff, **scene.around),
        drop(post_id, staff, **scene.around),
        retry(post_id, staff, **scene.around),
        withdraw(post_id, staff, **scene.around),
        change_post(post_id, WORDS, staff, **scene.around),
        disconnect((await scene.posts())[0].account_id, marketer, **scene.around),
        retire_template(template_id, marketer, **scene.around),
        approve_template(template_id, marketer, text="x", **scene.around),
    ]
    for act in refused:
        with pytest.raises(NotAllowed):
            await act
    with pytest.raises(NotFound):
        await drop("post_none", scene.owner, **scene.around)


async def test_an_approved_text_is_followed_and_never_changed(scene: FeedScene) -> None:
    first = await scene.approve("tipped")
    written = WrittenTemplate(scene.merchant, "tipped", WORDS)
    second = await write_template(written, scene.owner, **scene.around)
    assert second != first
    assert await write_template(written, scene.owner, **scene.around) == second, "the draft is written on"
    with pytest.raises(TemplateChangedMeanwhile):
        await approve_template(second, scene.owner, text="another text", **scene.around)
    await approve_template(second, scene.owner, text=WORDS.replace("\n", "\r\n"), **scene.around)
    async with scene.store.read() as unit:
        states = [(view.version, view.state) for view in await templates_of(unit, scene.merchant)]
    assert states == [(2, "approved"), (1, "retired")]
    with pytest.raises(TemplateNotDraft):
        await approve_template(first, scene.owner, text="x", **scene.around)


async def test_what_waits_is_written_from_the_text_approved_now_or_not_at_all(scene: FeedScene) -> None:
    """Nothing leaves without a person's approval."""
    await scene.ready("tipped")
    for _ in range(2):
        await scene.stage.move_deal(await scene.stage.deal(), "tipped")
    await scene.stage.tell()
    newer = await scene.approve("tipped", WORDS)
    scene.feed.limit, scene.feed.resets_at = 5, scene.clock.at.replace(hour=23)
    await scene.drain()
    assert [text.startswith("Soup is ready") for text in scene.feed.texts()] == [True]
    await retire_template(newer, scene.owner, **scene.around)
    scene.clock.advance(hours=12)
    await scene.drain()
    assert await scene.states() == ["tipped:dropped", "tipped:published"]
    assert {post.reason for post in await scene.posts(state="dropped")} == {"template_retired"}


async def test_texts_to_begin_with_are_drafts(scene: FeedScene) -> None:
    assert await write_defaults(scene.merchant, "en", scene.owner, **scene.around) == 5
    assert await write_defaults(scene.merchant, "en", scene.owner, **scene.around) == 0
    async with scene.store.read() as unit:
        assert {view.state for view in await templates_of(unit, scene.merchant)} == {"draft"}


async def test_a_preview_has_the_true_length_at_each_account(scene: FeedScene) -> None:
    await scene.connect()
    deal_id = await scene.stage.deal()
    async with scene.store.read() as unit:
        deal = await deal_by_id(unit, DealId(deal_id), scene.clock.at)
        assert deal is not None
        around: dict[str, Any] = {"publishers": scene.publishers, "links": LINKS}
        [fits] = await previews(unit, Previewing(WORDS, deal), scene.clock.at, **around)
        long = Previewing("word " * 70 + WORDS, deal)
        [too_long] = await previews(unit, long, scene.clock.at, **around)
    assert (fits.length, fits.longest, fits.fault) == (len(fits.text), 300, "")
    assert "Ad by Lantern Noodles" in fits.text
    assert too_long.fault.startswith("Even without its longest words this is")
    post_id = await a_draft(scene)
    await approve_post(post_id, scene.owner, **scene.around)
    await scene.drain()
    assert len(scene.feed.texts()[0]) == fits.length


async def test_a_wrong_password_and_a_server_that_is_away_are_told_apart(scene: FeedScene) -> None:
    with pytest.raises(FeedCredentialRefused):
        await scene.connect(credential="wrong")
    scene.feed.down = DOWN
    with pytest.raises(FeedNotReached):
        await scene.connect()
    with pytest.raises(NetworkNotOffered):
        await scene.connect(network="wall")
    with pytest.raises(InvalidFields):
        await scene.connect(credential=" ")


async def test_disconnecting_removes_the_secrets_and_drops_what_waits(scene: FeedScene) -> None:
    post_id = await a_draft(scene)
    await approve_post(post_id, scene.owner, **scene.around)
    account_id = (await scene.posts())[0].account_id
    assert await disconnect(account_id, scene.owner, **scene.around) == 1
    assert await disconnect(account_id, scene.owner, **scene.around) == 0
    row = await scene.account(account_id)
    assert (row.state, row.secrets, row.key_id) == ("disconnected", "", "")
    assert await scene.states() == ["custom:dropped"]
    with pytest.raises(FeedNotConnected):
        await write_post(
            WrittenPost(account_id, row.id and (await scene.posts())[0].deal_id, WORDS),
            scene.owner,
            **scene.around,
        )
    assert await scene.connect() == account_id


async def test_a_console_sees_its_queue(scene: FeedScene) -> None:
    post_id = await a_draft(scene)
    await approve_post(post_id, scene.owner, **scene.around)
    scene.feed.down = DOWN
    await scene.drain()
    async with scene.store.read() as unit:
        [account] = await accounts_of(unit, scene.merchant, scene.clock.at)
        counts = await counts_by_state(unit, scene.merchant)
    assert (account.waiting, account.oldest_at, account.failures_in_row) == (1, scene.clock.at, 1)
    assert account.rests_until is not None
    assert (counts["queued"], counts["published"]) == (1, 0)
    assert not hasattr(account, "secrets")
