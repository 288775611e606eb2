"""Figures of fewer than ten people are not shown by themselves, nor to be had by subtraction. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from campaigns.sharing.credit import DIRECT, CreditLine

_Day = TypeVar("_Day")

FEWEST_PEOPLE = 10
MERGED, ATTRIBUTED = "other", "attributed"
_SUMS = ("clicks", "orders", "captured", "gross_minor", "collected_minor", "refunded_minor")


@dataclass(frozen=True)
class CreditRow:
    """What several orders with one source brought, in minor units. `merged` says of how many rows it is the sum.

    `source` is a channel, the id of a link, `direct`, or `other` for rows too small to stand alone.
    """

    source: str
    clicks: int
    orders: int
    captured: int
    gross_minor: int
    collected_minor: int
    refunded_minor: int
    merged: int = 1

    @property
    def net_minor(self) -> int:
        return self.collected_minor - self.refunded_minor

    @property
    def is_small(self) -> bool:
        """Some people, but fewer than ten: those who clicked, those who ordered, or those who were charged."""
        return any(0 < count < FEWEST_PEOPLE for count in (self.clicks, self.orders, self.captured))


def by_channel(lines: Sequence[CreditLine]) -> tuple[CreditRow, ...]:
    """One row per channel, `direct` among them; the small ones together."""
    return _merged([(DIRECT if line.link_id is None else line.channel, line) for line in lines])


def by_link(lines: Sequence[CreditLine]) -> tuple[CreditRow, ...]:
    """One row per link over all its channels, `direct` among them; the small ones together."""
    return _merged([(line.link_id or DIRECT, line) for line in lines])


def attributed(lines: Sequence[CreditLine]) -> CreditRow | None:
    """All that followed a link; None where it, or the rest that followed none, is of too few people."""
    followed = _added(ATTRIBUTED, [line for line in lines if line.link_id is not None])
    rest = _added(DIRECT, [line for line in lines if line.link_id is None])
    return None if followed.is_small or rest.is_small else followed


def _added(source: str, lines: Sequence[CreditLine]) -> CreditRow:
    return CreditRow(source, **{name: sum(getattr(line, name) for line in lines) for name in _SUMS})


def _merged(named: Sequence[tuple[str, CreditLine]]) -> tuple[CreditRow, ...]:
    rows: dict[str, CreditRow] = {}
    for source, line in named:
        sums = {name: getattr(line, name) + getattr(rows.get(source), name, 0) for name in _SUMS}
        rows[source] = CreditRow(source, **sums)
    every = [row for row in rows.values() if row.clicks or row.orders]
    shown, hidden = _apart(every)
    ordered = sorted(shown, key=lambda row: (-row.net_minor, -row.orders, row.source))
    return tuple([*ordered, _sum(hidden)] if hidden else ordered)


def _apart(rows: Sequence[CreditRow]) -> tuple[list[CreditRow], list[CreditRow]]:
    """Hide what is small, and one row more as long as the hidden ones together would give one of them away."""
    hidden = [row for row in rows if row.is_small]
    shown = sorted((row for row in rows if not row.is_small), key=lambda row: (row.orders, row.source))
    while hidden and shown and (len(hidden) < 2 or _sum(hidden).is_small):
        hidden.append(shown.pop(0))
    return shown, hidden


def _sum(rows: Sequence[CreditRow]) -> CreditRow:
    sums = {name: sum(getattr(row, name) for row in rows) for name in _SUMS}
    return CreditRow(MERGED, **sums, merged=len(rows))


def shown_count(people: int) -> int | None:
    """The count itself; None where it is of one to nine people."""
    return None if 0 < people < FEWEST_PEOPLE else people


def shown_days(days: Sequence[_Day], *totals: int) -> tuple[_Day, ...]:
    """The days themselves; none of them where one of the totals they add up to may not be shown."""
    return () if any(shown_count(total) is None for total in totals) else tuple(days)
