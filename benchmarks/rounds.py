"""Rounds: every side of a measure runs in each of them, side by side, so that a slow minute hurts all alike."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.driver import Networks
from benchmarks.machine import quietness
from benchmarks.postgres import Server
from benchmarks.targets import Measured

Side = Callable[[int], Awaitable[float]]


@dataclass(frozen=True)
class Size:
    """How much is measured. `rounds` come after a warm-up round that is thrown away."""

    rounds: int = 3
    seconds: float = 3.0
    bare_requests: int = 3000
    requests: int = 250
    orders: int = 200
    capacity: int = 100

    @property
    def all_rounds(self) -> int:
        return self.rounds + 1


TINY = Size(rounds=1, seconds=1.0, bare_requests=100, requests=20, orders=5, capacity=12)


@dataclass
class Ground:
    """What a run stands on. `say` is for people and never writes to standard output, `tell` writes a line there."""

    folder: Path
    server: Server
    size: Size
    say: Callable[[str], None]
    wanted: frozenset[str]
    tell: Callable[[Measured], None]
    networks: Networks = field(default_factory=Networks)
    made: list[Measured] = field(default_factory=list)

    def done(self, measured: Measured) -> None:
        self.made.append(measured)
        self.tell(measured)


async def side_by_side(ground: Ground, sides: Mapping[str, Side]) -> list[dict[str, Any]]:
    """The figures of each side in each round, in swapped order every other round, and how quiet it was."""
    kept = []
    for number in range(ground.size.all_rounds):
        quiet = await quietness()
        names = list(sides)[:: 1 if number % 2 == 0 else -1]
        values = {name: await sides[name](number) for name in names}
        found = {"quiet": quiet, "load": round(os.getloadavg()[0], 1), **values}
        ground.say(f"  {'warm-up' if number == 0 else f'round {number}'}: {_shown(values)}, quiet {quiet}")
        if number:
            kept.append(found)
    return kept


def _shown(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in values.items())


def divided(
    bench: str, rounds: list[dict[str, Any]], above: str, below: str, *, beside: Sequence[str] = ()
) -> Measured:
    """The ratio of two sides, round by round. A side that got nothing done is a fault, not a ratio.

    Figures of the sides named in `beside` are kept with the rounds and judge nothing.
    """
    measured = Measured(bench)
    for one in rounds:
        raw = {name: one[name] for name in ("quiet", "load", above, below, *beside)}
        measured.rounds.append(raw)
        if one[below] > 0 and one[above] > 0:
            measured.ratios.append(one[above] / one[below])
        else:
            measured.faults.append(f"nothing finished: {raw}")
    return measured
