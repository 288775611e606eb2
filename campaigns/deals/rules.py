"""What a deal may do. Pure: `now` is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from campaigns.foundation.errors import Refusal
from campaigns.foundation.states import machine

DEAL = machine(
    "deal",
    {
        "draft": "in_review canceled",
        "in_review": "scheduled draft canceled",
        "scheduled": "open draft canceled",
        "open": "tipped failed canceled",
        "tipped": "settling canceled",
        "settling": "settled",
        "settled": "",
        "failed": "",
        "canceled": "",
    },
)

ThresholdCounts = Literal["buyers", "units", "money"]
CAMPAIGN = machine("campaign", {"draft": "launched", "launched": "ended", "ended": ""})
# What an offer may be written in; announcements have words of their own in each.
LANGUAGES = ("en", "zh-Hans", "es", "de", "fr", "ja")
THRESHOLD_COUNTS: tuple[ThresholdCounts, ...] = ("buyers", "units", "money")

# After the grace the processor gets this long to answer about open payments; then the deal is decided (R12).
ANSWER_TIME = timedelta(minutes=10)

# A hold lasts seven days with most cards; one of them is kept as a margin (R40).
HOLD_PLAN_DAYS = 6
# How long at least a voucher stays worth what was paid for it, counted from the closing (R66).
PAID_VALUE_YEARS = 5


class DealNotDraft(Refusal):
    code = "deal_not_draft"
    sentence = (
        "This deal is {state}, so its terms stand. Take it back to a draft first, if it has not opened yet."
    )


class DealNotInReview(Refusal):
    code = "deal_not_in_review"
    sentence = "This deal is {state}; only a deal in review can be approved or sent back."


class DealNotTakenBack(Refusal):
    code = "deal_not_taken_back"
    sentence = "This deal is {state}. Only a deal that has not opened can be taken back; cancel it instead."


class DealChangedMeanwhile(Refusal):
    code = "deal_changed_meanwhile"
    sentence = "Somebody changed this deal while you were writing. Look at the new version and write again."


class ReasonsNeeded(Refusal):
    code = "reasons_needed"
    sentence = "Say what must change before the deal can be published; the merchant gets your words."


class SlugTaken(Refusal):
    code = "slug_taken"
    sentence = "Another deal lives at {slug} already. Choose another address."


class PublishedTermsStand(Refusal):
    code = "published_terms_stand"
    sentence = (
        "The deal {slug} is {state} and the file says something else by now. What was handed in stands: "
        "take the deal back first, or give the file another slug to make a new deal."
    )


class OfferInUse(Refusal):
    code = "offer_in_use"
    sentence = (
        "Another deal on “{title}” relies on its text, list price and currency. "
        "Leave them as they are, or give this offer a title of its own."
    )


class WindowsOverlap(Refusal):
    code = "windows_overlap"
    sentence = (
        "The deal {slug} sells the same offer from {opens_at} to {closes_at}. "
        "Open this one after that, or cancel the other."
    )


@dataclass(frozen=True)
class Tier:
    """From `start` buyers (or units) on, everybody pays `price_minor`."""

    start: int
    price_minor: int


@dataclass(frozen=True)
class Count:
    """What is committed: distinct buyers, units, and the order totals in minor units (R1-R3)."""

    buyers: int
    units: int
    money_minor: int

    def by(self, threshold_counts: str) -> int:
        return {"buyers": self.buyers, "units": self.units, "money": self.money_minor}[threshold_counts]


@dataclass(frozen=True)
class Terms:
    """The part of a deal that decides about joining, tipping and settling."""

    threshold: int
    threshold_counts: str
    capacity: int | None
    tiers: tuple[Tier, ...]
    currency: str
    closes_at: datetime
    grace_minutes: int
    min_per_order: int = 1
    max_per_order: int | None = None
    max_per_buyer: int | None = None
    leave_before_tip: str = "allowed"
    refund_policy: str = "hours"
    refund_hours: int = 72
    freeze_hours: int = 24

    @property
    def is_ladder(self) -> bool:
        return len(self.tiers) > 1

    @property
    def held_price_minor(self) -> int:
        """The highest price is the one authorized (R50)."""
        return self.tiers[0].price_minor

    @property
    def grace_ends_at(self) -> datetime:
        return self.closes_at + timedelta(minutes=self.grace_minutes)

    @property
    def decide_by(self) -> datetime:
        return self.grace_ends_at + ANSWER_TIME

    def units_left(self, units_taken: int) -> int | None:
        """None where the deal has no capacity limit."""
        return None if self.capacity is None else self.capacity - units_taken

    def is_sold_out(self, units_taken: int) -> bool:
        """Whether what is left is too little for the smallest order (R20)."""
        left = self.units_left(units_taken)
        return left is not None and left < self.min_per_order


def phase_of(state: str, terms: Terms, *, opens_at: datetime, units_taken: int, now: datetime) -> str:
    """What a deal is to whoever looks now; the clock counts, not whether a timer has rung (R11, R17).

    One of scheduled, open, grace, tipped, sold_out, settling, settled, failed, canceled. A deal that is not
    published shows what it will look like: scheduled.
    """
    if state in ("settling", "settled", "failed", "canceled"):
        return state
    if state in ("draft", "in_review") or (state == "scheduled" and now < opens_at):
        return "scheduled"
    if now >= terms.closes_at:
        return "settling" if state == "tipped" else "grace"
    if terms.is_sold_out(units_taken):
        return "sold_out"
    return "tipped" if state == "tipped" else "open"


def tier_reached(tiers: Sequence[Tier], count: int) -> Tier:
    """The last tier whose start the count has reached; the first one below that (R4, R50)."""
    reached = tiers[0]
    for tier in tiers:
        if count >= tier.start:
            reached = tier
    return reached


def tips_by(terms: Terms, count: Count) -> str | None:
    """Whether the deal tips now and by what: its threshold, or its capacity all committed (R2, R4, R20)."""
    if count.by(terms.threshold_counts) >= terms.threshold:
        return "threshold"
    if terms.capacity is not None and count.units >= terms.capacity:
        return "capacity"
    return None
