"""Money, numbers, dates and times as people read them (U66, U67). Pure; the moment is always an argument.

English for now. Every number, date and plural goes through Babel, so that a second language finds one door.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol

from campaigns.foundation.money import Money, currency

LOCALE = "en_US"


def format_money(amount: Money) -> str:
    """`$38`, `$38.50`, `¥3,800`: decimals appear only where there are any."""
    exponent = currency(amount.currency).exponent
    whole = amount.amount_minor % 10**exponent == 0
    # A sign such as $ stands close to the number; letters such as ISK keep a space that does not break.
    sign = "¤\u00a0" if get_currency_symbol(amount.currency, LOCALE)[-1].isalpha() else "¤"
    pattern = f"{sign}#,##0" if whole else f"{sign}#,##0." + "0" * exponent
    return format_currency(amount.decimal, amount.currency, pattern, locale=LOCALE, currency_digits=False)


def number(value: int) -> str:
    """`1,200`."""
    return format_decimal(value, locale=LOCALE)


def percent(share: float) -> str:
    """A share of one as `41%`."""
    return format_percent(share, "#,##0%", locale=LOCALE)


def zone_city(zone: str) -> str:
    """The place an IANA zone is named after: `America/Los_Angeles` is `Los Angeles`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def format_at(instant: datetime, zone: str, city: str | None = None) -> str:
    """`Fri 28 Nov, 18:00 (Portland)`: local time of the zone, which is always named (U67)."""
    return f"{day_and_time(instant, zone)} ({city or zone_city(zone)})"


def day_and_time(instant: datetime, zone: str) -> str:
    """`Fri 28 Nov, 18:00`, for a second time beside one whose zone is named."""
    return format_datetime(instant, "EEE d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale=LOCALE)


def time_of_day(instant: datetime, zone: str) -> str:
    """`18:00`."""
    return format_datetime(instant, "HH:mm", tzinfo=ZoneInfo(zone), locale=LOCALE)


def local_day(instant: datetime, zone: str) -> str:
    """`28 Nov`, the day it is in the zone."""
    return format_datetime(instant, "d MMM", tzinfo=ZoneInfo(zone), locale=LOCALE)


def format_on(day: date) -> str:
    """`28 Nov 2026`."""
    return format_date(day, "d MMM yyyy", locale=LOCALE)


def iso(instant: datetime) -> str:
    """The instant for a `datetime` attribute: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def minutes_ago(instant: datetime, now: datetime) -> str:
    """`just now`, `4 minutes ago`, `2 hours ago`: relative to the minute, never finer (U56)."""
    elapsed = now - instant
    if elapsed.total_seconds() < 60:
        return "just now"
    return format_timedelta(-elapsed, "minute", threshold=1, add_direction=True, format="long", locale=LOCALE)


def people(count: int) -> str:
    """`1 person`, `20 people`."""
    return plural(count, "person", "people")


def plural(count: int, one: str, many: str) -> str:
    """`1 voucher`, `1,200 vouchers`."""
    return f"{number(count)} {one if count == 1 else many}"
