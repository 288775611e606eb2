"""What every mention source must do, whatever its network: the contract of campaigns.listening.ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from campaigns.listening.ports import Batch, Heard, MentionSource
from campaigns.sharing.ports import AccountLost
from tests.ports.mentions.stages import STAGES, TAG, Stage

PATIENCE_S = 10.0


@pytest.fixture(params=STAGES)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    async with STAGES[request.param](tmp_path) as opened:
        yield opened


async def read(stage: Stage, cursor: str | None = None, check: Sequence[Heard] = ()) -> Batch:
    """A read that ends by itself, though nobody says anything more."""
    wanted = stage.wanted({each.native_id: each.native or {} for each in check})
    async with asyncio.timeout(PATIENCE_S):
        return await stage.source.read(stage.account, wanted, cursor)


async def read_all(stage: Stage, cursor: str | None = None) -> tuple[list[Heard], str]:
    batch = await read(stage, cursor)
    heard = list(batch.heard)
    while batch.more:
        batch = await read(stage, batch.cursor)
        heard += batch.heard
    return heard, batch.cursor


def needs(stage: Stage, what: str) -> bool:
    return what in stage.can


async def test_it_is_a_mention_source(stage: Stage) -> None:
    assert isinstance(stage.source, MentionSource)


async def test_nothing_said_is_an_empty_batch_with_a_cursor(stage: Stage) -> None:
    batch = await read(stage)
    assert list(batch.heard) == []
    assert list((await read(stage, batch.cursor)).heard) == []


async def test_a_reply_comes_with_who_what_and_below_which_post(stage: Stage) -> None:
    await stage.people.reply("好吃 🎉 When do you open?")
    (heard,), _ = await read_all(stage)
    assert heard.text.endswith("好吃 🎉 When do you open?")
    assert (heard.kind, heard.about) == ("reply", stage.post)
    assert heard.author.startswith("ada")
    assert heard.native
    assert heard.at.tzinfo is not None


async def test_what_was_read_is_not_read_again_and_an_old_cursor_gives_it_again(stage: Stage) -> None:
    before = (await read(stage)).cursor
    await stage.people.reply("one")
    first, cursor = await read_all(stage, before)
    await stage.people.reply("two")
    again, _ = await read_all(stage, cursor)
    fresh = [each for each in again if each.native_id not in {old.native_id for old in first}]
    assert [each.text[-3:] for each in fresh] == ["two"]
    repeated, _ = await read_all(stage, before)
    assert {each.native_id for each in first + fresh} <= {each.native_id for each in repeated}


async def test_many_come_oldest_first_and_each_under_its_own_id(stage: Stage) -> None:
    cursor = (await read(stage)).cursor
    for number in range(9):
        await stage.people.reply(f"number {number}")
    heard, _ = await read_all(stage, cursor)
    assert {each.text[-1] for each in heard} == set("012345678")
    assert len({each.native_id for each in heard}) == 9


async def test_our_own_replies_are_no_mentions(stage: Stage) -> None:
    if stage.account.network == "wall":
        return  # nobody speaks for a merchant below a post of the wall
    await stage.people.reply("Thank you all", by_us=True)
    assert (await read_all(stage))[0] == []


async def test_a_tag_is_heard_and_a_stranger_is_not(stage: Stage) -> None:
    if not needs(stage, "tag"):
        return
    await stage.people.write(f"Tonight #{TAG} with friends")
    await stage.people.write("Nothing to do with anybody")
    heard, _ = await read_all(stage)
    assert [(each.kind, each.tags) for each in heard] == [("tag", (TAG,))]


async def test_a_repost_is_one_and_has_no_words(stage: Stage) -> None:
    if not needs(stage, "repost"):
        return
    await stage.people.repost()
    (heard,), _ = await read_all(stage)
    assert (heard.kind, heard.about, heard.text) == ("repost", stage.post, "")


async def test_an_edit_brings_the_new_words_under_the_same_id(stage: Stage) -> None:
    if not needs(stage, "edit"):
        return
    name = await stage.people.reply("before")
    (first,), cursor = await read_all(stage)
    await stage.people.edit(name, "after")
    batch = await read(stage, cursor, [first])
    edited = [each for each in batch.heard if each.kind != "removed"][-1]
    assert (edited.native_id, edited.text) == (first.native_id, "after")
    assert edited.edited_at is not None


async def test_a_deletion_is_told(stage: Stage) -> None:
    if not needs(stage, "delete"):
        return
    name = await stage.people.reply("oops")
    (first,), cursor = await read_all(stage)
    await stage.people.delete(name)
    batch = await read(stage, cursor, [first])
    assert [(each.native_id, each.kind) for each in batch.heard] == [(first.native_id, "removed")]


async def test_a_revoked_login_is_a_lost_account(stage: Stage) -> None:
    if not needs(stage, "revoke"):
        return
    cursor = (await read(stage)).cursor
    stage.revoke()
    with pytest.raises(AccountLost):
        await read(stage, cursor)
