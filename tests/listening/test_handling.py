"""What people do with mentions: assign, correct, dismiss, answer, forget."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.listening.answer import answer
from campaigns.listening.answered import note_answers
from campaigns.listening.assign import assign
from campaigns.listening.correct_sentiment import correct_sentiment
from campaigns.listening.dismiss import dismiss, reopen
from campaigns.listening.mark_own import mark_own
from campaigns.listening.queries import Sought, mention_counts, mention_list, mention_view
from campaigns.listening.remove import erase_author
from campaigns.listening.rules import MentionAnswered, MentionDismissed, MentionRemoved, MentionWaits
from campaigns.listening.tie import tie
from campaigns.people.audit import verify_chain
from campaigns.people.rows import audit
from campaigns.people.rules import ANONYMOUS, Actor, SignInNeeded
from campaigns.sharing.posts.refusals import AnsweredAlready
from campaigns.sharing.posts.rows import posts
from tests.listening.scene import Scene, a_campaign
from tests.world import a_deal


async def _acts(scene: Scene) -> list[str]:
    return [row.act for row in await scene.world.rows(select(audit).order_by(audit.c.id))]


async def _view(scene: Scene, row: Any) -> Any:
    async with scene.world.store.read() as unit:
        return await mention_view(unit, row.id)


async def test_a_person_moves_a_mention_to_another_team_and_says_why(scene: Scene) -> None:
    row = await scene.hear("I want a refund")
    await assign(row.id, "pr", "A known critic.", scene.hands)
    await assign(row.id, "pr", " A known\n critic. ", scene.hands)
    seen = await _view(scene, row)
    assert (seen.team, seen.team_reason, seen.within) == ("pr", "A known critic.", "within 1 hour")
    assert seen.assigned_by is not None
    assert await _acts(scene) == ["assign_mention"]


@pytest.mark.parametrize(
    ("team", "reason", "field"), [("legal", "x", "team"), ("pr", " ", "reason"), ("pr", "x" * 301, "reason")]
)
async def test_an_assignment_needs_a_team_and_a_reason(
    scene: Scene, team: str, reason: str, field: str
) -> None:
    row = await scene.hear("Nice")
    with pytest.raises(InvalidFields) as refused:
        await assign(row.id, team, reason, scene.hands)
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_correction_stands_although_the_author_edits(scene: Scene) -> None:
    row = await scene.hear("Great")
    await correct_sentiment(row.id, "negative", scene.hands)
    await scene.hear("Great, really great", native_id=row.native_uri)
    now = await scene.row(row.native_uri)
    assert (now.sentiment, now.sentiment_by, now.text) == ("negative", "account", "Great, really great")
    with pytest.raises(InvalidFields):
        await correct_sentiment(row.id, "angry", scene.hands)


async def test_dismissed_mentions_come_back_when_reopened(scene: Scene) -> None:
    row = await scene.hear("Meh")
    await dismiss(row.id, scene.hands)
    await dismiss(row.id, scene.hands)
    assert (await scene.row(row.native_uri)).state == "dismissed"
    with pytest.raises(MentionDismissed):
        await answer(row.id, "Hello", scene.hands)
    await reopen(row.id, scene.hands)
    await reopen(row.id, scene.hands)
    assert (await scene.row(row.native_uri)).state == "matched"
    assert await _acts(scene) == ["dismiss_mention", "reopen_mention"]


async def test_an_answer_is_a_reply_queued_once_and_answered_when_published(scene: Scene) -> None:
    """R80"""
    row = await scene.hear("When do you open?")
    post_id = await answer(row.id, "At seven. See you then.", scene.hands)
    post = (await scene.world.rows(select(posts).where(posts.c.id == post_id)))[0]
    assert (post.kind, post.state, post.account_id) == ("reply", "queued", scene.account_id)
    assert post.reply_to == row.native
    with pytest.raises(AnsweredAlready):
        await answer(row.id, "Twice", scene.hands)
    with pytest.raises(MentionWaits):
        await dismiss(row.id, scene.hands)
    world = scene.world
    assert await note_answers(store=world.store, clock=world.clock) == 0
    published = {"state": "published", "native_id": "at://x", "published_at": world.clock.at}
    async with world.store.begin() as unit:
        await unit.run(update(posts).where(posts.c.id == post_id).values(published))
    assert await note_answers(store=world.store, clock=world.clock) == 1
    assert await note_answers(store=world.store, clock=world.clock) == 0
    seen = await _view(scene, row)
    assert (seen.state, seen.reply.text) == ("answered", "At seven. See you then.")
    with pytest.raises(MentionAnswered):
        await answer(row.id, "Again", scene.hands)
    with pytest.raises(MentionAnswered):
        await dismiss(row.id, scene.hands)


async def test_two_people_answering_at_once_write_one_reply(scene: Scene) -> None:
    row = await scene.hear("Hello?")
    found = await asyncio.gather(
        *(answer(row.id, f"Answer {n}", scene.hands) for n in range(4)), return_exceptions=True
    )
    assert sum(isinstance(each, str) for each in found) == 1
    assert {type(each) for each in found if not isinstance(each, str)} == {AnsweredAlready}


@pytest.mark.parametrize("text", ["", "  ", "面" * 301])
async def test_an_answer_that_is_empty_or_too_long_is_not_queued(scene: Scene, text: str) -> None:
    row = await scene.hear("Hello?")
    with pytest.raises(InvalidFields):
        await answer(row.id, text, scene.hands)
    assert len(await scene.world.rows(select(posts).where(posts.c.kind == "reply"))) == 0


async def test_a_mention_that_fitted_nothing_is_tied_by_a_person(scene: Scene) -> None:
    row = await scene.hear("Noodles", kind="tag", about=None)
    assert row.state == "new"
    await tie(row.id, scene.deal_id, scene.hands)
    now = await scene.row(row.native_uri)
    assert (now.state, now.matched_by, now.deal_id) == ("matched", "person", scene.deal_id)
    with pytest.raises(NotFound):
        await tie(row.id, "deal_nowhere", scene.hands)


async def test_what_its_author_took_down_can_be_neither_answered_nor_moved(scene: Scene) -> None:
    row = await scene.hear("Oops")
    await scene.hear("", native_id=row.native_uri, kind="removed")
    for act in (
        answer(row.id, "Hello", scene.hands),
        assign(row.id, "pr", "x", scene.hands),
        dismiss(row.id, scene.hands),
    ):
        with pytest.raises(MentionRemoved):
            await act


async def test_staff_and_strangers_do_not_reach_mentions(scene: Scene) -> None:
    """S15: another merchant's mention is not there at all."""
    row = await scene.hear("Hello")
    merchant = OrganizationId(scene.world.merchant_id)
    staff = Actor(account_id=scene.world.owner.account_id, roles={merchant: "staff"})
    stranger = Actor(account_id=scene.world.owner.account_id, roles={OrganizationId("org_x"): "owner"})
    for actor, refusal in ((staff, NotAllowed), (stranger, NotFound), (ANONYMOUS, SignInNeeded)):
        with pytest.raises(refusal):
            await dismiss(row.id, scene.hands_of(actor))
    with pytest.raises(NotFound):
        await dismiss("men_nowhere", scene.hands)


async def test_marking_an_author_as_ours_takes_their_mentions_out_of_every_count(scene: Scene) -> None:
    first, second = await scene.hear("We are open"), await scene.hear("Come by")
    await mark_own(first.id, scene.hands)
    third = await scene.hear("Still open")
    assert third.own
    sought = Sought(OrganizationId(scene.world.merchant_id))
    async with scene.world.store.read() as unit:
        counts = await mention_counts(unit, sought)
        assert await mention_list(unit, sought) == []
    assert counts.views["all"] == 0
    await mark_own(second.id, scene.hands, own=False)
    assert not (await scene.row(third.native_uri)).own


async def test_a_forgotten_author_leaves_a_count_and_is_never_collected_again(scene: Scene) -> None:
    """R88"""
    row = await scene.hear("My name is Ada", native_id="at://did:plc:ada/app.bsky.feed.post/zzz")
    await erase_author("bluesky", "did:plc:ada", scene.hands)
    (kept,) = await scene.rows()
    assert (kept.state, kept.text, kept.author, kept.author_id) == ("removed", "", "", "")
    assert (kept.text_hash, kept.earlier_hashes, kept.native) == ("", [], {})
    assert "ada" not in kept.native_uri
    await scene.hear("Me again")
    await scene.hear("My name is Ada", native_id=row.native_uri)
    assert len(await scene.rows()) == 1


@pytest.mark.parametrize("length", [300, 400], ids=["as it is kept", "as the network says it"])
async def test_an_author_with_a_very_long_id_is_forgotten_all_the_same(scene: Scene, length: int) -> None:
    """R88: an id is cut in the same way where it is kept, looked for and refused."""
    long = "did:web:" + "a" * 392
    await scene.hear("My name is Ada", author_id=long)
    assert await erase_author("bluesky", long[:length], scene.hands) == 1
    await scene.hear("Me again", author_id=long)
    (kept,) = await scene.rows()
    assert (kept.state, kept.text, kept.author_id) == ("removed", "", "")


async def test_the_list_of_a_campaign_holds_its_deals_and_its_tag(scene: Scene) -> None:
    second = await a_deal(scene.world)
    campaign_id = await a_campaign(scene.world, scene.deal_id, second)
    reply = await scene.hear("Nice")
    tagged = await scene.hear("Look #Lantern拼团", kind="tag", about=None, tags=("Lantern拼团",))
    await scene.hear("Hi", kind="mention", about=None)
    sought = Sought(OrganizationId(scene.world.merchant_id), campaign_id=campaign_id)
    async with scene.world.store.read() as unit:
        found = await mention_list(unit, sought)
    assert [each.id for each in found] == [tagged.id, reply.id]
    assert {each.campaign_id for each in found} == {campaign_id}
    assert found[0].deal_id is None


async def test_the_list_is_filtered_and_goes_on_where_the_page_ended(scene: Scene) -> None:
    for number in range(5):
        await scene.hear(f"Reply {number}")
    refund = await scene.hear("我要退款")
    merchant = OrganizationId(scene.world.merchant_id)
    async with scene.world.store.read() as unit:
        every = Sought(merchant)
        narrower = (
            replace(every, team="service"),
            replace(every, language="zh"),
            replace(every, sentiment="negative"),
        )
        for asked in narrower:
            assert [each.id for each in await mention_list(unit, asked)] == [refund.id], asked
        assert await mention_list(unit, Sought(merchant, network="mastodon")) == []
        seen: list[str] = []
        after = None
        while page := await mention_list(unit, Sought(merchant), after=after, limit=2):
            seen += [each.id for each in page]
            after = (page[-1].at, page[-1].id)
        counts = await mention_counts(unit, Sought(merchant))
    assert len(seen) == len(set(seen)) == 6
    assert (counts.views["waiting"], counts.teams["service"]) == (6, 1)


async def test_five_angry_replies_within_an_hour_reach_pr(scene: Scene) -> None:
    rows = [await scene.hear("Awful, terrible evening") for _ in range(5)]
    assert [row.team for row in rows] == ["marketing"] * 4 + ["pr"]


async def test_the_audit_chain_holds_after_all_of_it(scene: Scene) -> None:
    """S33, I16"""
    row = await scene.hear("Hello")
    await assign(row.id, "sales", "Asks.", scene.hands)
    await answer(row.id, "Hello yourself", scene.hands)
    async with scene.world.store.read() as unit:
        assert await verify_chain(unit, scene.world.merchant_id, scene.world.keys) is None
