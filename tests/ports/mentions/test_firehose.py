"""The event stream alone: cut, reset, unreadable, or at an address that nobody may reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from campaigns.listening.ports import Batch, Wanted
from campaigns.sharing.ports import FeedAccount, TryLater
from integrations.addresses import Allowed
from integrations.mentions.at_records import instant, links_of, tags_of
from integrations.mentions.bluesky_firehose import Firehose
from tests.ports.mentions.firehose_double import Stream, a_stream
from tests.ports.mentions.stages import ADA, ME, OURS, StreamPeople

WANTED = Wanted(frozenset({OURS}))


@pytest.fixture
async def stream() -> AsyncIterator[Stream]:
    async with a_stream() as opened:
        yield opened


async def nobody(account: FeedAccount, did: str) -> str:
    return ""


async def read(stream: Stream, seq: int, *, most: int = 100, allowed: Allowed | None = None) -> Batch:
    host, port = stream.address.removeprefix("http://").split(":")
    places = frozenset({(host, int(port))}) if allowed is None else allowed
    account = FeedAccount("feed_1", "bluesky", stream.address, "lantern", ME, {})
    return await Firehose(places, nobody, quiet_s=0.3, most=most).read(account, WANTED, seq)


async def test_a_stream_that_is_cut_gives_what_came_and_goes_on_behind_it(stream: Stream) -> None:
    people = StreamPeople(stream)
    for number in range(5):
        await people.reply(f"number {number}")
    stream.cut_after = 3
    first = await read(stream, 0)
    second = await read(stream, int(first.cursor))
    assert [each.text[-1] for each in (*first.heard, *second.heard)] == list("01234")
    assert stream.connections == 2


async def test_a_stream_that_is_cut_at_once_is_read_later(stream: Stream) -> None:
    await StreamPeople(stream).reply("hello")
    stream.cut_after = 0
    with pytest.raises(TryLater):
        await read(stream, 0)


async def test_a_reset_server_is_read_from_its_beginning(stream: Stream) -> None:
    await StreamPeople(stream).reply("hello")
    batch = await read(stream, 999)
    assert ([each.text for each in batch.heard], batch.cursor) == (["hello"], "1")


async def test_a_commit_that_nobody_can_read_does_not_stop_the_rest(stream: Stream) -> None:
    people = StreamPeople(stream)
    stream.add("#commit", repo=ADA, record=None, op={"action": "create"})
    await people.reply("still here")
    batch = await read(stream, 0)
    assert ([each.text for each in batch.heard], batch.cursor) == (["still here"], "2")


async def test_a_server_that_is_slow_with_names_delays_nobody(stream: Stream) -> None:
    await StreamPeople(stream).reply("hello")
    host, port = stream.address.removeprefix("http://").split(":")
    account = FeedAccount("feed_1", "bluesky", stream.address, "lantern", ME, {})
    asked: list[str] = []

    async def slowly(account: FeedAccount, did: str) -> str:
        asked.append(did)
        return "ada.test"

    places = frozenset({(host, int(port))})
    for naming_s, names in ((0.0, [ADA]), (5.0, ["ada.test"])):
        batch = await Firehose(places, slowly, quiet_s=0.3, naming_s=naming_s).read(account, WANTED, 0)
        assert [each.author for each in batch.heard] == names
    assert asked == [ADA]


async def test_a_batch_ends_and_says_that_there_is_more(stream: Stream) -> None:
    people = StreamPeople(stream)
    for number in range(4):
        await people.reply(f"number {number}")
    batch = await read(stream, 0, most=2)
    assert batch.more
    assert not (await read(stream, int(batch.cursor), most=100)).more


async def test_a_private_address_is_never_connected_to(stream: Stream) -> None:
    """S32"""
    with pytest.raises(TryLater):
        await read(stream, 0, allowed=frozenset())
    assert stream.connections == 0


def test_dates_links_and_tags_of_a_record_are_taken_with_care() -> None:
    told = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert instant("2199-01-01T00:00:00Z", told) == told
    assert instant("yesterday", told) == told
    assert instant("2026-11-24T11:00:00", told) == datetime(2026, 11, 24, 11, tzinfo=UTC)
    record = {"text": "看 https://example.com/s/abc #拼团，come", "facets": "no list", "embed": 7}
    assert links_of(record) == ("https://example.com/s/abc",)
    assert tags_of(record) == ("拼团",)
