"""The sentences an order says about itself: what it is, where the money is, what comes next (U7).

Pure functions over the read model. Every state of an order has a row in each table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from storefront import words
from storefront.formats import format_at, format_money, plural, time_of_day

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.orders.queries import OrderView

_Sentence = Callable[["OrderView"], str]

_FEW_DAYS = "Some banks show this after a few days."
_NOTHING_HELD = "Nothing was charged. If your bank shows a hold, it goes by itself within a few days."


def headline(order: OrderView) -> str:
    """What the order is, in one sentence."""
    by_reason = _ENDINGS.get(order.reason or "")
    if order.state in ("lapsed", "releasing", "released", "dropped") and by_reason:
        return by_reason
    return _HEADLINES[order.state](order)


def money(order: OrderView) -> str:
    """Where the buyer's money is."""
    return _MONEY[order.state](order)


def next_step(order: OrderView) -> str | None:
    """What happens next, by itself or by the buyer; None where nothing does."""
    sentence = _NEXT.get(order.state)
    return sentence(order) if sentence else None


def tone(order: OrderView) -> str:
    """The colour family of the order's notice; its icon and words say the same (U6)."""
    return _TONES.get(order.state, "info")


def card(order: OrderView) -> str:
    """The card as people know it: `Visa ending 4242`."""
    return order.card or "your card"


def amount_now(order: OrderView) -> str:
    """What is or was charged, without what was refunded."""
    return format_money(order.due)


def leave_label(order: OrderView) -> str:
    """The button that ends the order; it repeats the amount it moves (U18)."""
    return _LEAVE[order.leaving or "lapse"](order)


def leave_line(order: OrderView) -> str:
    """What leaving does, before anybody confirms it."""
    return _LEAVING[order.leaving or "lapse"](order)


def history_line(state: str, reason: str | None) -> str:
    """One line of an order's history."""
    return _HISTORY_BY_REASON.get((state, reason or ""), _HISTORY[state])


def _kept_until(order: OrderView) -> str:
    until = time_of_day(order.place_ends_at, order.deal.zone)
    return f"Your place is kept until {until} ({order.deal.city})"


def _local(order: OrderView, instant: datetime | None) -> str:
    return format_at(instant, order.deal.zone, order.deal.city) if instant else "then"


def _held(order: OrderView) -> str:
    held = format_money(order.held)
    if order.deal.is_ladder:
        return f"{held} is held on {card(order)}, the most you can pay. It is not charged."
    return f"{held} is held on {card(order)}, not charged."


def _after_holding(order: OrderView) -> str:
    deal = order.deal
    goal = words.quantity(deal, deal.threshold)
    if deal.phase == "grace":
        return f"{words.headline(deal)}."
    if deal.tipped_at is None:
        return f"If the deal doesn't reach {goal} by {_local(order, deal.closes_at)}, the hold is released."
    return f"You pay the final price when the deal closes, {_local(order, deal.closes_at)}."


def _voucher_ready(order: OrderView) -> str:
    usable = sum(voucher.spendable for voucher in order.vouchers)
    if not order.vouchers:
        return "It's on. Your voucher is being made"
    if usable:
        return "Your voucher is ready" if usable == 1 else f"Your {usable} vouchers are ready"
    return "Your voucher was used" if len(order.vouchers) == 1 else "Your vouchers were used"


def _problem(order: OrderView) -> str:
    return {
        "authentication_required": "Your bank wants you to confirm the payment",
        "hold_ended": "Your bank let the hold go before the charge",
    }.get(order.reason or "", "Your bank said no")


def _goes_back(order: OrderView) -> str:
    open_refunds = [refund.amount for refund in order.refunds if refund.state == "pending"]
    total = sum(open_refunds[1:], open_refunds[0]) if open_refunds else order.due
    return f"{format_money(total)} is on its way back to {card(order)}. {_FEW_DAYS}"


def _went_back(order: OrderView) -> str:
    done = [refund.amount for refund in order.refunds if refund.state == "done"]
    total = sum(done[1:], done[0]) if done else order.due
    return f"{format_money(total)} was sent back to {card(order)}. {_FEW_DAYS}"


def _charged(order: OrderView) -> str:
    rest = f" {_went_back(order)}" if any(refund.state == "done" for refund in order.refunds) else ""
    return f"{format_money(order.due)} was charged to {card(order)}.{rest}"


def _unused(order: OrderView) -> int:
    return sum(voucher.spendable for voucher in order.vouchers)


def _refundable(order: OrderView) -> str | None:
    if order.refund_until is not None and order.leaving == "refund":
        return f"Unused vouchers can be refunded until {_local(order, order.refund_until)}."
    return "Unused vouchers can be refunded." if order.leaving == "refund" else None


_ENDINGS: Mapping[str, str] = {
    "place_lapsed": "Your place has ended",
    "declined": "Your payment could not be made",
    "left": "You left this deal",
    "deal_closed": "The deal closed before you paid",
    "deal_canceled": "The merchant canceled the deal",
    "deal_failed": "The deal did not reach enough people",
    "hold_ended": "Your bank let the hold go before the deal was decided",
    "too_late": "Your payment came after the deal had closed",
    "no_place": "Your payment came after your place had ended, and no place was left",
    "taken_early": "Your card was charged too early, and that was our mistake",
    "gave_up": "You ended this order",
    "problem_days_over": "No payment arrived in time, so this order has ended",
}

_HEADLINES: Mapping[str, _Sentence] = {
    "pending": _kept_until,
    "lapsed": lambda order: "Your place has ended",
    "authorized": lambda order: "You're in" if order.deal.tipped_at is None else "You're in, and it's on",
    "card_saved": lambda order: "You're in",
    "capturing": lambda order: "It's on. Your card is being charged",
    "captured": _voucher_ready,
    "payment_problem": _problem,
    "releasing": lambda order: "Your hold is being released",
    "released": lambda order: "Your hold was released",
    "refunding": lambda order: "Your refund is on its way",
    "refunded": lambda order: "Your order was refunded",
    "disputed": lambda order: "Your bank is looking into this payment",
    "charged_back": lambda order: "Your bank took this payment back",
    "dropped": lambda order: "This order has ended",
}

_MONEY: Mapping[str, _Sentence] = {
    "pending": lambda order: f"{format_money(order.held)} to pay. Nothing is held or charged yet.",
    "lapsed": lambda order: _NOTHING_HELD,
    "authorized": _held,
    "card_saved": lambda order: f"{card(order)[:1].upper()}{card(order)[1:]} is saved, not charged.",
    "capturing": lambda order: f"{format_money(order.due)} is being charged to {card(order)}.",
    "captured": _charged,
    "payment_problem": lambda order: f"{format_money(order.due)} is owed. Nothing was charged.",
    "releasing": lambda order: f"Nothing was charged. Your hold is being released. {_FEW_DAYS}",
    "released": lambda order: f"Nothing was charged. Your hold was released. {_FEW_DAYS}",
    "refunding": _goes_back,
    "refunded": _went_back,
    "disputed": lambda order: f"{format_money(order.due)} is with your bank until it decides.",
    "charged_back": lambda order: f"{format_money(order.due)} went back to you through your bank.",
    "dropped": lambda order: "Nothing was charged.",
}

_NEXT: Mapping[str, _Sentence] = {
    "pending": lambda order: "Continue to the payment page. If you have just paid, this page says so soon.",
    "authorized": _after_holding,
    "card_saved": _after_holding,
    "capturing": lambda order: (
        f"Your {'voucher comes' if order.units == 1 else 'vouchers come'} as soon as your bank says yes."
    ),
    "captured": lambda order: _refundable(order) or "",
    "payment_problem": lambda order: (
        f"Your place is kept until {_local(order, order.problem_ends_at)}. After that the order ends "
        "and you pay nothing."
    ),
    "disputed": lambda order: "Your vouchers are on hold meanwhile.",
}

_TONES: Mapping[str, str] = {
    "pending": "warn",
    "authorized": "good",
    "card_saved": "good",
    "capturing": "good",
    "captured": "good",
    "payment_problem": "bad",
}

_LEAVE: Mapping[str, _Sentence] = {
    "lapse": lambda order: "Give up my place",
    "release": lambda order: f"Leave and release {format_money(order.held)}",
    "give_up": lambda order: "End my order",
    "refund": lambda order: f"Refund {format_money(order.refundable)}",
}

_LEAVING: Mapping[str, _Sentence] = {
    "lapse": lambda order: "Your place goes back to the deal. Nothing was charged.",
    "release": lambda order: (
        f"The hold of {format_money(order.held)} is released, and you pay nothing. Your place goes "
        "back to the deal. You can join again while it is open."
    ),
    "give_up": lambda order: "Your order and your place end. You pay nothing.",
    "refund": lambda order: (
        f"{plural(_unused(order), 'voucher stops', 'vouchers stop')} working at once, and "
        f"{format_money(order.refundable)} goes back to {card(order)}. This cannot be undone."
    ),
}

_HISTORY: Mapping[str, str] = {
    "pending": "Place reserved",
    "lapsed": "Place ended",
    "authorized": "Card held",
    "card_saved": "Card saved",
    "capturing": "It's on, charge begun",
    "captured": "Card charged",
    "payment_problem": "Charge refused",
    "releasing": "Release of the hold begun",
    "released": "Hold released",
    "refunding": "Refund begun",
    "refunded": "Refund sent",
    "disputed": "Disputed at the bank",
    "charged_back": "Taken back by the bank",
    "dropped": "Order ended",
}

_HISTORY_BY_REASON: Mapping[tuple[str, str], str] = {
    ("lapsed", "left"): "You left",
    ("releasing", "left"): "You left, release of the hold begun",
    ("releasing", "deal_failed"): "Not enough people, release of the hold begun",
    ("releasing", "deal_canceled"): "Deal canceled, release of the hold begun",
    ("payment_problem", "authentication_required"): "Bank asks for a confirmation",
    ("dropped", "gave_up"): "You ended the order",
}
