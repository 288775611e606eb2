"""The sentences and formats people read, each made in one place (U1, U3, U4, U13).

Pure functions over the read models: no clock, no request, no store. Where a moment matters it is an argument.
English for now; every number, date and plural goes through Babel so that a second language finds one door.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from campaigns.foundation.money import Money, currency

if TYPE_CHECKING:
    from campaigns.deals.queries import DealCard, DealView

LOCALE = "en_US"
Plan = Literal["hold", "saved_card"]

_NOT_YET_TIPPED = ("scheduled", "open", "grace")
_MAY_BE_WAIVED = ("open", "grace", "tipped")


# Formats


def format_money(amount: Money) -> str:
    """`$38`, `$38.50`, `¥3,800`: decimals appear only where there are any."""
    exponent = currency(amount.currency).exponent
    whole = amount.amount_minor % 10**exponent == 0
    pattern = "¤#,##0" if whole else "¤#,##0." + "0" * exponent
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


def format_on(day: date) -> str:
    """`28 Nov 2026`."""
    return format_date(day, "d MMM yyyy", locale=LOCALE)


def iso(instant: datetime) -> str:
    """The instant for a `datetime` attribute: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def minutes_ago(instant: datetime, now: datetime) -> str:
    """`just now`, `4 min ago`, `2 hr ago`: relative to the minute, never finer (U56)."""
    elapsed = now - instant
    if elapsed.total_seconds() < 60:
        return "just now"
    return format_timedelta(
        -elapsed, "minute", threshold=1, add_direction=True, format="short", locale=LOCALE
    )


def people(count: int) -> str:
    """`1 person`, `20 people`."""
    return plural(count, "person", "people")


def plural(count: int, one: str, many: str) -> str:
    """`1 voucher`, `1,200 vouchers`."""
    return f"{number(count)} {one if count == 1 else many}"


# What a deal counts


def quantity(deal: DealView | DealCard, count: int) -> str:
    """So much of whatever the threshold counts: `20 people`, `20 vouchers` or `$400`."""
    if deal.threshold_counts == "money":
        return format_money(Money(count, deal.price_now.currency))
    if deal.threshold_counts == "units":
        return plural(count, "voucher", "vouchers")
    return people(count)


def bare_quantity(deal: DealView | DealCard, count: int) -> str:
    """The same without its noun: `20`, or `$400`."""
    return quantity(deal, count) if deal.threshold_counts == "money" else number(count)


def joined_line(deal: DealView | DealCard) -> str:
    """`17 joined`; a threshold in vouchers or money says what was joined with."""
    if deal.threshold_counts == "buyers":
        return f"{number(deal.count)} joined"
    return f"{quantity(deal, deal.count)} so far"


def needed_line(deal: DealView | DealCard) -> str:
    """`20 needed`."""
    return f"{bare_quantity(deal, deal.threshold)} needed"


def progress_text(deal: DealView | DealCard) -> str:
    """What a screen reader hears for the bar: `17 joined, 20 needed` (U12)."""
    return f"{joined_line(deal)}, {needed_line(deal)}"


def dock_line(deal: DealView | DealCard) -> str:
    """`17/20 joined`; once the deal is on, only `43 joined` (U14)."""
    if deal.tipped_at is not None:
        return joined_line(deal)
    return f"{bare_quantity(deal, deal.count)}/{bare_quantity(deal, deal.threshold)} joined"


# The buy card by state


def headline(deal: DealView) -> str:
    """The one sentence a deal says about itself in its present phase (U13)."""
    if deal.waived and deal.phase in _MAY_BE_WAIVED:
        return f"The merchant waives the minimum. {_so_many_of(deal)} joined"
    return _HEADLINES[deal.phase](deal)


def next_tier_line(deal: DealView) -> str | None:
    """`20 more drops it to $34 for everyone`, once a ladder deal is on; None where there is no ladder."""
    if not deal.is_ladder or deal.tipped_at is None or deal.phase not in ("tipped", "sold_out"):
        return None
    ahead = [tier for tier in deal.tiers if not tier.reached]
    if not ahead:
        return "Now at the lowest price"
    more = bare_quantity(deal, ahead[0].start - deal.count)
    return f"{more} more drops it to {format_money(ahead[0].price)} for everyone"


def money_line(deal: DealView, plan: Plan) -> str:
    """What happens to the buyer's money (U3). `plan` says whether a card joining now is held or saved (R40)."""
    closed = _MONEY_WHEN_CLOSED.get(deal.phase)
    if closed:
        return closed
    if deal.phase == "settling":
        return (
            f"Everyone pays the same final price, {format_money(deal.price_now)}, even if they joined first."
        )
    if deal.tipped_at is not None:
        return _money_after_the_tip(deal, plan)
    return _money_before_the_tip(deal, plan)


def button(deal: DealView) -> str | None:
    """The label of the card's one button; None while there is nothing to press (U13)."""
    if deal.phase in ("open", "tipped"):
        return "Join" if deal.joinable else None
    return _BUTTONS.get(deal.phase)


def join_label(deal: DealView) -> str:
    """The join button with its price; on a ladder the price is the most anybody can pay (U3)."""
    if deal.is_ladder and deal.price_now != deal.price_top:
        return f"Join for {format_money(deal.price_top)} or less"
    return f"Join for {format_money(deal.price_top)}"


def confirmation(deal: DealView, *, has_voucher: bool = False) -> str:
    """What a buyer reads right after joining: when the voucher comes, never before it exists (U4)."""
    if has_voucher:
        return "You're in. Your voucher is ready."
    if deal.is_ladder:
        return (
            f"You're in. Your voucher comes when the deal closes, {day_and_time(deal.closes_at, deal.zone)}."
        )
    if deal.tipped_at is None:
        return "You're in. We'll e-mail your voucher the moment the deal is on."
    return "You're in. Your voucher comes as soon as your card is charged."


def failed_line(deal: DealView) -> str:
    """What a buyer of a failed deal reads: the true count and where the money is (U7)."""
    return (
        f"{_so_many_of(deal)} {_noun(deal)}. Nothing was charged; your hold is being released, "
        "which some banks show after a few days."
    )


def final_price_line() -> str:
    """The promise behind every price (U1)."""
    return "Everyone pays the same final price, even if you joined first"


def ever_joined_line(deal: DealView) -> str | None:
    """Both counters as soon as they differ, since some people left (R37); None while they agree."""
    if deal.buyers_ever == deal.buyers_active:
        return None
    return f"{people(deal.buyers_ever)} joined in all, {number(deal.buyers_active)} still in"


def card_line(card: DealCard) -> str:
    """A deal's one line on the board, where there is room for one fact."""
    if card.phase == "tipped":
        return f"It's on. {joined_line(card)}"
    if card.phase == "open":
        return _missing(card)
    return _CARD_LINES[card.phase]


def _money_before_the_tip(deal: DealView, plan: Plan) -> str:
    top, goal = format_money(deal.price_top), quantity(deal, deal.threshold)
    if deal.is_ladder and plan == "hold":
        return (
            f"We hold {top}, the most you can pay. At less than {goal} the hold is released; "
            "else you pay the final price when it closes."
        )
    if deal.is_ladder:
        return (
            f"Your card is saved, not charged. At {goal} or more you pay the final price at close, "
            f"never more than {top}."
        )
    if plan == "hold":
        return f"Your card is held, not charged. If the deal doesn't reach {goal}, the hold is released."
    return f"Your card is saved, not charged. It is charged {top} only if the deal reaches {goal}."


def _money_after_the_tip(deal: DealView, plan: Plan) -> str:
    top, now = format_money(deal.price_top), format_money(deal.price_now)
    if not deal.is_ladder:
        return f"The deal is on. Your card is charged {top} when you join."
    if plan == "hold":
        return f"The deal is on. We hold {top}; you pay the final price at close, {now} as it stands."
    return f"The deal is on. You pay the final price at close, never more than {top}."


def _so_many_of(deal: DealView | DealCard) -> str:
    return f"{bare_quantity(deal, deal.count)} of {bare_quantity(deal, deal.threshold)}"


def _noun(deal: DealView) -> str:
    return {"buyers": "people", "units": "vouchers", "money": "reached"}[deal.threshold_counts]


def _missing(deal: DealView | DealCard) -> str:
    missing = max(deal.missing, 0)
    if missing == 0:
        return "Enough people. It's on in a moment"
    if deal.threshold_counts == "money":
        return f"{quantity(deal, missing)} more and it's on"
    one, many = ("voucher", "vouchers") if deal.threshold_counts == "units" else ("person", "people")
    return f"{number(missing)} more {one if missing == 1 else many} and it's on"


def _grace(deal: DealView) -> str:
    closed, result = time_of_day(deal.closes_at, deal.zone), time_of_day(deal.grace_ends_at, deal.zone)
    if not deal.pending:
        return f"Closed at {closed}. Result by {result}"
    verb = "is" if deal.pending == 1 else "are"
    return f"Closed at {closed}. {plural(deal.pending, 'payment', 'payments')} {verb} still being confirmed; result by {result}"


def _tipped(deal: DealView) -> str:
    top = format_money(deal.price_top)
    return f"It's on. Everyone pays {top} or less" if deal.is_ladder else f"It's on. Everyone pays {top}"


_HEADLINES = {
    "scheduled": lambda deal: f"Opens {format_at(deal.opens_at, deal.zone, deal.city)}",
    "open": _missing,
    "grace": _grace,
    "tipped": _tipped,
    "sold_out": lambda deal: "Sold out",
    "settling": lambda deal: f"Closed. Final price {format_money(deal.price_now)}, cards are being charged",
    "settled": lambda deal: f"{people(deal.buyers_active)} paid {format_money(deal.price_now)}",
    "failed": lambda deal: f"{_so_many_of(deal)} {_noun(deal)}. Nothing was charged",
    "canceled": lambda deal: (
        "Canceled by the merchant. Every hold is released, every unused voucher refunded"
    ),
}

_MONEY_WHEN_CLOSED = {
    "grace": "No new orders. Cards are held or saved, not charged, until the result.",
    "sold_out": "Nobody pays for a place on the waiting list.",
    "settled": "Everyone paid the same final price, even if they joined first.",
    "failed": "Nothing was charged. Holds are being released, which some banks show after a few days.",
    "canceled": "Released holds and refunds can take some banks a few days to show.",
}

_BUTTONS = {
    "scheduled": "Tell me when it opens",
    "sold_out": "Join the waiting list",
    "settling": "Tell me about the next one",
    "settled": "Tell me about the next one",
    "failed": "Tell me if it returns",
    "canceled": "See similar deals",
}

_CARD_LINES = {
    "scheduled": "Opens soon",
    "grace": "Closed. Result in a few minutes",
    "sold_out": "Sold out",
    "settling": "Closed. Cards are being charged",
    "settled": "Closed. It was on",
    "failed": "Closed. Not enough people",
    "canceled": "Canceled",
}
