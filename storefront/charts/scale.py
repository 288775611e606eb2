"""From values to percent of a chart's width or height."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """A grid line at `at` percent with its words. `minor` ones are left out on narrow charts."""

    at: float
    label: str
    minor: bool = False


@dataclass(frozen=True)
class Numbers:
    """The table below a chart: every value that was drawn. The first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Scale:
    """Linear, from `low` at 0 to `high` at 100 percent."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Percent of the way, never outside of the chart."""
        if self.high <= self.low:
            return 0.0
        return round(100 * min(1.0, max(0.0, (value - self.low) / (self.high - self.low))), 2)


def round_steps(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, in steps of 1, 2 or 5 times a power of ten."""
    span = max(high - low, 1e-9)
    power = 10 ** math.floor(math.log10(span / most))
    step = next(power * by for by in (1, 2, 5, 10) if span / (power * by) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)]


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The least and the greatest finite value; 0 and 1 where there is none."""
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (0.0, 1.0)
