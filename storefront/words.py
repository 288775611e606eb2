"""The sentences a deal says about itself, each made in one place (U1, U3, U4, U13).

Pure functions over the read models: no clock, no request, no store.
The formats and counts they are made of can be had from here as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from storefront.counting import (
    bare_quantity,
    counted_word,
    dock_line,
    ever_joined_line,
    joined_line,
    needed_line,
    progress_text,
    quantity,
)
from storefront.formats import (
    day_and_time,
    format_at,
    format_money,
    format_on,
    local_day,
    minutes_ago,
    number,
    people,
    percent,
    plural,
    time_of_day,
)

if TYPE_CHECKING:
    from datetime import date

    from campaigns.deals.queries import DealCard, DealView
    from campaigns.deals.views import VenueView

__all__ = [
    "bare_quantity",
    "button",
    "card_line",
    "confirmation",
    "counted_word",
    "dock_line",
    "ever_joined_line",
    "failed_line",
    "final_price_line",
    "format_at",
    "format_money",
    "headline",
    "join_label",
    "joined_line",
    "list_price_line",
    "minutes_ago",
    "money_line",
    "needed_line",
    "next_tier_line",
    "people",
    "percent",
    "plural",
    "progress_text",
    "quantity",
    "venue_line",
]

Plan = Literal["hold", "saved_card"]

_MAY_BE_WAIVED = ("open", "grace", "tipped")


def headline(deal: DealView) -> str:
    """The one sentence a deal says about itself in its present phase (U13)."""
    if deal.waived and deal.phase in _MAY_BE_WAIVED:
        return f"The merchant waives the minimum. {_so_many_of(deal)} joined"
    return _HEADLINES[deal.phase](deal)


def next_tier_line(deal: DealView) -> str | None:
    """`20 more drops it to $34 for everyone`, once a ladder deal is on; None where there is no ladder."""
    if not deal.is_ladder or deal.tipped_at is None or deal.phase != "tipped":
        return None
    ahead = [tier for tier in deal.tiers if not tier.reached]
    if not ahead:
        return "Now at the lowest price"
    more = bare_quantity(deal, ahead[0].start - deal.count)
    return f"{more} more drops it to {format_money(ahead[0].price)} for everyone"


def money_line(deal: DealView, plan: Plan = "hold") -> str:
    """What happens to the buyer's money (U3). `plan`: is a card that joins now held or saved (R40)."""
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


def confirmation(deal: DealView, *, units: int = 1, has_voucher: bool = False) -> str:
    """What a buyer of so many reads right after joining: when the voucher comes, never before it exists (U4)."""
    one = units == 1
    voucher, comes = ("voucher", "comes") if one else ("vouchers", "come")
    if has_voucher:
        return f"You're in. Your {voucher} {'is' if one else 'are'} ready."
    if deal.is_ladder:
        closes = day_and_time(deal.closes_at, deal.zone)
        return f"You're in. Your {voucher} {comes} when the deal closes, {closes}."
    if deal.tipped_at is None:
        return f"You're in. We'll e-mail your {voucher} the moment the deal is on."
    return f"You're in. Your {voucher} {comes} as soon as your card is charged."


def failed_line(deal: DealView) -> str:
    """What a buyer of a failed deal reads: the true count and where the money is (U7)."""
    return (
        f"{_so_many_of(deal)} {_noun(deal)}. Nothing was charged; your hold is being released, "
        "which some banks show after a few days."
    )


def final_price_line() -> str:
    """The promise behind every price (U1)."""
    return "Everyone pays the same final price, even if you joined first"


def list_price_line(deal: DealView) -> str:
    """Where the struck price comes from and when it was charged (R61); only for a deal with a list price."""
    price = format_money(deal.list_price) if deal.list_price else ""
    spans = [f" {word} {format_on(day)}" for word, day in _list_price_days(deal) if day]
    return f"{price} was charged{''.join(spans)}. {deal.list_price_evidence}".strip()


def venue_line(venue: VenueView) -> str:
    """Name, street and city; merchants often write the city into the street already."""
    parts = [venue.name, venue.address, *([] if venue.city in venue.address else [venue.city])]
    return ", ".join(part for part in parts if part)


def card_line(card: DealCard) -> str:
    """A deal's one line on the board, where there is room for one fact."""
    if card.phase == "tipped":
        return f"It's on. {joined_line(card)}"
    if card.phase == "open":
        return _missing(card)
    return _CARD_LINES[card.phase]


def _list_price_days(deal: DealView) -> tuple[tuple[str, date | None], ...]:
    return ("from", deal.list_price_from_on), ("until", deal.list_price_until_on)


def _money_before_the_tip(deal: DealView, plan: Plan) -> str:
    top, goal = format_money(deal.price_top), quantity(deal, deal.threshold)
    if deal.is_ladder and plan == "hold":
        return (
            f"We hold {top}, the most you can pay. Below {goal} the hold is released; "
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
    closed, result = time_of_day(deal.closes_at, deal.zone), time_of_day(deal.decide_by, deal.zone)
    if not deal.pending:
        return f"Closed at {closed}. Result by {result}"
    pending = plural(deal.pending, "payment is", "payments are")
    return f"Closed at {closed}. {pending} still being confirmed; result by {result}"


def _tipped(deal: DealView) -> str:
    top = format_money(deal.price_top)
    return f"It's on. Everyone pays {top} or less" if deal.is_ladder else f"It's on. Everyone pays {top}"


def _canceled(deal: DealView) -> str:
    when = f" on {local_day(deal.decided_at, deal.zone)}" if deal.decided_at else ""
    return f"Canceled by the merchant{when}. Every hold is released, every unused voucher refunded"


_HEADLINES = {
    "scheduled": lambda deal: f"Opens {format_at(deal.opens_at, deal.zone, deal.city)}",
    "open": _missing,
    "grace": _grace,
    "tipped": _tipped,
    "sold_out": lambda deal: "Sold out",
    "settling": lambda deal: f"Closed. Final price {format_money(deal.price_now)}, cards are being charged",
    "settled": lambda deal: f"{people(deal.buyers_active)} paid {format_money(deal.price_now)}",
    "failed": lambda deal: f"{_so_many_of(deal)} {_noun(deal)}. Nothing was charged",
    "canceled": _canceled,
}

_MONEY_WHEN_CLOSED = {
    "grace": "No new orders. Cards are held or saved, not charged, until the result.",
    "sold_out": "Every place is taken. If one comes back, you can join here.",
    "settled": "Everyone paid the same final price, even if they joined first.",
    "failed": "Nothing was charged. Every hold is released, which some banks show after a few days.",
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
