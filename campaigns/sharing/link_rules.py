"""What a share link may be, what a click was, and which link an order is credited to. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BUYER, ADVOCATE, MERCHANT = "buyer", "advocate", "merchant"
OWNER_KINDS = (BUYER, ADVOCATE, MERCHANT)
# `own` is whoever owns the link, `preview` a network drawing the card, `prefetch` a browser that guesses ahead.
PERSON, REPEAT, UNSURE, OWN = "person", "repeat", "unsure", "own"
PROGRAM, PREVIEW, PREFETCH = "program", "preview", "prefetch"
CLICK_KINDS = (PERSON, REPEAT, UNSURE, OWN, PROGRAM, PREVIEW, PREFETCH)
# A person stands behind these, so an order may follow; only `person` is counted.
OF_PEOPLE = (PERSON, REPEAT, UNSURE)
DEDUPE = timedelta(hours=1)
# Where a link was passed on: the last part of its address. Anything else counts as `other`.
CHANNELS = (
    "native",
    "qr",
    "mail",
    "weibo",
    "x",
    "facebook",
    "whatsapp",
    "line",
    "telegram",
    "bluesky",
    "mastodon",
    "webhook",
    "wall",
    "poster",
)
OTHER = "other"
_FAMILY_FIRST = re.compile("[\u3400-\u9fff\uac00-\ud7a3]{2}")
REFERRAL_HOURS = 72


@dataclass(frozen=True)
class Followed:
    """One click as the credit rule sees it.

    `reaches`: its link's deal is the order's, or one of the same campaign. `above` are the accounts that brought the
    owner, and those that brought them. `insider`: the owner is of the merchant or the platform.
    """

    click_id: str
    link_id: str
    channel: str
    at: datetime
    kind: str
    owner_id: str | None
    reaches: bool = True
    insider: bool = False
    above: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Joining:
    """Who joins and when; `hours` are the campaign's `referral_hours`."""

    buyer_id: str
    at: datetime
    hours: int = REFERRAL_HOURS


def referrer(followed: Sequence[Followed], joining: Joining) -> Followed | None:
    """The click an order is credited to: the last one within the hours before joining, or none (R84).

    One's own link is passed over as if it had not been followed. If the last other link may not be credited
    (an insider's, or one that closes a ring), nobody is.
    """
    earliest = joining.at - timedelta(hours=joining.hours)
    fitting = [
        click
        for click in followed
        if click.reaches
        and click.kind in OF_PEOPLE
        and click.owner_id != joining.buyer_id
        and earliest <= click.at <= joining.at
    ]
    last = max(fitting, key=lambda click: (click.at, click.click_id), default=None)
    if last is None or last.insider or joining.buyer_id in last.above:
        return None
    return last


def channel_of(text: str) -> str:
    """The channel an address names; "" for the bare link, `other` for what nobody knows."""
    return text if not text or text in CHANNELS else OTHER


def short_name(typed: str) -> str:
    """First name and initial: "Ada Byron" becomes "Ada B."; "" where nothing fit to show was typed (U56).

    A Chinese, Japanese or Korean name in one word begins with the family's: of it only the first character stays.
    """
    # Signs that nobody sees could turn the text around them, or be refused by a database.
    words = "".join(sign for sign in typed if sign.isprintable() or sign.isspace()).split()
    if not words or not words[0][0].isalpha():
        return ""
    first, last = words[0][:20], words[-1]
    if len(words) > 1:
        return f"{first} {last[0].upper()}." if last[0].isalpha() else first
    return f"{first[0]}*" if _FAMILY_FIRST.match(first) else first
