"""Whether a plan may be published (R8, R40, R51, R52, R61, R66). Pure; overlaps are found in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from campaigns.deals.limitations import written
from campaigns.deals.plan import Plan
from campaigns.deals.rules import ANSWER_TIME, HOLD_PLAN_DAYS, PAID_VALUE_YEARS
from campaigns.deals.windows import local_day, years_after, zone_named
from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.foundation.money import Money, currency

Problems = Iterator[FieldError]
_SHORTEST_EVIDENCE = 10


def problems(plan: Plan, now: datetime) -> list[FieldError]:
    """Everything that keeps a plan from being published now, each with a sentence that says what would do."""
    return [error for check in _CHECKS for error in check(plan, now)]


def check_publishable(plan: Plan, now: datetime) -> None:
    """Raises InvalidFields."""
    found = problems(plan, now)
    if found:
        raise InvalidFields(found)


def _tiers(plan: Plan, now: datetime) -> Problems:
    """More buyers never raise the price (R51)."""
    tiers = plan.deal.tiers
    if tiers[0].start != 1:
        yield FieldError("tiers.0.start", "first_tier_not_one", "The first price starts at 1.")
    for place, (before, tier) in enumerate(pairwise(tiers), 1):
        if tier.start <= before.start:
            more = f"Start this price above {before.start}, where the one before it starts."
            yield FieldError(f"tiers.{place}.start", "tier_start_not_rising", more)
        if tier.price_minor > before.price_minor:
            least = Money(before.price_minor, plan.offer.currency)
            sentence = f"More people never raise the price: charge at most {least} here."
            yield FieldError(f"tiers.{place}.price", "price_rises", sentence)


def _can_tip(plan: Plan, now: datetime) -> Problems:
    """A deal that cannot tip is not published (R8)."""
    deal, capacity = plan.deal, plan.deal.capacity
    if deal.threshold_counts == "money" and len(deal.tiers) > 1:
        sentence = "With more than one price the threshold counts buyers or units, not money."
        yield FieldError("threshold_counts", "ladder_with_money_threshold", sentence)
    elif capacity is None:
        return
    elif deal.threshold_counts == "money":
        most = capacity * deal.tiers[0].price_minor
        if deal.threshold > most:
            sentence = f"All {capacity} units bring {Money(most, plan.offer.currency)}. Ask for that at most."
            yield FieldError("threshold", "threshold_above_capacity", sentence)
    elif deal.threshold > capacity:
        sentence = (
            f"There are {capacity} units, so a threshold of {deal.threshold} is never reached. Lower it."
        )
        yield FieldError("threshold", "threshold_above_capacity", sentence)
    elif deal.threshold_counts == "buyers" and deal.threshold * deal.min_per_order > capacity:
        sentence = (
            f"{deal.threshold} buyers of at least {deal.min_per_order} need "
            f"{deal.threshold * deal.min_per_order} units; there are {capacity}. Lower one of them."
        )
        yield FieldError("threshold", "threshold_orders_above_capacity", sentence)


def _tiers_in_reach(plan: Plan, now: datetime) -> Problems:
    """A price nobody can ever get is not advertised (R8, R62)."""
    deal = plan.deal
    per_count = deal.min_per_order if deal.threshold_counts == "buyers" else 1
    for place, tier in enumerate(deal.tiers[1:], 1):
        if deal.capacity is not None and tier.start * per_count > deal.capacity:
            sentence = f"There are {deal.capacity} units, so this price is never reached. Start it earlier."
            yield FieldError(f"tiers.{place}.start", "tier_above_capacity", sentence)


def _limits(plan: Plan, now: datetime) -> Problems:
    deal = plan.deal
    for field in ("max_per_order", "max_per_buyer", "capacity"):
        most = getattr(deal, field)
        if most is not None and most < deal.min_per_order:
            sentence = f"Orders start at {deal.min_per_order}, so this must be at least that."
            yield FieldError(field, "limit_below_order", sentence)


def _cards(plan: Plan, now: datetime) -> Problems:
    """A card payment has a smallest amount, also when the last price is reached (R52)."""
    code, least = plan.offer.currency, currency(plan.offer.currency).minimum_minor
    for place, tier in enumerate(plan.deal.tiers):
        if tier.price_minor * plan.deal.min_per_order < least:
            sentence = (
                f"A card pays at least {Money(least, code)} an order. Raise the price or min_per_order."
            )
            yield FieldError(f"tiers.{place}.price", "below_card_minimum", sentence)


def _list_price(plan: Plan, now: datetime) -> Problems:
    """A list price needs evidence and the dates on which it was charged (R61)."""
    offer = plan.offer
    if offer.list_price_minor is None:
        return
    if offer.list_price_minor <= plan.deal.tiers[0].price_minor:
        sentence = "The list price must be above the highest price of the deal. Leave it out if it is not."
        yield FieldError("list_price", "list_price_not_above_price", sentence)
    if len(offer.list_price_evidence) < _SHORTEST_EVIDENCE:
        sentence = "Say where the list price can be checked, such as a menu or a receipt, or leave it out."
        yield FieldError("list_price_evidence", "list_price_without_evidence", sentence)
    if offer.list_price_from_on is None or offer.list_price_until_on is None:
        sentence = "Give the first and the last day on which the list price was charged, or leave it out."
        yield FieldError("list_price_from_on", "list_price_without_dates", sentence)
        return
    if offer.list_price_from_on > offer.list_price_until_on:
        sentence = "The last day of the list price lies before its first. Swap them."
        yield FieldError("list_price_until_on", "list_price_dates_crossed", sentence)
    if offer.list_price_until_on > local_day(now, zone_named(plan.deal.zone)):
        sentence = "Give days on which the list price was really charged, up to today."
        yield FieldError("list_price_until_on", "list_price_in_future", sentence)


def _window(plan: Plan, now: datetime) -> Problems:
    """Money is held, not saved, so the latest possible settlement lies within the life of a hold (R40)."""
    deal = plan.deal
    if deal.closes_at <= now:
        yield FieldError("closes_at", "window_over", "The closing time is past. Choose a later one.")
    latest = (
        deal.opens_at + timedelta(days=HOLD_PLAN_DAYS) - ANSWER_TIME - timedelta(minutes=deal.grace_minutes)
    )
    if deal.closes_at > latest:
        local = latest.astimezone(zone_named(deal.zone))
        sentence = (
            f"A card can be held for {HOLD_PLAN_DAYS} days, and payments are confirmed after the closing. "
            f"Close by {local:%Y-%m-%d %H:%M} ({deal.zone}), or open later."
        )
        yield FieldError("closes_at", "window_longer_than_a_hold", sentence)


def _vouchers(plan: Plan, now: datetime) -> Problems:
    """Vouchers outlive the window, and their paid value lasts (R66)."""
    deal, zone = plan.deal, zone_named(plan.deal.zone)
    settled_on = local_day(plan.terms.decide_by, zone)
    if deal.promo_expires_on <= settled_on:
        sentence = (
            f"The deal is decided on {written(settled_on)}. Give vouchers their full value beyond that."
        )
        yield FieldError("promo_expires_on", "promo_ends_with_window", sentence)
    if deal.valid_from_on is not None and deal.valid_from_on > deal.promo_expires_on:
        sentence = "The voucher becomes valid after its full value has expired. Make it valid earlier."
        yield FieldError("valid_from_on", "valid_too_late", sentence)
    least = max(years_after(local_day(deal.closes_at, zone), PAID_VALUE_YEARS), deal.promo_expires_on)
    if deal.paid_expires_on < least:
        sentence = (
            f"What was paid stays good until {written(least)} at least. Leave this empty to have just that."
        )
        yield FieldError("paid_expires_on", "paid_value_too_short", sentence)


def _venues(plan: Plan, now: datetime) -> Problems:
    if not plan.venue_ids:
        yield FieldError("venues", "no_venue", "Name at least one venue where vouchers are redeemed.")


_CHECKS: tuple[Callable[[Plan, datetime], Problems], ...] = (
    _tiers,
    _can_tip,
    _tiers_in_reach,
    _limits,
    _cards,
    _list_price,
    _window,
    _vouchers,
    _venues,
)
