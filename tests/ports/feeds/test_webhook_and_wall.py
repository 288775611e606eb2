"""The two feeds of our own making: signed notices, and the wall of the demo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.foundation.settings import Settings
from campaigns.sharing.ports import AccountLost, TryLater
from integrations.feeds.publishers import build_feeds
from integrations.feeds.wall import Wall
from integrations.feeds.webhook import WebhookPublisher
from integrations.outbound import outbound_client
from tests.ports.feeds import stages
from tests.ports.feeds.stages import LINK, SECRET, WRITTEN_AT, Stage, a_draft, picture, settings_for
from tests.ports.stand_ins.receiver import Receiver

OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stages.webhook() as opened:
        yield opened


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    return Wall(tmp_path / "wall.db")


async def test_a_program_gets_everything_that_was_approved(stage: Stage) -> None:
    await stage.publish()
    [notice] = stage.server.of_kind("post.published")
    assert (notice["id"], notice["text"], notice["link"]) == ("post_1", a_draft().text, LINK)
    assert (notice["language"], notice["tags"]) == ("zh-Hans", ["拼团"])
    assert datetime.fromisoformat(notice["created_at"]) == WRITTEN_AT


async def test_a_repeat_carries_the_same_id_and_is_taken_for_one(stage: Stage) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    for _ in range(3):
        await stage.publisher.publish(post, stage.account)
    assert stage.server.deliveries == 4  # the first was the greeting
    assert list(stage.server.notices)[1:] == ["post_1"]


async def test_a_repeat_after_an_hour_is_signed_anew(stage: Stage) -> None:
    """A receiver refuses what was signed more than five minutes ago."""
    now = [datetime.now(UTC) - timedelta(hours=1)]
    async with outbound_client(settings_for(stage.account.address.removesuffix("/hook"))) as client:
        publisher = WebhookPublisher(client, now=lambda: now[0])
        post = await publisher.prepare(a_draft(), stage.account)
        with pytest.raises(TryLater):
            await publisher.publish(post, stage.account)
        now[0] = datetime.now(UTC)
        await publisher.publish(post, stage.account)
    assert await stage.texts() == [a_draft().text]


async def test_while_a_secret_is_rolled_both_sign(stage: Stage) -> None:
    both = replace(stage.account, secrets={"secret": f"{OTHER} {SECRET}"})
    post = await stage.publisher.prepare(a_draft(), both)
    await stage.publisher.publish(post, both)
    stage.server.secrets = [OTHER]
    await stage.publisher.publish(post, both)
    with pytest.raises(TryLater):
        await stage.publisher.publish(post, stage.account)


async def test_gone_for_good_means_that_a_person_is_asked(stage: Stage) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    stage.faults.next("instead", stage.write, status=410)
    with pytest.raises(AccountLost):
        await stage.publisher.publish(post, stage.account)


@pytest.mark.parametrize("status", [401, 403, 404, 405])
async def test_a_program_that_is_being_mended_gets_the_post_later(stage: Stage, status: int) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    stage.faults.next("instead", stage.write, status=status)
    with pytest.raises(TryLater):
        await stage.publisher.publish(post, stage.account)


async def test_taking_a_post_down_tells_so(stage: Stage) -> None:
    await stage.publish()
    await stage.publisher.delete("post_1", stage.account)
    assert stage.server.of_kind("post.withdrawn") == [{"id": "post_1"}]


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64!", "password"])
async def test_a_secret_that_could_be_guessed_is_none(stage: Stage, secret: str) -> None:
    with pytest.raises(AccountLost):
        await stage.connect(secret)


async def test_a_tampered_notice_is_not_genuine(stage: Stage) -> None:
    """The receiver of these tests does look."""
    stage.server.secrets = [OTHER]
    with pytest.raises(TryLater):
        await stage.connect(SECRET)
    assert isinstance(stage.server, Receiver)


async def test_the_wall_shows_the_newest_first_with_what_was_said_below(wall: Wall, tmp_path: Path) -> None:
    async with stages.wall(tmp_path) as stage:
        for number in range(3):
            await stage.publish(a_draft(f"Deal {number}", post_id=f"post_{number}"))
    newest = (await wall.posts(limit=2))[0]
    said_at = datetime(2026, 11, 24, 13, tzinfo=UTC)
    reply = await wall.reply(newest.native_id, "mara", "How much?", at=said_at)
    shown = await wall.posts(limit=2)
    assert [post.text for post in shown] == ["Deal 2", "Deal 1"]
    assert [(each.native_id, each.author, each.at) for each in shown[0].replies] == [(reply, "mara", said_at)]
    assert shown[0].at == WRITTEN_AT
    assert await wall.replies_after(0) == list(shown[0].replies)
    assert await wall.replies_after(int(reply)) == []
    assert await wall.posts(account="nobody") == []


async def test_the_wall_keeps_pictures_by_what_they_are(wall: Wall, tmp_path: Path) -> None:
    async with stages.wall(tmp_path) as stage:
        await stage.publish(a_draft(image=picture(), image_alt="A table for two"))
    [post] = await wall.posts()
    assert post.picture_alt == "A table for two"
    content = await wall.picture(post.picture)
    assert content is not None
    assert content.startswith(b"\xff\xd8")
    assert await wall.picture("unknown") is None


async def test_nothing_can_be_said_below_a_post_that_is_gone(wall: Wall, tmp_path: Path) -> None:
    async with stages.wall(tmp_path) as stage:
        await stage.publish()
        [post] = await wall.posts()
        await wall.delete(post.native_id, stage.account)
        await stage.publish()  # a worker who comes late does not bring it back
    assert await wall.posts() == []
    with pytest.raises(LookupError):
        await wall.reply(post.native_id, "mara", "Too late")


@pytest.mark.parametrize(("key", "networks"), [("", 4), ("rk_live_1", 3)])
async def test_the_wall_is_there_where_money_is_only_tried(tmp_path: Path, key: str, networks: int) -> None:
    feeds = build_feeds(Settings(home=tmp_path, stripe_api_key=key))
    assert len(feeds.publishers) == networks
    assert (feeds.wall is None) == (networks == 3)
    await feeds.close()
