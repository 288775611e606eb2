"""Money, numbers, dates and times as people read them (U66, U67)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.foundation.money import Money
from storefront.formats import (
    format_at,
    format_money,
    format_on,
    iso,
    minutes_ago,
    number,
    people,
    percent,
    zone_city,
)

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Money(3800, "USD"), "$38"),
        (Money(3850, "USD"), "$38.50"),
        (Money(0, "USD"), "$0"),
        (Money(123456700, "USD"), "$1,234,567"),
        (Money(5, "USD"), "$0.05"),
        (Money(3800, "JPY"), "¥3,800"),
        (Money(3800, "EUR"), "€38"),
        (Money(12500, "ISK"), "ISK 125"),
    ],
)
def test_money_shows_decimals_only_where_there_are_any(amount: Money, shown: str) -> None:
    assert format_money(amount).replace("\xa0", " ") == shown


def test_a_time_names_the_place_whose_clock_it_is() -> None:
    """U67"""
    closes_at = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
    assert format_at(closes_at, "America/Los_Angeles", "Portland") == "Fri 27 Nov, 18:00 (Portland)"
    assert format_at(closes_at, "America/Los_Angeles") == "Fri 27 Nov, 18:00 (Los Angeles)"
    assert format_at(closes_at, "Asia/Shanghai") == "Sat 28 Nov, 10:00 (Shanghai)"


def test_a_zone_is_called_after_its_place() -> None:
    assert [zone_city(zone) for zone in ("Europe/Berlin", "America/New_York", "UTC")] == [
        "Berlin",
        "New York",
        "UTC",
    ]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (240, "4 minutes ago"),
        (3600, "1 hour ago"),
        (7200, "2 hours ago"),
        (86400, "1 day ago"),
    ],
)
def test_relative_times_are_never_finer_than_a_minute(seconds: int, shown: str) -> None:
    """U56"""
    assert minutes_ago(NOW - timedelta(seconds=seconds), NOW) == shown


def test_one_person_is_not_one_people() -> None:
    assert [people(count) for count in (0, 1, 2, 1200)] == [
        "0 people",
        "1 person",
        "2 people",
        "1,200 people",
    ]


def test_numbers_percentages_dates_and_instants_have_one_form_each() -> None:
    assert number(1200) == "1,200"
    assert percent(0.406) == "41%"
    assert format_on(date(2026, 11, 28)) == "28 Nov 2026"
    assert iso(datetime(2026, 11, 28, 2, 0, 9, 5, tzinfo=UTC)) == "2026-11-28T02:00:09Z"
