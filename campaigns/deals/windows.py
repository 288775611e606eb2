"""Wall time in a zone and the instant it stands for (R14, R15). Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from campaigns.foundation.errors import Refusal

_LENGTH = re.compile(r"([+-])(?=\d)(?:(\d{1,4})d)?\s*(?:(\d{1,5})h)?\s*(?:(\d{1,6})m)?")


class UnknownZone(Refusal):
    code = "unknown_zone"
    sentence = "{zone} is not a time zone. Name one such as America/Los_Angeles or Asia/Tokyo."


def zone_named(name: str) -> ZoneInfo:
    """Raises UnknownZone."""
    if name not in _zones():
        raise UnknownZone(zone=name or "Nothing")
    return ZoneInfo(name)


@cache
def _zones() -> set[str]:
    """Every name there is: finding out walks thousands of files."""
    return available_timezones()


def opening(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: the earlier where it occurs twice, moved forward where it is skipped."""
    return _instant(wall, zone, fold=0)


def closing(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: the later where it occurs twice, moved forward where it is skipped."""
    # The reading before a skipped hour is the later of the two; after a repeated one the second is.
    return max(_instant(wall, zone, fold=0), _instant(wall, zone, fold=1))


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """When a day has ended: the first instant of the next, even if midnight is skipped or repeated (R15)."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return _instant(midnight, zone, fold=0)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 1 March where 29 February is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def is_relative(text: str) -> bool:
    """Whether a time is written as a distance from now: `-2d`, `+3h`, `+1d12h`, `+40m`."""
    return _LENGTH.fullmatch(text.strip()) is not None


def relative(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The wall time at a distance from now, cut to the minute: days are calendar days, hours elapse (R16)."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a distance in time")
    sign = -1 if found[1] == "-" else 1
    days, hours, minutes = (sign * int(part or 0) for part in found.groups()[1:])
    wall = now.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    instant = opening(wall, zone) + timedelta(hours=hours, minutes=minutes)
    return instant.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0, fold=0)


def _instant(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
