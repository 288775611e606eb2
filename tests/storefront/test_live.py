"""The hub of live figures: one look for all, one render per change, the latest wins (U51-U55)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from storefront.drain import Drain
from storefront.live.channel import Mark, Message, Viewer, as_event
from storefront.live.hub import Hub


@dataclass
class Deals:
    """Deals that change when told to; counts how often they are looked at and rendered."""

    versions: dict[str, int] = field(default_factory=lambda: {"noodles": 1, "spa": 1})
    looks: int = 0
    renders: int = 0

    async def look(self, slugs: Sequence[str]) -> Mapping[str, Mark]:
        self.looks += 1
        return {slug: Mark(self.versions[slug], True, False) for slug in slugs if slug in self.versions}

    async def render(self, slug: str) -> Message | None:
        if slug not in self.versions:
            return None
        self.renders += 1
        version = self.versions[slug]
        return Message(Mark(version, True, False), as_event(version, f"<p>{slug} {version}</p>"))


class Watching:
    """An open stream and what it said last."""

    def __init__(self, events: AsyncIterator[bytes]) -> None:
        self.events = events

    async def next(self) -> bytes:
        return await anext(self.events)

    async def close(self) -> None:
        await self.events.aclose()  # type: ignore[attr-defined]


async def watch(hub: Hub, slug: str = "noodles", address: str = "192.0.2.1") -> Watching:
    """Open a stream and take its first message."""
    first = await hub.current(slug)
    assert first is not None
    opened = Watching(hub.events(slug, first, address))
    assert await opened.next() == first.event
    return opened


async def test_the_first_message_is_the_present_state_with_its_version() -> None:
    """U53."""
    deals = Deals({"noodles": 7})

    first = await Hub(deals.look, deals.render, Drain()).current("noodles")

    assert first is not None
    assert first.event == b"id: 7\ndata: <p>noodles 7</p>\n\n"


async def test_a_change_is_rendered_once_and_sent_to_everybody_as_the_same_bytes() -> None:
    """U51: two viewers, one render; viewers of another deal hear nothing."""
    deals = Deals()
    hub = Hub(deals.look, deals.render, Drain())
    ann, bo, cy = await watch(hub), await watch(hub), await watch(hub, "spa")
    assert deals.renders == 2
    deals.versions["noodles"] = 2

    await hub.look()

    assert deals.renders == 3
    assert await ann.next() is await bo.next()
    assert hub.streams == 3
    for stream in (ann, bo, cy):
        await stream.close()


async def test_a_slow_viewer_gets_the_latest_and_no_backlog() -> None:
    """U53: three changes while it slept are one message."""
    deals = Deals()
    hub = Hub(deals.look, deals.render, Drain())
    ann = await watch(hub)
    for version in (2, 3, 4):
        deals.versions["noodles"] = version
        await hub.look()

    assert b"noodles 4" in await ann.next()
    deals.versions["noodles"] = 5
    await hub.look()
    assert b"noodles 5" in await ann.next()
    await ann.close()


async def test_an_unchanged_deal_is_not_rendered_again() -> None:
    deals = Deals()
    hub = Hub(deals.look, deals.render, Drain())
    ann = await watch(hub)

    await hub.look()
    bo = await watch(hub)

    assert deals.renders == 1
    await ann.close()
    await bo.close()


async def test_nobody_looks_at_the_database_while_nobody_watches() -> None:
    """U51."""
    deals = Deals()
    hub = Hub(deals.look, deals.render, Drain())
    ann = await watch(hub)
    await ann.close()
    before = deals.looks

    await hub.look()

    assert (hub.streams, deals.looks) == (0, before)


async def test_caps_hold_per_address_and_per_process() -> None:
    """U55: the third of an address and the fourth of the process find no room."""
    deals = Deals()
    hub = Hub(deals.look, deals.render, Drain(), most=3, most_per_address=2)
    streams = [await watch(hub), await watch(hub, address="192.0.2.1")]
    assert not hub.has_room("192.0.2.1")
    streams.append(await watch(hub, address="192.0.2.2"))
    assert not hub.has_room("192.0.2.3")

    first = await hub.current("noodles")
    assert first is not None
    late = [event async for event in hub.events("noodles", first, "192.0.2.3")]

    assert late == []
    for stream in streams:
        await stream.close()
    assert hub.has_room("192.0.2.1")


async def test_streams_end_when_the_server_goes_down() -> None:
    """X45."""
    drain = Drain()
    deals = Deals()
    hub = Hub(deals.look, deals.render, drain)
    ann = await watch(hub)

    drain.begin()

    with pytest.raises(StopAsyncIteration):
        await ann.next()
    assert (hub.streams, hub.has_room("192.0.2.9")) == (0, False)


async def test_a_viewer_that_came_between_two_versions_misses_nothing() -> None:
    """The first message was read before a change, the stream begun after it."""
    deals = Deals()
    hub = Hub(deals.look, deals.render, Drain())
    old = await hub.current("noodles")
    assert old is not None
    deals.versions["noodles"] = 2
    other = await watch(hub)

    late = Watching(hub.events("noodles", old, "192.0.2.8"))

    assert b"noodles 1" in await late.next()
    assert b"noodles 2" in await late.next()
    await other.close()
    await late.close()


async def test_an_ended_viewer_says_so_instead_of_its_last_message() -> None:
    viewer = Viewer("192.0.2.1")
    viewer.offer(b"late")
    viewer.end()

    assert await asyncio.wait_for(viewer.next(), 1) is None
