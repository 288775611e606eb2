"""People joining, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from storefront.charts.scale import Numbers, Scale, Tick, round_steps
from storefront.formats import LOCALE, format_on, number, people


@dataclass(frozen=True)
class JoinsChart:
    """`line` and `area` are paths in a box of 1000 by 1000; ticks are percent from the left, and from the top."""

    finding: str
    line: str
    area: str
    days: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    numbers: Numbers


def joins_chart(days: Sequence[tuple[date, int]]) -> JoinsChart | None:
    """Every day from the first to the last, none left out; None for fewer than two days."""
    if len(days) < 2:
        return None
    steps = round_steps(0, max(1, *(count for _, count in days)), most=4)
    up, across = Scale(0, steps[-1]), Scale(0, len(days) - 1)
    points = [
        f"{across.at(place) * 10:.1f} {1000 - up.at(count) * 10:.1f}" for place, (_, count) in enumerate(days)
    ]
    line = "M" + "L".join(points)
    return JoinsChart(
        finding=_finding(days),
        line=line,
        area=f"{line}L1000 1000L0 1000Z",
        days=_day_ticks(days, across),
        counts=tuple(Tick(100 - up.at(step), number(round(step))) for step in steps if step == round(step)),
        numbers=Numbers(
            ("Day", "People joined"), tuple((format_on(day), number(count)) for day, count in days)
        ),
    )


def _day_ticks(days: Sequence[tuple[date, int]], across: Scale) -> tuple[Tick, ...]:
    """About six, every other one for wide charts only."""
    every = max(1, -(-len(days) // 6))
    return tuple(
        Tick(across.at(place), format_date(days[place][0], "d MMM", locale=LOCALE), (place // every) % 2 == 1)
        for place in range(0, len(days), every)
    )


def _finding(days: Sequence[tuple[date, int]]) -> str:
    total = sum(count for _, count in days)
    if total == 0:
        return "Nobody has joined yet."
    day, most = max(days, key=lambda each: each[1])
    return f"{people(total)} joined in {number(len(days))} days, most of them on {format_on(day)}: {number(most)}."
