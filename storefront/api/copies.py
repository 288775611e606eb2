"""Deals as they were answered a moment ago: many who ask for one deal cost one question to the database."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

# What anybody sees may be this old; nothing is accepted or refused by it.
OLDEST_S = 0.25
MOST_BYTES = 8_000_000


@dataclass(frozen=True)
class Copy:
    """`good_for_s` seconds from now it may be shown; less than `OLDEST_S` where a deadline comes first."""

    body: bytes
    good_for_s: float = OLDEST_S


Make = Callable[[], Awaitable[Copy]]


class Copies:
    """Copies by name, at most `MOST_BYTES` of them; for one event loop. One copy of a name is made at a time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._bytes = 0
        self._being_made: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, name: str, make: Make) -> bytes:
        """A copy that is still good, or a new one. What `make` raises is raised to all who wait for it."""
        kept = self._kept.get(name)
        if kept is not None and self._now() < kept[1]:
            self._kept.move_to_end(name)
            return kept[0]
        task = self._being_made.get(name)
        if task is None:
            task = asyncio.create_task(self._make(name, make), name=f"copy of {name}")
            self._being_made[name] = task
            task.add_done_callback(lambda done: self._forget(name, done))
        return await asyncio.shield(task)  # whoever goes away must not take it from the others

    async def _make(self, name: str, make: Make) -> bytes:
        began = self._now()
        copy = await make()
        self._drop(name)
        self._kept[name] = (copy.body, began + min(copy.good_for_s, OLDEST_S))
        self._bytes += len(copy.body)
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))
        return copy.body

    def _forget(self, name: str, done: asyncio.Task[bytes]) -> None:
        self._being_made.pop(name, None)
        if not done.cancelled():
            done.exception()  # seen, also where nobody waits any more

    def _drop(self, name: str) -> None:
        body, _ = self._kept.pop(name, (b"", 0.0))
        self._bytes -= len(body)
