"""What every FeedPublisher keeps, whatever the network does. Subclasses bring a `stage` fixture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.sharing.ports import (
    AccountLost,
    BodyRefused,
    FeedPublisher,
    LoginExpired,
    NotThere,
    OutcomeUnknown,
    PublishedPost,
    TryLater,
)
from tests.ports.feeds.stages import Stage, a_draft, account_of, picture

LOST = [
    ("committed", {"status": 500}),
    ("committed", {"status": 504}),
    ("committed", {"status": 200, "body": "<html>"}),
    ("silent", {}),
    ("cut", {}),
]


class KeepsItsBooks:
    """The part that needs no network to fail."""

    async def test_it_is_a_publisher(self, stage: Stage) -> None:
        assert isinstance(stage.publisher, FeedPublisher)

    async def test_a_post_stands_there_once_however_often_it_is_sent(self, stage: Stage) -> None:
        """R80."""
        post = await stage.publisher.prepare(a_draft(), stage.account)
        answers = [await stage.publisher.publish(post, stage.account) for _ in range(3)]
        assert await stage.texts() == [a_draft().text]
        assert len({answer.native_id for answer in answers}) == 1

    async def test_the_same_draft_gives_the_same_post_and_another_one_another_key(self, stage: Stage) -> None:
        """A process that dies between freezing and sending freezes the very same again."""
        first, again = [await stage.publisher.prepare(a_draft(), stage.account) for _ in range(2)]
        assert first == again
        other = await stage.publisher.prepare(a_draft(post_id="post_2"), stage.account)
        assert other.key != first.key

    async def test_a_post_with_a_picture_can_be_sent(self, stage: Stage) -> None:
        await stage.publish(a_draft(image=picture(), image_alt="A table for two"))
        assert await stage.texts() == [a_draft().text]

    async def test_what_is_no_picture_is_refused_before_it_is_sent(self, stage: Stage) -> None:
        if stage.network == "webhook":
            return  # a program gets the address of the page, and no picture
        with pytest.raises(BodyRefused):
            await stage.publisher.prepare(a_draft(image=b"GIF89a no picture"), stage.account)

    async def test_a_text_that_is_too_long_is_refused_before_anything_is_sent(self, stage: Stage) -> None:
        longest = stage.publisher.longest(stage.account)
        fits = await stage.publisher.prepare(a_draft("团" * longest), stage.account)
        await stage.publisher.publish(fits, stage.account)
        if stage.network in ("bluesky", "mastodon"):
            with pytest.raises(BodyRefused):
                await stage.publisher.prepare(a_draft("团" * (longest + 1)), stage.account)

    async def test_what_was_published_is_found_and_what_was_not_is_not(self, stage: Stage) -> None:
        post = await stage.publisher.prepare(a_draft(), stage.account)
        assert isinstance(await stage.publisher.reconcile(post, stage.account), NotThere)
        sent = await stage.publisher.publish(post, stage.account)
        found = await stage.publisher.reconcile(post, stage.account)
        if stage.network != "webhook":
            assert isinstance(found, PublishedPost)
            assert (found.native_id, found.url) == (sent.native_id, sent.url)

    async def test_a_post_is_taken_down_and_doing_so_again_is_success(self, stage: Stage) -> None:
        post = await stage.publisher.prepare(a_draft(), stage.account)
        sent = await stage.publisher.publish(post, stage.account)
        for _ in range(2):
            await stage.publisher.delete(sent.native_id, stage.account)
        assert await stage.texts() == []
        assert isinstance(await stage.publisher.reconcile(post, stage.account), NotThere)

    async def test_secrets_do_not_print_themselves(self, stage: Stage) -> None:
        """S34."""
        shown = repr(stage.account) + repr(stage.publisher)
        assert not [each for each in stage.account.secrets.values() if len(each) > 4 and each in shown]


class BearsTrouble:
    """The part about servers that fail, for every network that has one."""

    @pytest.mark.parametrize(("kind", "more"), LOST)
    async def test_after_a_lost_answer_the_post_stands_there_once(
        self, stage: Stage, kind: Any, more: dict[str, Any]
    ) -> None:
        """R80. It was published, and we were not told."""
        if stage.network == "webhook" and more.get("status") == 200:
            return  # the status is all that a receiver says
        post = await stage.publisher.prepare(a_draft(), stage.account)
        publisher = stage.impatient if kind == "silent" else stage.publisher
        if not (stage.network == "webhook" and kind == "cut"):  # 204 has nothing to cut
            stage.faults.next(kind, stage.write, **more)
            with pytest.raises(OutcomeUnknown):
                await publisher.publish(post, stage.account)
        if kind != "silent":
            stage.faults.next(kind, stage.write, **more)
        await stage.publish()
        assert await stage.texts() == [a_draft().text]

    async def test_a_slow_answer_is_an_answer(self, stage: Stage) -> None:
        stage.faults.next("slow", stage.write)
        await stage.publish()
        assert await stage.texts() == [a_draft().text]

    async def test_too_many_requests_means_later_and_nothing_was_published(self, stage: Stage) -> None:
        post = await stage.publisher.prepare(a_draft(), stage.account)
        before = datetime.now(UTC)
        stage.faults.next("instead", stage.write, status=429, headers={"Retry-After": "60", **stage.limits})
        with pytest.raises(TryLater) as said:
            await stage.publisher.publish(post, stage.account)
        assert said.value.retry_at is not None
        assert 55 < (said.value.retry_at - before).total_seconds() < 65
        assert await stage.texts() == []

    async def test_without_a_wait_the_reset_of_the_limit_counts(self, stage: Stage) -> None:
        """Epoch seconds at one network, an ISO date at another."""
        post = await stage.publisher.prepare(a_draft(), stage.account)
        stage.faults.next("instead", stage.write, status=429, headers=stage.limits)
        with pytest.raises(TryLater) as said:
            await stage.publisher.publish(post, stage.account)
        at = datetime(2026, 11, 24, 14, 3, 45, tzinfo=UTC)
        expected = {"bluesky": at.replace(hour=14, minute=43), "mastodon": at.replace(hour=13, minute=23)}
        assert said.value.retry_at == expected.get(stage.network)

    async def test_a_refused_body_is_refused_for_good(self, stage: Stage) -> None:
        assert stage.refused is not None
        post = await stage.publisher.prepare(a_draft(), stage.account)
        stage.faults.next("instead", stage.write, **stage.refused)
        with pytest.raises(BodyRefused):
            await stage.publisher.publish(post, stage.account)
        assert await stage.texts() == []

    async def test_an_account_at_an_address_that_is_not_allowed_needs_a_person(self, stage: Stage) -> None:
        """S32. As when a setting was taken back, or a name begins to lead inside."""
        post = await stage.publisher.prepare(a_draft(), stage.account)
        inside = replace(stage.account, address=stage.account.address.replace("127.0.0.1", "127.0.0.2"))
        with pytest.raises(AccountLost):
            await stage.publisher.publish(post, inside)
        assert await stage.texts() == []

    async def test_a_look_that_fails_proves_nothing(self, stage: Stage) -> None:
        if stage.look is None:
            return
        post = await stage.publisher.prepare(a_draft(), stage.account)
        for fault in ({"status": 500}, {"status": 429}, {"status": 302, "headers": {"Location": "/"}}):
            stage.faults.next("instead", stage.look, **fault)
            with pytest.raises(TryLater):
                await stage.publisher.reconcile(post, stage.account)

    async def test_an_expired_login_is_renewed_and_the_same_post_sent(self, stage: Stage) -> None:
        if stage.expire is None:
            return
        post = await stage.publisher.prepare(a_draft(), stage.account)
        await stage.expire()
        with pytest.raises(LoginExpired):
            await stage.publisher.publish(post, stage.account)
        renewed = account_of(stage.network, await stage.publisher.renew(stage.account))
        assert (renewed.native_id, renewed.address) == (stage.account.native_id, stage.account.address)
        await stage.publisher.publish(post, renewed)
        assert await stage.texts() == [a_draft().text]

    async def test_an_account_that_was_taken_away_needs_a_person(self, stage: Stage) -> None:
        if stage.revoke is None:
            return
        post = await stage.publisher.prepare(a_draft(), stage.account)
        await stage.revoke()
        with pytest.raises(AccountLost):
            await stage.publisher.publish(post, stage.account)
        with pytest.raises(AccountLost):
            await stage.publisher.reconcile(post, stage.account)

    @pytest.mark.parametrize("credential", ["wrong", "päß wört", "two\nlines", "团"])
    async def test_a_wrong_credential_is_no_account(self, stage: Stage, credential: str) -> None:
        with pytest.raises(AccountLost):
            await stage.connect(credential)

    async def test_half_a_character_cannot_be_sent(self, stage: Stage) -> None:
        post = await stage.publisher.prepare(a_draft(), stage.account)
        with pytest.raises(BodyRefused):
            await stage.publisher.publish(replace(post, body=spoiled(post.body)), stage.account)
        assert await stage.texts() == []

    async def test_an_address_inside_our_own_network_is_not_connected(self, stage: Stage) -> None:
        """S32."""
        secret = stage.account.secrets.get("secret", "any")
        asked = len(stage.faults.asked)
        for address in ("http://127.0.0.1:1", "https://169.254.169.254", "https://2130706433", "https://"):
            with pytest.raises(BodyRefused):
                await stage.publisher.connect(address, "shop.test", secret)
        assert len(stage.faults.asked) == asked


def spoiled(body: Any) -> Any:
    """The same body with half of a pair of code units in every text."""
    if isinstance(body, Mapping):
        return {name: spoiled(value) for name, value in body.items()}
    return f"{body}\ud800" if isinstance(body, str) else body


async def is_not_replaced(stage: Stage) -> None:
    """Where posts stand under keys of ours: another one under the same key is refused, and the first stays."""
    post = await stage.publisher.prepare(a_draft(), stage.account)
    await stage.publisher.publish(post, stage.account)
    other = replace(post, body={"record": {**post.body["record"], "text": "Another deal"}})
    with pytest.raises(BodyRefused):
        await stage.publisher.publish(other, stage.account)
    assert await stage.texts() == [a_draft().text]
