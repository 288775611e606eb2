"""Local times and the instants they stand for (R14, R15, R16)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.deals.windows import (
    UnknownZone,
    closing,
    end_of,
    is_relative,
    opening,
    relative,
    years_after,
    zone_named,
)
from tests.deals.drafts import NOON


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ORDINARY = [
    ("America/Los_Angeles", "2026-11-27 18:00", "2026-11-28 02:00"),
    ("Asia/Kathmandu", "2026-11-27 18:00", "2026-11-27 12:15"),
    ("UTC", "2026-11-27 18:00", "2026-11-27 18:00"),
]
SKIPPED = [
    ("America/Los_Angeles", "2027-03-14 02:30", "2027-03-14 10:30"),  # 03:30 summer time
    ("Europe/Berlin", "2027-03-28 02:00", "2027-03-28 01:00"),  # 03:00 summer time
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45"),  # half an hour is skipped
    ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00"),  # a whole day is skipped
]
TWICE = [
    ("America/Los_Angeles", "2026-11-01 01:30", "2026-11-01 08:30", "2026-11-01 09:30"),
    ("Europe/Berlin", "2026-10-25 02:00", "2026-10-25 00:00", "2026-10-25 01:00"),
    ("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03 14:45", "2027-04-03 15:15"),
]


@pytest.mark.parametrize(("zone", "wall", "instant"), ORDINARY)
def test_an_ordinary_wall_time_is_one_instant(zone: str, wall: str, instant: str) -> None:
    typed = datetime.fromisoformat(wall)
    assert opening(typed, ZoneInfo(zone)) == closing(typed, ZoneInfo(zone)) == utc(instant)


@pytest.mark.parametrize(("zone", "wall", "instant"), SKIPPED)
def test_a_wall_time_skipped_in_spring_moves_forward(zone: str, wall: str, instant: str) -> None:
    """R14."""
    typed = datetime.fromisoformat(wall)
    assert opening(typed, ZoneInfo(zone)) == closing(typed, ZoneInfo(zone)) == utc(instant)
    assert opening(typed, ZoneInfo(zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) > typed


@pytest.mark.parametrize(("zone", "wall", "earlier", "later"), TWICE)
def test_a_wall_time_that_occurs_twice_opens_earlier_and_closes_later(
    zone: str, wall: str, earlier: str, later: str
) -> None:
    """R14."""
    typed = datetime.fromisoformat(wall)
    assert opening(typed, ZoneInfo(zone)) == utc(earlier)
    assert closing(typed, ZoneInfo(zone)) == utc(later)


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("America/Los_Angeles", "2026-11-27", "2026-11-28 08:00"),
        ("Asia/Tokyo", "2026-11-27", "2026-11-27 15:00"),
        ("America/Havana", "2027-03-13", "2027-03-14 05:00"),  # midnight is skipped: the day starts at 01:00
        (
            "America/Havana",
            "2026-10-31",
            "2026-11-01 04:00",
        ),  # midnight occurs twice: the first one starts the day
        ("Pacific/Apia", "2011-12-29", "2011-12-30 10:00"),  # the next day never was
    ],
)
def test_a_last_day_ends_when_the_next_one_starts(zone: str, day: str, instant: str) -> None:
    """R15."""
    assert end_of(date.fromisoformat(day), ZoneInfo(zone)) == utc(instant)


@given(
    st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2030-01-01")),
    st.sampled_from(["Europe/Lisbon", "America/Toronto", "Australia/Lord_Howe", "Africa/Casablanca"]),
)
def test_a_closing_is_never_before_the_opening_of_the_same_wall_time(wall: datetime, name: str) -> None:
    """R14: at most the repeated time lies between them, and what is read back is never earlier than typed."""
    zone = ZoneInfo(name)
    assert timedelta() <= closing(wall, zone) - opening(wall, zone) <= timedelta(hours=1)
    assert opening(wall, zone).astimezone(zone).replace(tzinfo=None) >= wall


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "america/los_angeles", "PDT"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_named(name)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("-2d", "2026-11-22 04:00"),
        ("+3h", "2026-11-24 07:00"),
        ("+45m", "2026-11-24 04:45"),
        ("+1d12h", "2026-11-25 16:00"),
        ("-23d", "2026-11-01 04:00"),
        ("-24d", "2026-10-31 04:00"),  # the same hour of the day, across the end of summer time
    ],
)
def test_distances_count_calendar_days_and_elapsed_hours(text: str, wall: str) -> None:
    """R16."""
    assert is_relative(text)
    assert relative(text, NOON, ZoneInfo("America/Los_Angeles")) == datetime.fromisoformat(wall)


def test_across_a_clock_change_a_day_is_not_24_hours() -> None:
    """R16: on 31 October 2026 at noon in Los Angeles one day is 25 hours away."""
    now, zone = utc("2026-10-31 19:00"), ZoneInfo("America/Los_Angeles")
    assert relative("+1d", now, zone) == datetime.fromisoformat("2026-11-01 12:00")
    assert relative("+24h", now, zone) == datetime.fromisoformat("2026-11-01 11:00")


@pytest.mark.parametrize("text", ["", "2d", "+", "-", "+d", "+2w", "2026-11-24", "+1h1d", "+99999d"])
def test_what_is_no_distance_is_not_read_as_one(text: str) -> None:
    assert not is_relative(text)
    with pytest.raises(ValueError, match="not a distance"):
        relative(text, NOON, ZoneInfo("UTC"))


def test_a_leap_day_has_its_anniversary_on_the_first_of_march() -> None:
    assert years_after(date(2028, 2, 29), 5) == date(2033, 3, 1)
    assert years_after(date(2027, 11, 27), 5) == date(2032, 11, 27)
