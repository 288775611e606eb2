"""Who watches a deal, and the last thing they were told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mark:
    """Equal while the page stays the same: the deal's version, and which of its instants are past."""

    version: int
    opened: bool
    closed: bool


@dataclass(frozen=True)
class Message:
    """A complete state of a deal as bytes of an event stream, made once and sent to everybody."""

    mark: Mark
    event: bytes


def as_event(version: int, fragment: str) -> bytes:
    """One server-sent event; its id is the deal's version (U53)."""
    lines = "".join(f"data: {line}\n" for line in fragment.splitlines())
    return f"id: {version}\n{lines}\n".encode()


class Viewer:
    """One open stream. It holds at most one message: a slow reader gets the latest, never a backlog."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._latest: bytes | None = None
        self._ended = False
        self._news = asyncio.Event()

    def offer(self, event: bytes) -> None:
        self._latest = event
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    async def next(self) -> bytes | None:
        """The latest message as soon as there is one; None once the stream is over."""
        await self._news.wait()
        self._news.clear()
        event, self._latest = self._latest, None
        return None if self._ended else event


@dataclass
class Channel:
    """The viewers of one deal."""

    viewers: set[Viewer] = field(default_factory=set)
    message: Message | None = None
    made_at_s: float = 0.0
    rendering: asyncio.Lock = field(default_factory=asyncio.Lock)

    def publish(self, message: Message, at_s: float) -> None:
        """Keep it for those who come, and hand it to those who are here."""
        self.message, self.made_at_s = message, at_s
        for viewer in self.viewers:
            viewer.offer(message.event)
