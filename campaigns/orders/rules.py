"""What an order may do: joining, leaving, refunding. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.deals.rules import Terms, tier_reached
from campaigns.foundation.errors import Refusal
from campaigns.foundation.states import machine

ORDER = machine(
    "order",
    {
        "pending": "authorized card_saved lapsed releasing",
        "lapsed": "authorized card_saved releasing",
        "authorized": "card_saved lapsed payment_problem capturing releasing",
        "card_saved": "capturing releasing",
        "capturing": "captured payment_problem",
        "payment_problem": "capturing dropped",
        "releasing": "released refunding",
        "captured": "refunding disputed",
        "refunding": "refunded captured disputed",
        "disputed": "captured charged_back",
        "dropped": "",
        "released": "",
        "refunded": "refunding",
        "charged_back": "",
    },
)
REASONS = {
    "lapsed": ("place_lapsed", "declined", "left", "deal_closed", "deal_canceled", "hold_ended"),
    "releasing": ("left", "too_late", "no_place", "deal_failed", "deal_canceled", "taken_early"),
    "payment_problem": ("authentication_required", "declined", "hold_ended"),
    "dropped": ("problem_days_over", "gave_up", "deal_canceled"),
}

COMMITTED = ("authorized", "card_saved")
# What counts after the tip as well: the order is bought, or its money is on the way (R37).
ACTIVE = (*COMMITTED, "capturing", "captured", "payment_problem", "refunding", "disputed")
# What uses capacity (R24, I2).
PLACED = ("pending", *ACTIVE)
# What gives the buyer's allowance back (R25).
GIVEN_BACK = ("lapsed", "released", "dropped", "refunded")
# What a deal must wait for before it is settled.
UNSETTLED = ("pending", "authorized", "card_saved", "capturing", "releasing", "payment_problem")


class DealNotOpen(Refusal):
    code = "deal_not_open"
    sentence = "This deal isn't open. It opens at {opens_at}."


class DealClosed(Refusal):
    code = "deal_closed"
    sentence = "This deal has closed, so nobody can join any more. Nothing was held."


class SoldOut(Refusal):
    code = "sold_out"
    sentence = "All places are taken. Nothing was held."


class NotEnoughLeft(Refusal):
    code = "not_enough_left"
    sentence = "Only {left} left. Choose {left} or fewer."


class TooFew(Refusal):
    code = "too_few"
    sentence = "This deal is sold in orders of at least {least}."


class TooMany(Refusal):
    code = "too_many"
    sentence = "One order may hold at most {most}."


class BuyerLimit(Refusal):
    code = "buyer_limit"
    sentence = "One person may have {most} of this deal. You have {have} already."


class AlreadyJoining(Refusal):
    code = "already_joining"
    sentence = "You have begun to join this deal already. Finish or leave that order first; the link is in your mail."


class RequestKeyReused(Refusal):
    code = "request_key_reused"
    sentence = "This request was made before with other contents. Reload the page and try again."


class MayNotLeave(Refusal):
    code = "may_not_leave"
    sentence = "{why}"


class MayNotRefund(Refusal):
    code = "may_not_refund"
    sentence = "{why}"


@dataclass(frozen=True)
class DealNow:
    """A deal as a decision finds it, under its lock."""

    state: str
    terms: Terms
    opens_at: datetime
    units_taken: int
    final_price_minor: int | None = None
    tipped: bool = False

    @property
    def captures_at_once(self) -> bool:
        """At a fixed price a commitment is captured as soon as the tip stands; a ladder waits for its price."""
        return self.state in ("tipped", "settling") and (
            not self.terms.is_ladder or self.final_price_minor is not None
        )

    @property
    def units_left(self) -> int | None:
        return None if self.terms.capacity is None else self.terms.capacity - self.units_taken


def check_join(deal: DealNow, *, units: int, bought: int, now: datetime) -> None:
    """Refuse what the window, the capacity or a limit forbids (R11, R20, R21, R25, R26). Raises a Refusal."""
    terms = deal.terms
    if deal.state == "scheduled" or now < deal.opens_at:
        raise DealNotOpen(opens_at=deal.opens_at.isoformat())
    if deal.state not in ("open", "tipped") or now >= terms.closes_at:
        raise DealClosed
    if units < terms.min_per_order:
        raise TooFew(least=terms.min_per_order)
    if terms.max_per_order is not None and units > terms.max_per_order:
        raise TooMany(most=terms.max_per_order)
    if terms.max_per_buyer is not None and bought + units > terms.max_per_buyer:
        raise BuyerLimit(most=terms.max_per_buyer, have=bought)
    left = deal.units_left
    if left is not None and units > left:
        raise SoldOut() if left < terms.min_per_order else NotEnoughLeft(left=left)


@dataclass(frozen=True)
class Leaving:
    """An order whose buyer wants out."""

    state: str
    captured_at: datetime | None
    count_without: int
    count_with: int


def check_leave(deal: DealNow, order: Leaving, now: datetime) -> str:
    """How a buyer gets out: `lapse`, `release`, `give_up` or `refund` (R32-R34). Raises MayNotLeave."""
    if order.state == "pending":
        return "lapse"
    if order.state in COMMITTED:
        if not deal.tipped and deal.terms.leave_before_tip == "locked":
            raise MayNotLeave(
                why="This deal doesn't let buyers leave before it is decided. The page said so."
            )
        if deal.tipped and _frozen(deal, order, now):
            raise MayNotLeave(
                why="The price is frozen for the last hours of this deal. Ask for a refund once it closes."
            )
        return "release"
    if order.state == "capturing":
        raise MayNotLeave(
            why="The deal is on and your card is being charged. You can ask for a refund in a minute."
        )
    if order.state == "payment_problem":
        return "give_up"
    if order.state == "captured":
        check_refund_window(deal.terms, order.captured_at, now)
        return "refund"
    raise MayNotLeave(why="This order has ended already.")


def check_refund_window(terms: Terms, captured_at: datetime | None, now: datetime) -> None:
    """Within `refund_hours` of capture, elapsed time, or always until redeemed (R16, R33)."""
    if terms.refund_policy == "until_redeemed":
        return
    if captured_at is None or now >= captured_at + timedelta(hours=terms.refund_hours):
        raise MayNotRefund(why=f"Refunds end {terms.refund_hours} hours after the card was charged.")


def _frozen(deal: DealNow, order: Leaving, now: datetime) -> bool:
    """In the last hours nobody may take the tier reached away from the others (R34)."""
    terms = deal.terms
    if not terms.is_ladder or now < terms.closes_at - timedelta(hours=terms.freeze_hours):
        return False
    return tier_reached(terms.tiers, order.count_without) != tier_reached(terms.tiers, order.count_with)
