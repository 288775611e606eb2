"""Statuses: keys that are forgotten or ignored, pictures that take time, lengths, replies, limits."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from campaigns.sharing.ports import (
    AccountLost,
    BodyRefused,
    CannotTell,
    NotThere,
    PublishedPost,
    TryLater,
)
from integrations.feeds.calls import Answer
from integrations.feeds.mastodon.answers import allowance_of, failure_of, lengths_of
from integrations.feeds.mastodon.publisher import MEDIA_TRIES
from tests.ports.feeds import stages
from tests.ports.feeds.stages import LINK, Stage, a_draft, picture


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stages.mastodon() as opened:
        yield opened


async def test_a_key_that_was_forgotten_after_the_post_was_kept_doubles_nothing(stage: Stage) -> None:
    """R80: 504 before the key is stored. The link finds the post, so it is not sent again."""
    stage.server.forgets_next_key = True
    stage.faults.next("committed", stage.write, status=504)
    await stage.publish()
    assert await stage.texts() == [a_draft().text]


@pytest.mark.parametrize("kind", ["committed", "cut"])
async def test_a_server_that_ignores_keys_gets_the_post_once(stage: Stage, kind: str) -> None:
    stage.server.ignores_keys = True
    stage.faults.next(kind, stage.write)  # type: ignore[arg-type]
    await stage.publish()
    assert await stage.texts() == [a_draft().text]


async def test_a_reply_without_a_link_is_found_by_its_words(stage: Stage) -> None:
    asked = stage.server.write(stage.server.join("mara", "mara-token"), {"status": "@shop how much?"})
    stage.server.ignores_keys = True
    stage.faults.next("committed", stage.write)
    reply = a_draft("19.00 EUR &\nworth it", reply_to={"id": asked.id, "acct": "mara"})
    await stage.publish(reply)
    [sent] = [post for post in stage.server.posts.values() if post is not asked]
    assert (sent.text, sent.answers) == ("@mara 19.00 EUR &\nworth it", asked.id)


async def test_a_reply_to_what_is_gone_is_refused(stage: Stage) -> None:
    post = await stage.publisher.prepare(
        a_draft("Thanks", reply_to={"id": "1", "acct": "mara"}), stage.account
    )
    with pytest.raises(BodyRefused):
        await stage.publisher.publish(post, stage.account)
    with pytest.raises(BodyRefused):
        await stage.publisher.prepare(a_draft("Thanks", reply_to={"acct": "mara"}), stage.account)


async def test_the_look_goes_back_to_when_the_post_was_written_and_no_further(stage: Stage) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    member = stage.server.members["shop"]
    for number in range(100):
        stage.server.write(member, {"status": f"later {number}"})
    assert isinstance(await stage.publisher.reconcile(post, stage.account), NotThere)
    for number in range(150):
        stage.server.write(member, {"status": f"later still {number}"})
    assert isinstance(await stage.publisher.reconcile(post, stage.account), CannotTell)


async def test_a_post_on_the_third_page_is_found(stage: Stage) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    sent = await stage.publisher.publish(post, stage.account)
    for number in range(100):
        stage.server.write(stage.server.members["shop"], {"status": f"later {number}"})
    found = await stage.publisher.reconcile(post, stage.account)
    assert isinstance(found, PublishedPost)
    assert found.native_id == sent.native_id


async def test_a_picture_is_attached_when_it_is_ready(stage: Stage) -> None:
    """202 first, then 206, then an address; attached before, the post would be refused."""
    await stage.publish(a_draft(image=picture(), image_alt="A table for two"))
    [post] = stage.server.posts.values()
    assert [(each.description, each.polls_left) for each in post.pictures] == [("A table for two", 0)]
    assert sum("/api/v1/media/" in line for line in stage.faults.asked) == 2


async def test_a_picture_that_is_never_ready_means_later(stage: Stage) -> None:
    stage.server.polls = MEDIA_TRIES + 5
    with pytest.raises(TryLater):
        await stage.publisher.prepare(a_draft(image=picture()), stage.account)
    assert await stage.texts() == []


async def test_a_text_is_measured_as_the_server_measures_it(stage: Stage) -> None:
    """Every address counts 23: the server agrees on both sides of the border."""
    link = f"{LINK}{'x' * 100}"
    fits, beyond = (f"{'团' * (476 + more)} {link}" for more in (0, 1))
    await stage.publish(a_draft(fits, link=link))
    with pytest.raises(BodyRefused):
        await stage.publisher.prepare(a_draft(beyond, link=link), stage.account)
    assert await stage.texts() == [fits]


async def test_an_account_is_named_with_its_server(stage: Stage) -> None:
    assert stage.account.handle == "shop@127.0.0.1"
    assert stage.account.native_id == stage.server.members["shop"].id
    assert stage.publisher.longest(stage.account) == 500


async def test_a_token_that_may_not_write_needs_a_person(stage: Stage) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    stage.server.join("shop", "shop-token", frozenset({"read:accounts"}))
    with pytest.raises(AccountLost):
        await stage.publisher.publish(post, stage.account)
    with pytest.raises(AccountLost):
        await stage.publisher.renew(stage.account)


async def test_the_allowance_is_what_is_left(stage: Stage) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    allowance = (await stage.publisher.publish(post, stage.account)).allowance
    assert allowance is not None
    assert allowance.remaining == 298


@pytest.mark.parametrize(
    "headers", [{}, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "1795531425 or so"}]
)
def test_limits_that_cannot_be_read_are_none(headers: dict[str, str]) -> None:
    assert allowance_of(httpx.Headers(headers)) is None


@pytest.mark.parametrize(
    "said", [None, "x", [], {}, {"configuration": {"statuses": {"max_characters": "9"}}}]
)
def test_a_server_that_does_not_say_how_long_takes_the_usual(said: object) -> None:
    assert lengths_of(said) == {"characters": "500", "characters_per_url": "23"}


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(401, AccountLost), (403, AccountLost), (410, AccountLost), (404, BodyRefused), (422, BodyRefused)],
)
def test_what_a_status_means(status: int, meaning: type[Exception]) -> None:
    assert type(failure_of(Answer(status, None, "", None))) is meaning
