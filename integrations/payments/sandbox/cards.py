"""The test cards: what each number does, and the checks a card form makes before it is sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from integrations.payments.sandbox.refusals import Refusal, not_found

DAY = 86_400
_HOLD_SECONDS = 7 * DAY
_VISA_OFF_SESSION_HOLD_SECONDS = 4 * DAY + 18 * 3_600


@dataclass(frozen=True, slots=True)
class Decline:
    """Why an issuer says no: Stripe's error code, the issuer's own code, and the words for the buyer."""

    code: str
    decline_code: str | None
    message: str


def _declined(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", decline_code, message)


GENERIC = _declined("generic_decline")
NO_FUNDS = _declined("insufficient_funds", "Your card has insufficient funds.")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
WRONG_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)
NOT_A_TEST_CARD = _declined(
    "test_mode_live_card", "Your card was declined. This is a sandbox: use one of its test cards."
)
AUTHENTICATION = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `label` says on the hosted page what it does."""

    number: str
    name: str
    label: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    authentication: Literal["none", "unless_set_up", "always"] = "none"
    setup_decline: Decline | None = None
    charge_decline: Decline | None = None
    blocked: bool = False
    risk: str = "normal"
    dispute: Literal["fraud", "inquiry"] | None = None
    refund: Literal["pending", "fails_later"] | None = None
    available_at_once: bool = False
    lost_at_capture: bool = False

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    def fingerprint(self, holder: str | None) -> str:
        """The same for every use of one number by one holder; a holder's `+tag` addresses share their cards.

        Stripe knows one 4242 card only. Here everybody may hold one, or a demo could never have two buyers.
        """
        name, _, domain = (holder or "").lower().partition("@")
        text = f"sandbox card {self.number} {name.partition('+')[0]}@{domain}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def hides_trouble(self) -> bool:
        """The card works when paid with and makes trouble afterwards."""
        return bool(self.dispute or self.refund or self.lost_at_capture)

    def hold_seconds(self, off_session: bool) -> int:
        """How long a hold on this card lasts."""
        if off_session and self.brand == "visa":
            return _VISA_OFF_SESSION_HOLD_SECONDS
        return _HOLD_SECONDS


def _stops(number: str, name: str, label: str, decline: Decline, blocked: bool = False) -> Card:
    return Card(number, name, label, setup_decline=decline, charge_decline=decline, blocked=blocked)


_LOST = _declined("lost_card")
_STOLEN = _declined("stolen_card")
_FRAUD = _declined("fraudulent")


CARDS = (
    Card("4242424242424242", "pm_card_visa", "Visa"),
    Card("4000056655665556", "pm_card_visa_debit", "Visa debit", funding="debit"),
    Card("5555555555554444", "pm_card_mastercard", "Mastercard", brand="mastercard"),
    Card("378282246310005", "pm_card_amex", "American Express", brand="amex"),
    Card("6011111111111117", "pm_card_discover", "Discover", brand="discover"),
    Card("3056930009020004", "pm_card_diners", "Diners Club", brand="diners"),
    Card("3566002020360505", "pm_card_jcb", "JCB", brand="jcb", country="JP"),
    Card("6200000000000005", "pm_card_unionpay", "UnionPay", brand="unionpay", country="CN"),
    Card("4000000000000077", "pm_card_bypassPending", "Money available at once", available_at_once=True),
    Card("4000000000009235", "pm_card_riskLevelElevated", "Elevated risk, works", risk="elevated"),
    _stops("4000000000000002", "pm_card_visa_chargeDeclined", "Declined", GENERIC),
    _stops("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "No funds", NO_FUNDS),
    _stops("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "Lost card", _LOST),
    _stops("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "Stolen card", _STOLEN),
    _stops("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "Expired card", EXPIRED),
    _stops("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "Wrong security code", WRONG_CVC),
    _stops("4000000000000119", "pm_card_chargeDeclinedProcessingError", "Processing error", PROCESSING),
    _stops("4100000000000019", "pm_card_radarBlock", "Blocked as fraud", _FRAUD, blocked=True),
    Card(
        "4000000000000341", "pm_card_chargeCustomerFail", "Can be saved, later charges decline",
        charge_decline=GENERIC,
    ),
    Card(
        "4000002500003155", "pm_card_authenticationRequiredOnSetup", "Asks once, not when saved before",
        authentication="unless_set_up",
    ),
    Card(
        "4000002760003184", "pm_card_authenticationRequired", "Asks every time",
        authentication="always",
    ),
    Card(
        "4000008260003178", "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "Asks, then insufficient funds", authentication="unless_set_up", charge_decline=NO_FUNDS,
    ),
    Card(
        "4000000000003220", "pm_card_threeDSecure2Required", "3-D Secure 2 required",
        authentication="always",
    ),
    Card(
        "4000000000003063", "pm_card_threeDSecureRequired", "3-D Secure required",
        authentication="always",
    ),
    Card(
        "4000008400001629", "pm_card_threeDSecureRequiredChargeDeclined", "Asks, then declined",
        authentication="always", setup_decline=GENERIC, charge_decline=GENERIC,
    ),
    Card("4000000000000259", "pm_card_createDispute", "Disputed as fraud after payment", dispute="fraud"),
    Card("4000000000001976", "pm_card_createDisputeInquiry", "Inquiry after payment", dispute="inquiry"),
    Card("4000000000007726", "pm_card_pendingRefund", "Refund is pending first", refund="pending"),
    Card("4000000000005126", "pm_card_refundFail", "Refund fails later", refund="fails_later"),
    Card("4000000000707002", "pm_card_expiredAtCapture", "Hold is gone at capture", lost_at_capture=True),
)  # fmt: skip
"""All test cards. The last number is the sandbox's own, not Stripe's."""

BY_NUMBER = {card.number: card for card in CARDS}
BY_NAME = {card.name: card for card in CARDS}


def card_named(name: str, param: str = "payment_method") -> Card:
    """The card of a `pm_card_…` name."""
    if name not in BY_NAME:
        raise not_found("PaymentMethod", name, param)
    return BY_NAME[name]


def card_numbered(number: str) -> Card:
    """The card of a typed number, spaces allowed; refuses what no test card is, as the form would."""
    digits = number.replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit() or not 12 <= len(digits) <= 19 or not _checks(digits):
        raise wrong_input("incorrect_number", "Your card number is incorrect.", "number")
    if digits not in BY_NUMBER:
        raise card_error(NOT_A_TEST_CARD)
    return BY_NUMBER[digits]


def check_expiry(text: str, now: int) -> tuple[int, int]:
    """Month and year of `MM / YY` or `MM/YYYY`; refuses months that are no month or are over."""
    month_text, _, year_text = text.replace(" ", "").partition("/")
    if not (month_text.isascii() and month_text.isdigit() and 1 <= int(month_text) <= 12):
        raise wrong_input("invalid_expiry_month", "Your card's expiration month is invalid.", "exp")
    if not (year_text.isascii() and year_text.isdigit() and len(year_text) in (2, 4)):
        raise wrong_input("invalid_expiry_year", "Your card's expiration year is invalid.", "exp")
    month, year = int(month_text), int(year_text) + (2000 if len(year_text) == 2 else 0)
    today = datetime.fromtimestamp(now, UTC)
    if (year, month) < (today.year, today.month):
        raise wrong_input("invalid_expiry_year", "Your card's expiration date is in the past.", "exp")
    return month, year


def check_cvc(text: str, card: Card) -> None:
    """Refuse a security code of the wrong length."""
    digits = 4 if card.brand == "amex" else 3
    if not (text.isascii() and text.isdigit() and len(text) == digits):
        raise wrong_input("invalid_cvc", "Your card's security code is invalid.", "cvc")


def card_error(decline: Decline, **about: Any) -> Refusal:
    """The 402 of a declined card. What was recorded on the way stays recorded."""
    if decline.decline_code is not None:
        about = {"decline_code": decline.decline_code, **about}
    return Refusal(402, decline.message, "card_error", decline.code, None, about, keeps_effects=True)


def wrong_input(code: str, message: str, param: str) -> Refusal:
    """The 402 of a card field that cannot be right; `param` is the field."""
    return Refusal(402, message, "card_error", code, param, keeps_effects=True)


def _checks(digits: str) -> bool:
    """The check digit of ISO/IEC 7812 (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
