"""Adapters that are wrong in the ways that double posts elsewhere: each is caught by the contract (R80)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.sharing.ports import Draft, FeedAccount, FeedError, FrozenPost, NotThere, PublishedPost
from integrations.feeds.bluesky.publisher import BlueskyPublisher
from integrations.feeds.mastodon.publisher import MastodonPublisher
from tests.ports.feeds import stages
from tests.ports.feeds.contract import BearsTrouble, KeepsItsBooks, is_not_replaced

Red = (AssertionError, FeedError, pytest.fail.Exception)
BOOKS, TROUBLE = KeepsItsBooks(), BearsTrouble()


class RandomKey(BlueskyPublisher):
    """A fresh key per try."""

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        fresh = post.key[:-4] + "".join(secrets.choice("234567abcdef") for _ in range(4))
        return await super().publish(replace(post, key=fresh), account)


class WrittenNow(BlueskyPublisher):
    """`createdAt` from the clock instead of from the row."""

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        return await super().prepare(replace(draft, created_at=datetime.now(UTC)), account)


class StampedLate(BlueskyPublisher):
    """The key is kept, but the record says when it was sent."""

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        record = {**post.body["record"], "createdAt": datetime.now(UTC).isoformat()}
        return await super().publish(replace(post, body={"record": record}), account)


class Replacing(BlueskyPublisher):
    """No `swapRecord`."""

    async def _call(self, address: str, name: str, **more: Any) -> Any:
        body: Mapping[str, Any] = more.get("json") or {}
        if "swapRecord" in body:
            more["json"] = {key: value for key, value in body.items() if key != "swapRecord"}
        return await super()._call(address, name, **more)


class Careless(MastodonPublisher):
    """No look for the post, and a new key each time."""

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        return await super().publish(replace(post, key=secrets.token_hex(8)), account)

    async def reconcile(self, post: FrozenPost, account: FeedAccount) -> NotThere:
        return NotThere()


async def test_the_real_ones_pass_what_the_broken_ones_fail() -> None:
    async with stages.bluesky() as stage:
        await BOOKS.test_a_post_stands_there_once_however_often_it_is_sent(stage)
    async with stages.mastodon() as stage:
        await TROUBLE.test_after_a_lost_answer_the_post_stands_there_once(stage, "committed", {"status": 500})


async def test_a_random_key_doubles_the_post() -> None:
    async with stages.bluesky(RandomKey) as stage:
        with pytest.raises(Red):
            await BOOKS.test_a_post_stands_there_once_however_often_it_is_sent(stage)
    async with stages.bluesky(RandomKey) as stage:
        with pytest.raises(Red):
            await TROUBLE.test_after_a_lost_answer_the_post_stands_there_once(
                stage, "committed", {"status": 500}
            )


async def test_a_time_from_the_clock_is_found_out_when_the_post_is_frozen_again() -> None:
    async with stages.bluesky(WrittenNow) as stage:
        with pytest.raises(Red):
            await BOOKS.test_the_same_draft_gives_the_same_post_and_another_one_another_key(stage)


async def test_a_time_from_the_clock_is_found_out_when_the_post_is_sent_again() -> None:
    async with stages.bluesky(StampedLate) as stage:
        with pytest.raises(Red):
            await BOOKS.test_a_post_stands_there_once_however_often_it_is_sent(stage)


async def test_a_put_without_a_condition_replaces_a_post() -> None:
    async with stages.bluesky(Replacing) as stage:
        with pytest.raises(Red):
            await is_not_replaced(stage)


async def test_a_new_key_and_no_look_double_a_status() -> None:
    async with stages.mastodon(Careless) as stage:
        with pytest.raises(Red):
            await TROUBLE.test_after_a_lost_answer_the_post_stands_there_once(
                stage, "committed", {"status": 500}
            )
