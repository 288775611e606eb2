"""One hub per process: it looks at watched deals twice a second, and only while somebody watches (U51)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storefront.drain import Drain
from storefront.live.channel import Channel, Mark, Message, Viewer

LOOK_EVERY_S = 0.5
PING_EVERY_S = 15.0
MOST_STREAMS = 2000
MOST_PER_ADDRESS = 20
# Relative times in the feed are right to the minute, so a first message is never older than that (U56).
_FRESH_S = 60.0

_log = structlog.get_logger("storefront.live")

Look = Callable[[Sequence[str]], Awaitable[Mapping[str, Mark]]]
Render = Callable[[str], Awaitable[Message | None]]


class Hub:
    """`look` answers the marks of deals, `render` the complete state of one."""

    def __init__(
        self,
        look: Look,
        render: Render,
        drain: Drain,
        *,
        most: int = MOST_STREAMS,
        most_per_address: int = MOST_PER_ADDRESS,
    ) -> None:
        self._look, self._render, self._drain = look, render, drain
        self._most, self._most_per_address = most, most_per_address
        self._channels: dict[str, Channel] = {}
        self._addresses: Counter[str] = Counter()
        self._watching: asyncio.Task[None] | None = None

    @property
    def streams(self) -> int:
        """How many are open."""
        return self._addresses.total()

    def has_room(self, address: str) -> bool:
        return (
            not self._drain.is_draining
            and self.streams < self._most
            and self._addresses[address] < self._most_per_address
        )

    async def current(self, slug: str) -> Message | None:
        """The state of a deal, rendered unless its viewers have it already; None: no such page."""
        channel = self._channels.get(slug, Channel())
        async with channel.rendering:
            if channel.message is not None and time.monotonic() - channel.made_at_s < _FRESH_S:
                return channel.message
            message = await self._render(slug)
            if message is not None:
                channel.publish(message, time.monotonic())
            return message

    async def events(self, slug: str, first: Message, address: str) -> AsyncIterator[bytes]:
        """A stream for one viewer, `first` in front. Over the cap, or when the server goes down, it ends."""
        if not self.has_room(address):
            return
        viewer = self._enter(slug, first, address)
        try:
            yield first.event
            while True:
                try:
                    event = await asyncio.wait_for(viewer.next(), PING_EVERY_S)
                except TimeoutError:
                    yield b": ping\n\n"
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._leave(slug, viewer)

    def _enter(self, slug: str, first: Message, address: str) -> Viewer:
        viewer = Viewer(address)
        channel = self._channels.setdefault(slug, Channel())
        if channel.message is None:
            channel.publish(first, time.monotonic())
        elif channel.message.mark != first.mark:
            viewer.offer(channel.message.event)  # it changed between the first message and now
        channel.viewers.add(viewer)
        self._addresses[address] += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch(), name="live deals")
        return viewer

    def _leave(self, slug: str, viewer: Viewer) -> None:
        channel = self._channels[slug]
        channel.viewers.discard(viewer)
        if not channel.viewers:
            del self._channels[slug]
        self._addresses[viewer.address] -= 1
        if not self._addresses[viewer.address]:
            del self._addresses[viewer.address]

    async def _watch(self) -> None:
        while self._channels and not self._drain.is_draining:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._drain.wait(), LOOK_EVERY_S)
            try:
                await self.look()
            except SQLAlchemyError as error:  # the next look tries again; viewers keep what they have
                _log.warning("look_failed", error=type(error).__name__)
        for channel in self._channels.values():
            for viewer in channel.viewers:
                viewer.end()

    async def look(self) -> None:
        """Tell the viewers of every deal that changed since they were last told."""
        watched = list(self._channels)
        marks = await self._look(watched) if watched else {}
        for slug in watched:
            channel = self._channels.get(slug)
            if channel is None or channel.message is None or marks.get(slug) == channel.message.mark:
                continue
            async with channel.rendering:
                message = await self._render(slug)
            if message is not None:
                channel.publish(message, time.monotonic())
