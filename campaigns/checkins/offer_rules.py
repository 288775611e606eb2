"""Who has earned what by coming: every n-th visit, and enough people at once (R78). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

OFFER_KINDS = ("loyalty", "swarm")


@dataclass(frozen=True)
class Visit:
    """An accepted check-in of a person at one venue; `local_on` is the day there."""

    check_in_id: str
    account_id: str
    at: datetime
    local_on: date


def counted(visits: Sequence[Visit]) -> list[Visit]:
    """One per person and local day, the earliest, in the order of time (R78)."""
    first: dict[tuple[str, date], Visit] = {}
    for visit in sorted(visits, key=lambda visit: (visit.at, visit.check_in_id)):
        first.setdefault((visit.account_id, visit.local_on), visit)
    return list(first.values())


def loyal(visits: Sequence[Visit], every: int) -> list[tuple[int, Visit]]:
    """Of one person's visits those that complete a round, each with the number of the round, from 1."""
    return [
        (place // every, visit) for place, visit in enumerate(counted(visits), start=1) if place % every == 0
    ]


def swarmed(visits: Sequence[Visit], size: int, hours: int) -> dict[str, Visit]:
    """Everybody who was there when `size` distinct people had come within the last `hours`, with their visit.

    Looked at from every visit, so it does not matter which of them we hear of first.
    """
    found: dict[str, Visit] = {}
    mine = counted(visits)
    for last in mine:
        since = last.at - timedelta(hours=hours)
        there = [visit for visit in mine if since < visit.at <= last.at]
        if len({visit.account_id for visit in there}) >= size:
            for visit in there:
                found.setdefault(visit.account_id, visit)
    return found
