"""What placeholders stand for, read from a deal at one instant and written in one language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from sqlalchemy import select

from campaigns.deals.views import DealView
from campaigns.foundation.money import Money, currency
from campaigns.foundation.store import Unit
from campaigns.sharing.rows import shown_names

# Words that a post says by itself, by language. A merchant may write templates in these.
WHO_PAYS = {
    "en": "Ad by {merchant}",
    "zh-Hans": "广告：{merchant}",
    "es": "Publicidad de {merchant}",
    "de": "Anzeige von {merchant}",
    "fr": "Publicité de {merchant}",
    "ja": "広告：{merchant}",
}
SOMEBODY = {
    "en": "Someone",
    "zh-Hans": "有人",
    "es": "Alguien",
    "de": "Jemand",
    "fr": "Quelqu’un",
    "ja": "どなたか",
}


@dataclass(frozen=True)
class Telling:
    """In which language, when, with which link, and whose join is told of, if anybody's."""

    language: str
    at: datetime
    link: str
    buyer: str = ""


async def buyer_of(unit: Unit, order_id: str) -> str:
    """How the buyer of an order agreed to be called: first name and initial, or "" (U56)."""
    name = await unit.value(select(shown_names.c.name).where(shown_names.c.order_id == order_id))
    return str(name or "")


def values_of(deal: DealView, telling: Telling) -> Mapping[str, str]:
    """Every placeholder as text. Counts are those that tip the deal (R64); times are in the deal's zone (U67)."""
    tag = telling.language
    merchant = plain(deal.merchant_name)
    return {
        "title": plain(deal.title),
        "merchant": merchant,
        "city": plain(deal.city),
        "price": _money(deal.price_now, tag),
        "joined": _number(deal.buyers_active, tag),
        "missing": _missing(deal, tag),
        "at": _time(telling.at, deal.zone, tag),
        "closes": _closes(deal, tag),
        "buyer": _name(telling.buyer) or SOMEBODY[tag],
        "link": telling.link,
        "who_pays": WHO_PAYS[tag].format_map({"merchant": merchant}),
    }


def plain(text: str) -> str:
    """One line without control signs; what would call somebody up at a network is written so that it does not."""
    kept = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Co"))
    return " ".join("".join(kept).split()).replace("@", "＠").replace("://", ":∕∕")


def _name(text: str) -> str:
    """A buyer types this, so it holds letters and what stands between them, and can hold no address."""
    text = plain(text)
    body = text[:-1] if text.endswith((".", "*")) else text
    fits = all(sign in " -'’" or unicodedata.category(sign)[0] in "LM" for sign in body)
    return text if fits and body.strip() else ""


def _missing(deal: DealView, tag: str) -> str:
    if deal.threshold_counts == "money":
        return _money(Money(deal.missing, deal.currency), tag)
    return _number(deal.missing, tag)


def locale_of(tag: str) -> Locale:
    """The formats of a language tag; English where none are known."""
    try:
        return Locale.parse("en_US" if tag == "en" else tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_US")


def _money(amount: Money, tag: str) -> str:
    locale, exponent = locale_of(tag), currency(amount.currency).exponent
    whole = amount.amount_minor % 10**exponent == 0
    sign = "¤\u00a0" if get_currency_symbol(amount.currency, locale)[-1].isalpha() else "¤"
    digits = "#,##0" if whole else "#,##0." + "0" * exponent
    pattern = f"{digits}\u00a0¤" if tag in ("de", "es", "fr") else f"{sign}{digits}"
    return format_currency(amount.decimal, amount.currency, pattern, locale=locale, currency_digits=False)


def _number(value: int, tag: str) -> str:
    return format_decimal(value, locale=locale_of(tag))


def _time(instant: datetime, zone: str, tag: str) -> str:
    return format_time(instant.astimezone(ZoneInfo(zone)).time(), "HH:mm", locale=locale_of(tag))


def _closes(deal: DealView, tag: str) -> str:
    """`Fri 28 Nov, 18:00 (Los Angeles)`: the zone is always named."""
    city = deal.zone.rsplit("/", 1)[-1].replace("_", " ")
    day = "MMMd日 EEE" if tag in ("zh-Hans", "ja") else "EEE d MMM"
    local = deal.closes_at.astimezone(ZoneInfo(deal.zone))
    return f"{format_date(local.date(), day, locale=locale_of(tag))}, {_time(local, deal.zone, tag)} ({city})"
