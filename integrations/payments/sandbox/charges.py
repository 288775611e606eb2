"""Charges: what became of one try to take money from a card."""

from __future__ import annotations

from integrations.payments.sandbox import balance, disputes
from integrations.payments.sandbox.cards import Card, Decline
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.payment_methods import card_of
from integrations.payments.sandbox.state import Change, Row


def _start(change: Change, intent: Row, method: Row) -> Row:
    card = {
        **{name: method["card"][name] for name in ("brand", "country", "fingerprint", "funding", "last4")},
        "amount_authorized": None,
        "capture_before": None,
        "exp_month": method["card"]["exp_month"],
        "exp_year": method["card"]["exp_year"],
        "network": method["card"]["brand"],
        "three_d_secure": intent.get("_three_d_secure"),
        "wallet": None,
    }
    return {
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": dict(method["billing_details"]),
        "captured": False,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "metadata": dict(intent["metadata"]),
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": card, "type": "card"},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "failed",
        "transfer_group": intent["transfer_group"],
    }


def fail(change: Change, intent: Row, method: Row, decline: Decline) -> Row:
    """Record a try that was declined."""
    blocked = card_of(method).blocked
    charge = change.add("charge", _start(change, intent, method))
    charge.update(
        failure_code=decline.code,
        failure_message=decline.message,
        outcome={
            "network_status": "not_sent_to_network" if blocked else "declined_by_network",
            "reason": "highest_risk_level" if blocked else decline.decline_code,
            "risk_level": "highest" if blocked else card_of(method).risk,
            "seller_message": "Blocked as fraud." if blocked else "The bank did not accept the payment.",
            "type": "blocked" if blocked else "issuer_declined",
        },
    )
    emit(change, "charge.failed", charge)
    return charge


def succeed(change: Change, intent: Row, method: Row, hold_seconds: int | None) -> Row:
    """Record a try the issuer agreed to: a hold of that length, or money taken at once (None)."""
    card = card_of(method)
    charge = change.add("charge", _start(change, intent, method))
    charge.update(
        paid=True,
        status="succeeded",
        outcome={
            "network_status": "approved_by_network",
            "reason": "elevated_risk_level" if card.risk == "elevated" else None,
            "risk_level": card.risk,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
    )
    details = charge["payment_method_details"]["card"]
    details["amount_authorized"] = intent["amount"]
    if hold_seconds is not None:
        details["capture_before"] = change.now + hold_seconds
        emit(change, "charge.succeeded", charge)
        return charge
    _take(change, charge, card, intent["amount"])
    emit(change, "charge.succeeded", charge)
    _settled(change, charge, card)
    return charge


def capture(change: Change, charge: Row, card: Card, amount_minor: int) -> None:
    """Take held money, or a part of it; the rest of the hold is let go."""
    _take(change, charge, card, amount_minor)
    emit(change, "charge.captured", charge)
    _settled(change, charge, card)


def release(change: Change, charge: Row) -> None:
    """Let a hold go because the intent was canceled."""
    charge.update(amount_refunded=charge["amount"], refunded=True)
    emit(change, "charge.refunded", charge)


def expire(change: Change, charge: Row) -> None:
    """The issuer let the hold go because nobody captured it in time."""
    charge.update(amount_refunded=charge["amount"], refunded=True)
    emit(change, "charge.expired", charge)


def _take(change: Change, charge: Row, card: Card, amount_minor: int) -> None:
    charge.update(captured=True, amount_captured=amount_minor)
    transaction = balance.book(change, "charge", charge, amount_minor, balance.charge_fee(amount_minor))
    charge["balance_transaction"] = transaction["id"]
    if card.available_at_once:
        transaction["available_on"] = change.now
        balance.make_available(change, transaction)


def _settled(change: Change, charge: Row, card: Card) -> None:
    emit(change, "charge.updated", charge)
    if card.dispute is not None:
        disputes.open_dispute(change, charge, inquiry=card.dispute == "inquiry")
