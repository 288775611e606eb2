"""Refunds: money taken goes back, in whole or in part."""

from __future__ import annotations

from integrations.payments.sandbox import balance, disputes
from integrations.payments.sandbox.cards import Card
from integrations.payments.sandbox.currencies import check_step
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.payment_methods import card_of
from integrations.payments.sandbox.refusals import impossible, invalid, missing
from integrations.payments.sandbox.state import DEADLINE, Change, Row

_SECONDS_UNTIL_NEWS = 3_600
"""How long the cards with slow refunds leave one waiting, on the sandbox's clock."""


def create(change: Change, params: Row) -> Row:
    """`POST /v1/refunds`: refund a captured charge, by its intent or its own id."""
    charge = _charge(change, params)
    amount = _amount(change, charge, params)
    card = card_of(change.need("payment_method", charge["payment_method"]))
    pending = card.refund == "pending"
    refund = change.add(
        "refund",
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "currency": charge["currency"],
            "customer": charge["customer"],
            "destination_details": {"card": {"type": "refund"}, "type": "card"},
            "failure_balance_transaction": None,
            "failure_reason": None,
            "metadata": params.get("metadata") or {},
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "pending_reason": "processing" if pending else None,
            "reason": params.get("reason"),
            "receipt_number": None,
            "status": "pending" if pending else "succeeded",
            DEADLINE: _news_at(change, card),
        },
    )
    refund["balance_transaction"] = balance.book(change, "refund", refund, -amount)["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    emit(change, "refund.created", refund)
    emit(change, "charge.refunded", charge)
    return refund


def news(change: Change, refund: Row) -> None:
    """What a slow refund turns into: a pending one succeeds, the other fails and the money comes back."""
    refund[DEADLINE] = None
    if refund["status"] == "pending":
        refund.update(status="succeeded", pending_reason=None)
        emit(change, "refund.updated", refund)
        return
    charge = change.edit("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    transaction = balance.book(change, "refund_failure", refund, refund["amount"])
    refund.update(status="failed", failure_reason="unknown", failure_balance_transaction=transaction["id"])
    emit(change, "refund.failed", refund)
    emit(change, "refund.updated", refund)


def _news_at(change: Change, card: Card) -> int | None:
    return change.now + _SECONDS_UNTIL_NEWS if card.refund else None


def _charge(change: Change, params: Row) -> Row:
    if ("payment_intent" in params) == ("charge" in params):
        raise (
            missing("payment_intent")
            if "charge" not in params
            else invalid("Give either payment_intent or charge.", "charge")
        )
    charge_id = params.get("charge")
    if charge_id is None:
        intent = change.need("payment_intent", params["payment_intent"], param="payment_intent")
        charge_id = intent["latest_charge"]
    charge = change.edit("charge", charge_id, param="charge") if charge_id else None
    if charge is None or not charge["captured"]:
        raise impossible("This payment does not have a successful charge to refund.", param="payment_intent")
    return charge


def _amount(change: Change, charge: Row, params: Row) -> int:
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if disputes.is_open_on(change, charge["id"]):
        raise impossible(
            f"Charge {charge['id']} has been charged back; it cannot be refunded.", "charge_disputed"
        )
    if left == 0:
        raise impossible(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    amount: int = params.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer.", "amount", "parameter_invalid_integer")
    check_step(amount, charge["currency"], "amount")
    if amount > left:
        raise impossible(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
            "charge_already_refunded",
            "amount",
        )
    return amount
