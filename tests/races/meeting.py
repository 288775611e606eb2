"""Where racers meet, so that a race happens in every run and not in one of a thousand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

from campaigns.foundation.failpoints import arm, disarm
from campaigns.foundation.store import Unit
from tests.races.unguarded import let_go

_LONG_S = 20


class Meeting:
    """Nobody goes on before all have come.

    Behind a lock only one can come. `patient` meetings let that one go on alone after a moment, in which all
    the others had every opportunity; others fail, since there nothing should have kept anybody away.
    """

    def __init__(self, people: int, *, patient: bool = False) -> None:
        self._people, self._patient, self._come = people, patient, 0
        self._open = asyncio.Event()

    async def wait(self) -> None:
        self._come += 1
        if self._come >= self._people:
            self._open.set()
        try:
            async with asyncio.timeout(0.15 if self._patient else _LONG_S):
                await self._open.wait()
        except TimeoutError:
            assert self._patient, f"only {self._come} of {self._people} came"
        self._open.set()

    async def let_go(self, unit: Unit) -> None:
        """Free what is locked, then wait for the others: what a patched copy does between looking and writing."""
        await let_go(unit)
        await self.wait()


@contextmanager
def meeting_at(*places: str, people: int) -> Iterator[Meeting]:
    """A patient meeting of the real code at its failpoints."""
    meeting = Meeting(people, patient=True)
    for place in places:
        arm(place, meeting.wait)
    try:
        yield meeting
    finally:
        disarm()


async def race(*racers: Awaitable[Any]) -> list[Any]:
    """Run them all at once; each answer or error in the order of the racers."""
    return list(await asyncio.gather(*racers, return_exceptions=True))


def of_kind(answers: list[Any], kind: type) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, kind)]
