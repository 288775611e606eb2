"""The estimate of a lift with its interval, no lift, and the smallest lift the campaign could see."""

from __future__ import annotations

import math
from dataclasses import dataclass

from storefront.charts.scale import Numbers, Scale, Tick, round_steps, spread
from storefront.formats import percent


@dataclass(frozen=True)
class LiftChart:
    """Positions in percent of the width. `open_low`, `open_high`: the interval goes on beyond the chart."""

    finding: str
    ticks: tuple[Tick, ...]
    none_at: float
    estimate_at: float
    low_at: float
    high_at: float
    open_low: bool
    open_high: bool
    marks: tuple[float, ...]
    mark_label: str
    numbers: Numbers


def lift_chart(
    value: float, low: float, high: float, *, smallest: float | None, confidence: str
) -> LiftChart:
    """Relative lifts as shares of one; an infinite bound, or −1, has no end on its side."""
    # A bound or a mark far outside would squeeze all else: the chart ends at four times the estimate's own scale.
    reach = 4 * max(abs(value), 0.25)
    shown_low, shown_high = max(low, -reach, -1.0), min(high, reach)
    marks = [-smallest, smallest] if smallest is not None and smallest <= reach else []
    least, most = spread([0.0, value, shown_low, shown_high, *marks])
    steps = round_steps(max(least, -1.0), most)
    scale = Scale(steps[0], steps[-1])
    ticks = tuple(Tick(scale.at(at), signed_percent(at), place % 2 == 1) for place, at in enumerate(steps))
    words = (signed_percent(value), _bound(low), _bound(high))
    return LiftChart(
        finding=_finding(low, high, words, confidence),
        ticks=ticks,
        none_at=scale.at(0.0),
        estimate_at=scale.at(value),
        low_at=scale.at(shown_low),
        high_at=scale.at(shown_high),
        open_low=low < shown_low,
        open_high=high > shown_high,
        marks=tuple(scale.at(mark) for mark in marks if mark > -1),
        mark_label=_mark_label(smallest, shown=bool(marks)),
        numbers=_numbers(words, smallest),
    )


def _mark_label(smallest: float | None, *, shown: bool) -> str:
    if smallest is None:
        return ""
    beyond = "" if shown else ", beyond the chart"
    return f"Smallest lift it could see: {percent(smallest)}{beyond}"


def signed_percent(share: float) -> str:
    """`+22%`, `−8%`, `0%`."""
    sign = "+" if share > 0 else "−" if share < 0 else ""
    return f"{sign}{percent(abs(share))}"


def _bound(value: float) -> str:
    return "no limit" if math.isinf(value) else signed_percent(value)


def _finding(low: float, high: float, words: tuple[str, str, str], confidence: str) -> str:
    where = "contains no lift at all" if low <= 0 <= high else "leaves out no lift"
    return f"Lift of about {words[0]}; the {confidence} interval from {words[1]} to {words[2]} {where}."


def _numbers(words: tuple[str, str, str], smallest: float | None) -> Numbers:
    rows = [("Estimate", words[0]), ("Lower bound", words[1]), ("Upper bound", words[2])]
    if smallest is not None:
        rows.append(("Smallest lift it could see", percent(smallest)))
    return Numbers(("What", "Lift"), tuple(rows))
