"""Deals as pages read them, with defaults: `a_deal_view(count=17)` has 17 of 20 people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from campaigns.deals.rules import Terms, Tier
from campaigns.deals.views import (
    DealCard,
    DealView,
    VenueView,
    card_of,
    saving_percent,
    segments_of,
    tiers_of,
)
from campaigns.foundation.ids import DealId, OrganizationId, VenueId
from campaigns.foundation.money import Money

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
LADDER = ((1, 3800), (40, 3400), (60, 2900))
FIXED = ((1, 3800),)
_TIPPED = ("tipped", "sold_out", "settling", "settled")


def usd(amount_minor: int) -> Money:
    return Money(amount_minor, "USD")


def a_card(phase: str = "open", count: int = 17, **changes: Any) -> DealCard:
    return card_of(a_deal_view(phase, count, **changes))


def a_deal_view(
    phase: str = "open",
    count: int = 17,
    *,
    threshold: int = 20,
    ladder: tuple[tuple[int, int], ...] = LADDER,
    counts: str = "buyers",
    **changes: Any,
) -> DealView:
    terms = _terms(threshold, ladder, counts)
    tiers = tiers_of(terms, count)
    now = next(tier.price for tier in tiers if tier.current)
    shown: dict[str, Any] = {
        **_offer(),
        "slug": f"noodles-{phase}",
        "phase": phase,
        "state": "open" if phase in ("grace", "sold_out") else phase,
        "tiers": tiers,
        "is_ladder": len(tiers) > 1,
        "price_now": now,
        "price_top": tiers[0].price,
        "saving_percent": saving_percent(6400, now.amount_minor),
        "threshold": threshold,
        "threshold_counts": counts,
        "count": count,
        "missing": max(threshold - count, 0),
        "buyers_active": count,
        "buyers_ever": count,
        "units_taken": count,
        "segments": segments_of(terms, count),
        "tipped_at": NOW if phase in _TIPPED else None,
        "joinable": phase in ("open", "tipped"),
        "sold_out": phase == "sold_out",
    }
    return DealView(**{**shown, **changes})


def _terms(threshold: int, ladder: tuple[tuple[int, int], ...], counts: str) -> Terms:
    known: dict[str, Any] = dict.fromkeys(Terms.__dataclass_fields__)
    return Terms(
        **{
            **known,
            "threshold": threshold,
            "threshold_counts": counts,
            "currency": "USD",
            "tiers": tuple(Tier(start, price) for start, price in ladder),
        }
    )


def _offer() -> dict[str, Any]:
    return {
        "id": DealId("deal-1"),
        "organization_id": OrganizationId("org-1"),
        "version": 1,
        "title": "Hand-pulled noodle dinner for two",
        "summary": "Two bowls, two small plates and a pot of tea.",
        "description": "",
        "merchant_slug": "lantern",
        "merchant_name": "Lantern Street Noodles",
        "city": "Portland",
        "image": "img/deals/noodles.svg",
        "image_alt": "A bowl of noodles",
        "currency": "USD",
        "list_price": usd(6400),
        "list_price_evidence": "Menu of 2 Sep 2026.",
        "list_price_from_on": date(2026, 9, 1),
        "list_price_until_on": date(2026, 11, 1),
        "tipped_by": None,
        "decided_at": None,
        "waived": False,
        "pending": 0,
        "may_waive": False,
        "venues": (
            VenueView(VenueId("venue-1"), "Lantern", "214 SE Alder St", "Portland", "America/Los_Angeles"),
        ),
        "limitations": (("Per person", "At most 4 for one person."),),
        "review_note": "",
        **_times(),
        **_limits(),
    }


def _times() -> dict[str, Any]:
    return {
        "opens_at": datetime(2026, 11, 20, 17, 0, tzinfo=UTC),
        "closes_at": datetime(2026, 11, 28, 2, 0, tzinfo=UTC),
        "grace_ends_at": datetime(2026, 11, 28, 2, 15, tzinfo=UTC),
        "decide_by": datetime(2026, 11, 28, 2, 25, tzinfo=UTC),
        "published_at": NOW - timedelta(days=5),
        "zone": "America/Los_Angeles",
        "valid_from_on": None,
        "promo_expires_on": date(2027, 2, 28),
        "paid_expires_on": date(2031, 11, 25),
    }


def _limits() -> dict[str, Any]:
    return {
        "capacity": None,
        "units_left": None,
        "min_per_order": 1,
        "max_per_order": 4,
        "max_per_buyer": 4,
        "order_limit": 4,
        "place_minutes": 15,
        "grace_minutes": 15,
        "leave_before_tip": "free",
        "refund_policy": "until_redeemed",
        "refund_hours": 72,
        "freeze_hours": 12,
    }
