"""What somebody writes to join a deal, and what it amounts to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from campaigns.deals.views import DealView
from campaigns.foundation.errors import Refusal
from campaigns.foundation.money import Money
from campaigns.orders.rules import (
    AlreadyJoining,
    BuyerLimit,
    NotEnoughLeft,
    TooFew,
    TooMany,
)
from campaigns.people.limits import Limit
from campaigns.people.rules import InvalidEmail

JOIN_BY_BUYER = Limit("join_buyer", 10, timedelta(minutes=15))
JOIN_BY_NETWORK = Limit("join_network", 200, timedelta(minutes=15))

_KEY = re.compile(r"[A-Za-z0-9_-]{8,80}")
_ABOUT_QUANTITY = (TooFew, TooMany, BuyerLimit, NotEnoughLeft)


@dataclass(frozen=True)
class JoinForm:
    """As it is typed; `request_key` is made with the page and comes back with every press (R27).

    `announce` and `news` are boxes: empty unless somebody ticked them."""

    email: str = ""
    quantity: str = ""
    request_key: str = ""
    announce: str = ""
    news: str = ""
    name: str = ""

    @property
    def has_key(self) -> bool:
        return _KEY.fullmatch(self.request_key) is not None


def quantity_of(text: str, deal: DealView) -> int:
    """The quantity asked for, moved into what the deal sells at once; nonsense is the least."""
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else deal.min_per_order
    return max(deal.min_per_order, min(wanted, deal.order_limit))


def quantities(deal: DealView) -> range:
    """What can be chosen, twenty at most."""
    return range(deal.min_per_order, min(deal.order_limit, deal.min_per_order + 19) + 1)


def total_of(deal: DealView, quantity: int) -> Money:
    """What is held or charged now: on a ladder the most that can be paid."""
    return deal.price_top * quantity


def for_quantity(deal: DealView, quantity: int) -> DealView:
    """The deal with the prices of so many, for the one money line that is made from them (U3)."""
    return replace(deal, price_top=deal.price_top * quantity, price_now=deal.price_now * quantity)


def errors_of(refusal: Refusal, deal: DealView) -> dict[str, str]:
    """A refusal as the form shows it: at the field it is about, else over the whole form."""
    if isinstance(refusal, InvalidEmail):
        return {"email": str(refusal)}
    if isinstance(refusal, _ABOUT_QUANTITY):
        return {"quantity": str(refusal)}
    if isinstance(refusal, AlreadyJoining):
        # Whoever knows an address must not get at its order, so the page cannot lead there.
        return {"email": _already(deal)}
    return {"": str(refusal)}


def _already(deal: DealView) -> str:
    return (
        "Somebody has begun to join with this address, and a place is kept. Finish paying on the page that "
        "was opened then. If it is gone, try again once the place has ended, in at most "
        f"{deal.place_minutes} minutes. Nothing is charged for it."
    )
