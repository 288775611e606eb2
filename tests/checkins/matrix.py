"""The matrix of check-ins: what every kind of attempt is answered, as data.

At a venue of radius 150 m that takes positions of at most 100 m and 120 s. `distance_m` is to its middle,
`age_s` below zero a clock ahead of ours, `speed_mps` what the way from the last venue asks, `wrong_before` how
many wrong codes came before. `malformed` is refused as no position at all.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("check_in_matrix.csv")


@dataclass(frozen=True)
class Case:
    source: str
    accuracy_m: float | None
    distance_m: float | None
    age_s: float | None
    code: str
    replay: str
    speed_mps: float
    wrong_before: int
    state: str
    reason: str
    flags: frozenset[str]


def read_matrix() -> list[Case]:
    with _FILE.open(newline="") as file:
        return [_case(row) for row in csv.DictReader(file)]


def _case(row: dict[str, str]) -> Case:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Case(
        source=row["source"],
        accuracy_m=number("accuracy_m"),
        distance_m=number("distance_m"),
        age_s=number("age_s"),
        code=row["code"],
        replay=row["replay"],
        speed_mps=float(row["speed_mps"]),
        wrong_before=int(row["wrong_before"]),
        state=row["state"],
        reason=row["reason"],
        flags=frozenset(row["flags"].split()),
    )
