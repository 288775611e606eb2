"""Addresses of static files, icons, and the template environment every page is rendered with."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from storefront import (
    campaign_words,
    formats,
    meter,
    order_words,
    share_intents,
    structured_data,
    voucher_words,
    words,
)
from storefront.qr import qr

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
MANIFEST = STATIC / "dist" / "manifest.json"
SPRITE = "img/icons.svg"


_ICON = Markup(
    '<svg class="icon" width="{0}" height="{0}" aria-hidden="true" focusable="false">'
    '<use href="{1}#{2}"/></svg>'
)


class UnknownAsset(LookupError):
    """A template names a static file that the set-up did not produce."""


class UnknownIcon(LookupError):
    """A template names an icon that the sprite does not hold."""


@cache
def manifest() -> dict[str, str]:
    """Logical name to path below storefront/static/. Raises UnknownAsset before the set-up has run."""
    try:
        names: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnknownAsset(f"{MANIFEST} is missing: run tools/front_end.py") from None
    return names


def static_url(name: str) -> str:
    """The only way to write a static address (U30). Raises UnknownAsset."""
    try:
        return f"/static/{manifest()[name]}"
    except KeyError:
        raise UnknownAsset(name) from None


@cache
def icon_names() -> frozenset[str]:
    """The symbols of our sprite."""
    return frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / SPRITE).read_text(encoding="utf-8")))


def icon(name: str, size: int = 20) -> Markup:
    """An icon as decoration: words stand beside it, or its button has a name (U73). Raises UnknownIcon."""
    if name not in icon_names():
        raise UnknownIcon(name)
    return _ICON.format(size, static_url(SPRITE), name)


FILTERS = {
    "ago": formats.minutes_ago,
    "at": formats.format_at,
    "iso": formats.iso,
    "money": formats.format_money,
    "number": formats.number,
    "on": formats.format_on,
    "people": formats.people,
    "percent": formats.percent,
    "time_of_day": formats.time_of_day,
}

GLOBALS = {
    "bar_steps": meter.bar_steps,
    "campaign_words": campaign_words,
    "day_and_time": formats.day_and_time,
    "fill_width": meter.fill_width,
    "icon": icon,
    "intent_address": share_intents.intent_address,
    "mastodon_address": share_intents.MASTODON,
    "order_words": order_words,
    "plural": formats.plural,
    "product": structured_data.product,
    "qr": qr,
    "share_intents": share_intents.INTENTS,
    "static_url": static_url,
    "steps": meter.steps,
    "time_of_day": formats.time_of_day,
    "voucher_words": voucher_words,
    "words": words,
    "zone_city": formats.zone_city,
}


@cache
def environment() -> Environment:
    """Autoescaping, strict about names, with the filters and globals of this module registered."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(FILTERS)
    env.globals.update(GLOBALS)
    return env
