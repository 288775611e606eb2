"""From a draft as people typed it to the plan it stands for. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.deals.draft import Draft
from campaigns.deals.plan import DealPlan, OfferPlan, Plan
from campaigns.deals.rules import LANGUAGES, PAID_VALUE_YEARS, THRESHOLD_COUNTS, Tier
from campaigns.deals.typed import Reader
from campaigns.deals.windows import (
    UnknownZone,
    closing,
    end_of,
    local_day,
    opening,
    years_after,
    zone_named,
)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_IMAGE = re.compile(r"img/deals/[a-z0-9][a-z0-9-]*\.(?:svg|png|jpg|webp)")
LEAVE_BEFORE_TIP = ("allowed", "locked")
REFUND_POLICIES = ("hours", "until_redeemed")
_MOST_UNITS = 1_000_000
_MOST_TIERS = 8
_MOST_LIMITATIONS = 12
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def parse(draft: Draft) -> Plan:
    """Every field of a draft as a typed value. Raises InvalidFields with all that is wrong."""
    reader = Reader()
    slug = draft.slug.strip()
    if slug and (len(slug) > 64 or not _SLUG.fullmatch(slug)):
        reader.refuse("slug", "bad_slug", "Use up to 64 lower-case letters, digits and single hyphens.")
    offer = _offer(draft, reader)
    deal = _deal(draft, offer.currency, reader)
    reader.finish()
    return Plan(slug, offer, deal, draft.venue_ids)


def _offer(draft: Draft, reader: Reader) -> OfferPlan:
    code = reader.currency("currency", draft.currency)
    image = draft.image.strip()
    if image and not _IMAGE.fullmatch(image):
        reader.refuse("image", "unknown_image", "Name a picture of ours, such as img/deals/noodles.svg.")
    listed = reader.amount("list_price", draft.list_price, code) if draft.list_price.strip() else None
    return OfferPlan(
        title=reader.text("title", draft.title, least=3, most=90),
        summary=reader.text("summary", draft.summary, least=3, most=240),
        description=reader.text("description", draft.description, most=10_000),
        image=image or None,
        image_alt=reader.text("image_alt", draft.image_alt, most=200),
        language=reader.choice("language", draft.language or LANGUAGES[0], LANGUAGES),
        currency=code or "",
        list_price_minor=listed,
        list_price_evidence=reader.text("list_price_evidence", draft.list_price_evidence, most=500),
        list_price_from_on=reader.day("list_price_from_on", draft.list_price_from_on),
        list_price_until_on=reader.day("list_price_until_on", draft.list_price_until_on),
    )


def _deal(draft: Draft, code: str, reader: Reader) -> DealPlan:
    zone = zone_of(draft.zone, reader)
    opens_wall, opens_at = _opens(draft, zone, reader)
    closes_wall, closes_at = _closes(draft, zone, reader)
    if opens_wall and closes_wall and closes_at <= opens_at:
        reader.refuse("closes_at", "window_empty", "The deal must close after it opens.")
    promo = reader.day("promo_expires_on", draft.promo_expires_on)
    if promo is None and not draft.promo_expires_on.strip():
        reader.refuse(
            "promo_expires_on", "missing", "Say until which day the voucher is worth its full value."
        )
    paid = reader.day("paid_expires_on", draft.paid_expires_on)
    return DealPlan(
        opens_at=opens_at,
        closes_at=closes_at,
        opens_wall=opens_wall,
        closes_wall=closes_wall,
        zone=zone.key,
        threshold=_threshold(draft, code, reader),
        tiers=_tiers(draft, code, reader),
        valid_from_on=reader.day("valid_from_on", draft.valid_from_on),
        promo_expires_on=promo or date.max,
        paid_expires_on=paid or years_after(local_day(closes_at, zone), PAID_VALUE_YEARS),
        limitations=_limitations(draft, reader),
        **_policies(draft, reader),
    )


def _policies(draft: Draft, reader: Reader) -> dict[str, Any]:
    def whole(name: str, least: int, most: int) -> int:
        return reader.whole(name, getattr(draft, name), least=least, most=most)

    def limit(name: str) -> int | None:
        return reader.limit(name, getattr(draft, name), least=1, most=_MOST_UNITS)

    return {
        "threshold_counts": reader.choice("threshold_counts", draft.threshold_counts, THRESHOLD_COUNTS),
        "capacity": limit("capacity"),
        "min_per_order": whole("min_per_order", 1, 1000),
        "max_per_order": limit("max_per_order"),
        "max_per_buyer": limit("max_per_buyer"),
        "grace_minutes": whole("grace_minutes", 0, 60),
        "place_minutes": whole("place_minutes", 5, 60),
        "may_waive": reader.yes("may_waive", draft.may_waive),
        "leave_before_tip": reader.choice("leave_before_tip", draft.leave_before_tip, LEAVE_BEFORE_TIP),
        "refund_policy": reader.choice("refund_policy", draft.refund_policy, REFUND_POLICIES),
        "refund_hours": whole("refund_hours", 0, 8760),
        "freeze_hours": whole("freeze_hours", 0, 72),
        "problem_days": whole("problem_days", 1, 30),
    }


def zone_of(typed: str, reader: Reader) -> ZoneInfo:
    """The zone of that name; UTC after an error."""
    try:
        return zone_named(typed.strip())
    except UnknownZone as reason:
        reader.refuse("zone", reason.code, str(reason))
        return ZoneInfo("UTC")


def _opens(draft: Draft, zone: ZoneInfo, reader: Reader) -> tuple[str, datetime]:
    wall = reader.wall("opens_at", draft.opens_at)
    if wall is None:
        if not draft.opens_at.strip():
            reader.refuse("opens_at", "missing", "Say when the deal opens.")
        return "", _NEVER
    return wall.isoformat(" "), opening(wall, zone)


def _closes(draft: Draft, zone: ZoneInfo, reader: Reader) -> tuple[str, datetime]:
    """A wall time, or with `ends_on` the end of that day (R15)."""
    at, on = draft.closes_at.strip(), draft.ends_on.strip()
    if at and on:
        reader.refuse("ends_on", "two_endings", "Give either a closing time or a last day, not both.")
    elif not (at or on):
        reader.refuse("closes_at", "missing", "Say when the deal closes, or on which day it ends.")
    elif on:
        day = reader.day("ends_on", on)
        return (day.isoformat(), end_of(day, zone)) if day else ("", _NEVER)
    else:
        wall = reader.wall("closes_at", at)
        return (wall.isoformat(" "), closing(wall, zone)) if wall else ("", _NEVER)
    return "", _NEVER


def _threshold(draft: Draft, code: str, reader: Reader) -> int:
    if draft.threshold_counts.strip() == "money":
        return reader.amount("threshold", draft.threshold, code or None)
    return reader.whole("threshold", draft.threshold, least=1, most=_MOST_UNITS)


def _tiers(draft: Draft, code: str, reader: Reader) -> tuple[Tier, ...]:
    if not draft.tiers:
        reader.refuse("tiers", "missing", "Give a price.")
    elif len(draft.tiers) > _MOST_TIERS:
        reader.refuse("tiers", "too_many_tiers", f"Use at most {_MOST_TIERS} prices.")
    return tuple(
        Tier(
            reader.whole(f"tiers.{place}.start", tier.start, least=1, most=_MOST_UNITS),
            reader.amount(f"tiers.{place}.price", tier.price, code or None),
        )
        for place, tier in enumerate(draft.tiers[:_MOST_TIERS])
    )


def _limitations(draft: Draft, reader: Reader) -> tuple[str, ...]:
    if len(draft.limitations) > _MOST_LIMITATIONS:
        reader.refuse("limitations", "too_many", f"Write at most {_MOST_LIMITATIONS} sentences.")
    return tuple(
        reader.text(f"limitations.{place}", sentence, least=3, most=300)
        for place, sentence in enumerate(draft.limitations[:_MOST_LIMITATIONS])
    )
