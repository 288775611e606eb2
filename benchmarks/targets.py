"""The ratios the project promises, and when one is met. A bare time or rate is never a target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True)
class Target:
    """`what` says what is divided by what; `unit` is the limit's name. A ratio of `=` counts by its worst round."""

    relation: Literal["<=", ">=", "="]
    bound: float
    unit: str
    what: str

    def __str__(self) -> str:
        return f"{self.relation} {self.bound:g}"

    def judged(self, ratios: Sequence[float]) -> float:
        """The one ratio that stands for all rounds."""
        if self.relation == "=":
            return max(ratios, key=lambda ratio: abs(ratio - self.bound))
        return median(ratios)

    def met(self, ratio: float) -> bool:
        if self.relation == "=":
            return ratio == self.bound
        return ratio <= self.bound if self.relation == "<=" else ratio >= self.bound


_BARE, _PGBENCH, _LOOP = "x bare handler", "x pgbench CTE", "x bare loop"

TARGETS: dict[str, Target] = {
    "P1a": Target("<=", 3, _BARE, "CPU of a deal page that was asked for before"),
    "P1b": Target("<=", 15, _BARE, "CPU of a deal page that no cache holds"),
    "P2a": Target("<=", 3, _BARE, "CPU of a deal as JSON that was asked for before"),
    "P2b": Target("<=", 11, _BARE, "CPU of a deal as JSON that no cache holds"),
    "P3a": Target(">=", 1.5, _PGBENCH, "joins a second on one deal, PostgreSQL, 32 connections"),
    "P3b": Target(">=", 0.4, _PGBENCH, "the same, one join in each commit"),
    "P3c": Target(">=", 4, _LOOP, "joins a second on one deal, SQLite with FULL sync"),
    "P3d": Target("=", 1, "units sold / capacity", "asked for twice the capacity, two processes"),
    "P3e": Target(
        "=", 1, "found / acknowledged", "acknowledged orders in the database; counter / sum of units"
    ),
    "P3f": Target("=", 1, "first answers / repeats", "repeated requests, half of them while the first runs"),
    "P3g": Target(">=", 1.3, "x one process", "joins a second of two processes, 128 connections"),
    "P5a": Target("<=", 15, _BARE, "CPU of a redemption"),
    "P5b": Target("=", 1, "successes", "one code presented 64 times by 32 clients"),
}


@dataclass
class Measured:
    """One measure over all its rounds. A fault, such as an unexpected status, fails it whatever the ratio is."""

    bench: str
    ratios: list[float] = field(default_factory=list)
    rounds: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def target(self) -> Target:
        return TARGETS[self.bench]

    @property
    def ratio(self) -> float:
        return self.target.judged(self.ratios)

    @property
    def ok(self) -> bool:
        return not self.faults and bool(self.ratios) and self.target.met(self.ratio)

    def line(self) -> dict[str, Any]:
        """What is printed. Without a single round there is no ratio, and nothing is met."""
        shown = (
            [_short(value) for value in (self.ratio, min(self.ratios), max(self.ratios))]
            if self.ratios
            else []
        )
        ratio, least, most = shown or (None, None, None)
        return {
            "bench": self.bench,
            "ratio": ratio,
            "min": least,
            "max": most,
            "unit": self.target.unit,
            "target": str(self.target),
            "ok": self.ok,
        }


def _short(ratio: float) -> float:
    return float(f"{ratio:.6g}") if abs(ratio - 1) < 0.01 else float(f"{ratio:.3g}")


def exit_status(measured: Iterable[Measured]) -> int:
    """0 if every target is met, else 1; nothing measured is not a success."""
    oks = [one.ok for one in measured]
    return 0 if oks and all(oks) else 1
