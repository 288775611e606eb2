"""The record of a post at Bluesky: its key, its marks, its limits, and what a server may say to it."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.sharing.ports import AccountLost, BodyRefused, FeedError, LoginExpired
from integrations.feeds.bluesky.answers import allowance_of, failure_of
from integrations.feeds.bluesky.records import check_facets, facets, post_record, record_key
from integrations.feeds.calls import Answer, server_address
from tests.ports.feeds import stages
from tests.ports.feeds.contract import is_not_replaced
from tests.ports.feeds.stages import LINK, WRITTEN_AT, Stage, a_draft, picture
from tests.ports.stand_ins.pds import HANDLE, PASSWORD

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="#"), max_size=40)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stages.bluesky() as opened:
        yield opened


def marked(text: str, found: list[dict[str, Any]]) -> list[str]:
    """The stretches that are marked, read by bytes as a network reads them."""
    spans = [(each["index"]["byteStart"], each["index"]["byteEnd"]) for each in found]
    return [text.encode()[start:end].decode() for start, end in spans]


def test_marks_are_counted_in_bytes() -> None:
    """The link is at bytes 15 to 33, where counting characters says 6."""
    text = "成团啦 🎉 join the group buy #拼团"
    [link, tag] = facets(text, "join the group buy", ("拼团",))
    assert link["index"] == {"byteStart": 15, "byteEnd": 33}
    assert tag["features"] == [{"$type": "app.bsky.richtext.facet#tag", "tag": "拼团"}]
    assert marked(text, [link, tag]) == ["join the group buy", "#拼团"]


@settings(deadline=None)
@given(WORDS, WORDS, WORDS)
def test_marks_are_those_of_the_public_library(before: str, between: str, after: str) -> None:
    """A second opinion: atproto's TextBuilder over any words, emoji and scripts."""
    builder = importlib.import_module("atproto").client_utils.TextBuilder()  # takes most of a second
    builder.text(f"{before} ").link(LINK, LINK).text(f" {between} ").tag("#拼团", "拼团").text(f" {after}")
    text = builder.build_text()
    theirs = [
        {"index": [each.index.byte_start, each.index.byte_end], "kind": each.features[0].py_type}
        for each in builder.build_facets()
    ]
    ours = [
        {
            "index": [each["index"]["byteStart"], each["index"]["byteEnd"]],
            "kind": each["features"][0]["$type"],
        }
        for each in facets(text, LINK, ("拼团",))
    ]
    assert ours == theirs


def test_a_tag_is_marked_wherever_it_stands_and_not_inside_a_longer_one() -> None:
    text = f"#deal {LINK} #deals #deal!"
    assert marked(text, facets(text, LINK, ("deal",))) == ["#deal", LINK, "#deal"]


def test_a_link_that_stands_twice_or_not_at_all_is_refused() -> None:
    for text in (f"{LINK} {LINK}", "no link"):
        with pytest.raises(BodyRefused):
            facets(text, LINK, ())


@pytest.mark.parametrize("span", [(4, 4), (9, 4), (0, 99), (1, 3), (-1, 3)])
def test_marks_a_server_would_take_and_nobody_could_read_are_refused(span: tuple[int, int]) -> None:
    """Reversed, empty, behind the end, in the middle of a character."""
    with pytest.raises(BodyRefused):
        check_facets("成团 on", [{"index": {"byteStart": span[0], "byteEnd": span[1]}}])


def test_marks_that_overlap_are_refused() -> None:
    spans = [{"index": {"byteStart": 0, "byteEnd": 4}}, {"index": {"byteStart": 3, "byteEnd": 5}}]
    with pytest.raises(BodyRefused):
        check_facets("abcdef", spans)


@settings(deadline=None)
@given(
    st.integers(0, 70 * 365 * 86_400).map(lambda seconds: WRITTEN_AT + timedelta(seconds=seconds)), st.text()
)
def test_a_key_is_thirteen_letters_that_sort_by_time(at: datetime, post_id: str) -> None:
    key = record_key(at, post_id)
    assert len(key) == 13
    assert set(key) <= set("234567abcdefghijklmnopqrstuvwxyz")
    assert key == record_key(at, post_id)
    assert key < record_key(at + timedelta(milliseconds=1), "another")


def test_a_record_says_when_it_was_written_and_not_when_it_was_sent() -> None:
    assert post_record(a_draft(), None)["createdAt"] == "2026-11-24T12:00:00.123Z"
    assert WRITTEN_AT.microsecond == 123456


def test_a_reply_needs_to_know_its_thread() -> None:
    with pytest.raises(BodyRefused):
        post_record(a_draft("Thanks", reply_to={"parent": {"uri": "at://x"}}), None)


async def test_a_picture_is_sent_below_its_limit_and_the_same_again_is_the_same(stage: Stage) -> None:
    draft = a_draft(image=picture(), image_alt="A table for two")
    posts = [await stage.publisher.prepare(draft, stage.account) for _ in range(2)]
    assert posts[0] == posts[1]
    [blob] = stage.server.blobs.values()
    assert len(blob) <= 976_000
    assert blob.startswith(b"\xff\xd8")
    assert posts[0].body["record"]["embed"]["external"]["thumb"]["mimeType"] == "image/jpeg"


async def test_another_post_never_takes_the_place_of_one_that_stands_there(stage: Stage) -> None:
    """R80: a put has the condition that nothing else stands under its key."""
    await is_not_replaced(stage)


async def test_the_allowance_comes_with_the_answer(stage: Stage) -> None:
    post = await stage.publisher.prepare(a_draft(), stage.account)
    allowance = (await stage.publisher.publish(post, stage.account)).allowance
    assert allowance is not None
    assert allowance.remaining == 2990
    assert allowance.resets_at == datetime(2026, 11, 24, 14, 43, 45, tzinfo=UTC)


@pytest.mark.parametrize("headers", [{}, {"RateLimit-Remaining": "3"}, {"RateLimit-Remaining": "x"}])
def test_a_server_that_limits_nothing_says_nothing(headers: dict[str, str]) -> None:
    assert allowance_of(httpx.Headers(headers)) is None


@pytest.mark.parametrize(
    ("status", "word", "meaning"),
    [
        (400, "ExpiredToken", LoginExpired),
        (400, "InvalidToken", LoginExpired),
        (400, "InvalidRequest", BodyRefused),
        (400, "InvalidSwap", BodyRefused),
        (401, "AuthenticationRequired", AccountLost),
        (401, "AuthMissing", AccountLost),
        (401, "AccountTakedown", AccountLost),
        (400, "AccountDeactivated", AccountLost),
        (401, "AuthFactorTokenRequired", AccountLost),
        (413, "", BodyRefused),
    ],
)
def test_the_word_in_the_body_decides(status: int, word: str, meaning: type[FeedError]) -> None:
    assert type(failure_of(Answer(status, {"error": word}, "", None))) is meaning


async def test_a_revoked_refresh_token_needs_a_person(stage: Stage) -> None:
    stage.server.is_revoked = True
    with pytest.raises(AccountLost):
        await stage.publisher.renew(stage.account)


async def test_a_server_is_found_in_the_handle(stage: Stage) -> None:
    address = stage.account.address
    found = await stage.publisher.connect("", f" @{HANDLE}@{address}/ ", PASSWORD)
    assert (found.address, found.handle) == (address, HANDLE)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("", "https://bsky.social"),
        ("pds.example", "https://pds.example"),
        ("https://pds.example/xrpc/", "https://pds.example"),
        ("http://127.0.0.1:2583", "http://127.0.0.1:2583"),
        ("https://PDS.example:8443", "https://pds.example:8443"),
    ],
)
def test_an_address_is_what_people_mean_by_it(typed: str, address: str) -> None:
    assert server_address(typed, "https://bsky.social") == address
