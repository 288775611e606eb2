"""Payment methods: a card as it is known after it was typed, and to whom it belongs."""

from __future__ import annotations

from integrations.payments.sandbox.cards import BY_NUMBER, Card, card_named
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.refusals import impossible, invalid
from integrations.payments.sandbox.state import Change, Row

_PRESET_EXPIRY = (12, 2034)


def make(
    change: Change, card: Card, expiry: tuple[int, int] = _PRESET_EXPIRY, email: str | None = None
) -> Row:
    """A new payment method for a card."""
    return change.add(
        "payment_method",
        {
            "allow_redisplay": "unspecified",
            "billing_details": {"address": None, "email": email, "name": None, "phone": None},
            "card": {
                "brand": card.brand,
                "country": card.country,
                "display_brand": card.brand,
                "exp_month": expiry[0],
                "exp_year": expiry[1],
                "fingerprint": card.fingerprint(email),
                "funding": card.funding,
                "last4": card.last4,
                "three_d_secure_usage": {"supported": card.authentication != "none"},
                "wallet": None,
            },
            "customer": None,
            "metadata": {},
            "type": "card",
            "_number": card.number,
            "_set_up": False,
            "_used": False,
        },
    )


def find(change: Change, reference: str, param: str = "payment_method") -> Row:
    """The payment method behind an id, or a new one behind a `pm_card_…` name."""
    if reference.startswith("pm_card_"):
        return make(change, card_named(reference, param))
    return change.edit("payment_method", reference, param=param)


def card_of(method: Row) -> Card:
    """The test card a payment method was made from."""
    return BY_NUMBER[method["_number"]]


def check_owner(method: Row, customer: str | None) -> None:
    """Refuse a card that belongs to another customer, or that was used up without one."""
    owner = method["customer"]
    if owner is not None and owner != customer:
        raise impossible(
            "The payment method supplied belongs to a customer. Pass that customer together with it.",
            param="payment_method",
        )
    if owner is None and method["_used"]:
        raise impossible(
            "The provided PaymentMethod was used before without being attached to a customer."
            " It may not be used again.",
            param="payment_method",
        )


def keep(change: Change, method: Row, customer: str, off_session: bool) -> None:
    """Attach a card to a customer so that it can be charged later."""
    if method["customer"] is None:
        method["customer"] = customer
        emit(change, "payment_method.attached", method)
    method["_set_up"] = method["_set_up"] or off_session


def needs_authentication(method: Row, card: Card) -> bool:
    """Whether the issuer wants to ask the buyer."""
    return card.authentication == "always" or (
        card.authentication == "unless_set_up" and not method["_set_up"]
    )


ONLY_CARDS = frozenset({"card", "link"})


def method_types(params: Row) -> list[str]:
    """The methods offered. The sandbox pays by card only, so anything beyond card and link is refused."""
    types: list[str] = params.get("allowed_payment_method_types") or ["card", "link"]
    if "card" not in types or not set(types) <= ONLY_CARDS:
        raise invalid(
            "The sandbox takes card, or card and link. Other methods are not part of it.",
            "allowed_payment_method_types",
        )
    return types
