"""Money, days and times as people read them in letters. English for now; all of it goes through Babel."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from campaigns.foundation.money import Money, currency

_LOCALE = "en_US"


def money(amount: Money) -> str:
    """`$38`, `$38.50`, `¥3,800`, `KWD 12.500`: decimals only where there are any."""
    decimals = currency(amount.currency).exponent
    whole = amount.amount_minor % 10**decimals == 0
    # A pattern of our own loses the space that stands between a code and its figures.
    sign = (
        "¤"
        if get_currency_symbol(amount.currency, locale=_LOCALE) != amount.currency
        else "¤\N{NO-BREAK SPACE}"
    )
    pattern = f"{sign}#,##0" if whole else f"{sign}#,##0." + "0" * decimals
    return format_currency(amount.decimal, amount.currency, pattern, locale=_LOCALE, currency_digits=False)


def number(value: int) -> str:
    """`1,200`."""
    return format_decimal(value, locale=_LOCALE)


def time_at(instant: datetime, zone: str) -> str:
    """`Fri 28 Nov, 18:00 (Los Angeles)`: local time with the city its zone is named after (U67)."""
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{format_datetime(instant, 'EEE d MMM, HH:mm', tzinfo=ZoneInfo(zone), locale=_LOCALE)} ({city})"


def day_on(day: date) -> str:
    """`28 Nov 2026`."""
    return format_date(day, "d MMM yyyy", locale=_LOCALE)
