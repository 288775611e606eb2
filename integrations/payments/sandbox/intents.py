"""Payment intents: create, confirm, capture, cancel."""

from __future__ import annotations

from integrations.payments.sandbox import charges
from integrations.payments.sandbox.attempts import attempt
from integrations.payments.sandbox.cards import Card, Decline, card_error
from integrations.payments.sandbox.currencies import check_charge, check_currency, check_step
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.ids import random_text
from integrations.payments.sandbox.payment_methods import card_of, check_owner, find, method_types
from integrations.payments.sandbox.refusals import Refusal, impossible, invalid, missing
from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import DEADLINE, Change, Row

HOLD_GONE = Decline(
    "capture_charge_authorization_expired",
    None,
    "The hold on the card ended before it was captured.",
)

_BEFORE_MONEY = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


def fresh(change: Change, fields: Row) -> Row:
    """A new intent that waits for a card. `fields` must hold amount and currency."""
    intent = change.add("payment_intent", _blank())
    intent.update(fields)
    intent["client_secret"] = f"{intent['id']}_secret_{random_text(25)}"
    emit(change, "payment_intent.created", intent)
    return intent


def create(change: Change, params: Row) -> Row:
    """`POST /v1/payment_intents`."""
    currency = check_currency(params["currency"])
    check_charge(params["amount"], currency)
    fields = {name: params[name] for name in _COPIED if name in params}
    fields.update(currency=currency, metadata=params.get("metadata") or {})
    fields["payment_method_types"] = method_types(params)
    fields["_dynamic"] = _is_dynamic(params)
    if fields.get("customer"):
        change.need("customer", fields["customer"], param="customer")
    if not params.get("confirm"):
        _refuse_without_confirm(params)
    intent = fresh(change, {**fields, "_return_url": params.get("return_url")})
    if "payment_method" in params:
        method = find(change, params["payment_method"])
        check_owner(method, intent["customer"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
    if params.get("confirm"):
        _confirm(change, intent, params)
    return intent


def confirm(change: Change, intent: Row, params: Row) -> Row:
    """`POST /v1/payment_intents/{id}/confirm`."""
    _refuse_open_session(change, intent, "confirmed")
    if intent["status"] not in _BEFORE_MONEY:
        raise unexpected_state(intent, "confirmed")
    for name in ("receipt_email", "setup_future_usage", "capture_method"):
        if name in params:
            intent[name] = params[name] or None
    _confirm(change, intent, params)
    return intent


def capture(change: Change, intent: Row, params: Row) -> Row:
    """`POST /v1/payment_intents/{id}/capture`: all of the hold, or `amount_to_capture` of it."""
    if intent["status"] != "requires_capture":
        raise unexpected_state(intent, "captured")
    amount: int = (
        params["amount_to_capture"] if "amount_to_capture" in params else intent["amount_capturable"]
    )
    if not 1 <= amount <= intent["amount_capturable"]:
        raise impossible(
            f"The requested capture amount is greater than the amount you can capture"
            f" ({intent['amount_capturable']}), or less than 1.",
            "amount_too_large" if amount > 0 else "amount_too_small",
            "amount_to_capture",
        )
    check_step(amount, intent["currency"], "amount_to_capture")
    card = card_of(change.need("payment_method", intent["payment_method"]))
    charge = change.edit("charge", intent["latest_charge"])
    if card.lost_at_capture:
        hold_ended(change, intent)
        raise card_error(HOLD_GONE, charge=charge["id"], payment_intent=shown(intent))
    intent["metadata"] = {**intent["metadata"], **(params.get("metadata") or {})}
    _take(change, intent, charge, card, amount)
    return intent


def cancel(change: Change, intent: Row, params: Row) -> Row:
    """`POST /v1/payment_intents/{id}/cancel`; a hold is let go."""
    _refuse_open_session(change, intent, "canceled")
    if intent["status"] not in _BEFORE_MONEY | {"requires_capture"}:
        raise unexpected_state(intent, "canceled")
    if intent["status"] == "requires_capture":
        charges.release(change, change.edit("charge", intent["latest_charge"]))
    mark_canceled(change, intent, params.get("cancellation_reason"))
    return intent


def hold_ended(change: Change, intent: Row) -> None:
    """Nobody captured in time: the issuer let the hold go and the intent is canceled."""
    charges.expire(change, change.edit("charge", intent["latest_charge"]))
    mark_canceled(change, intent, "expired")


def mark_canceled(change: Change, intent: Row, reason: str | None) -> None:
    """Set an intent to `canceled`, with nothing left to capture."""
    intent.update(
        status="canceled",
        canceled_at=change.now,
        cancellation_reason=reason,
        amount_capturable=0,
        next_action=None,
    )
    intent[DEADLINE] = None
    emit(change, "payment_intent.canceled", intent)


def unexpected_state(intent: Row, done: str) -> Refusal:
    """The refusal of what the intent's status does not allow to be done, with the intent inside."""
    return Refusal(
        400,
        f"This PaymentIntent could not be {done} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        about={"payment_intent": shown(intent)},
    )


def _take(change: Change, intent: Row, charge: Row, card: Card, amount_minor: int) -> None:
    charges.capture(change, charge, card, amount_minor)
    intent.update(status="succeeded", amount_capturable=0, amount_received=amount_minor)
    intent[DEADLINE] = None
    if intent["_session"] is not None:
        change.edit("checkout.session", intent["_session"])["payment_status"] = "paid"
    emit(change, "payment_intent.succeeded", intent)


def _confirm(change: Change, intent: Row, params: Row) -> None:
    reference = params.get("payment_method") or intent["payment_method"]
    if reference is None:
        raise impossible(
            "You cannot confirm this PaymentIntent because it has no payment method.",
            "payment_intent_unexpected_state" if intent["status"] == "requires_action" else None,
            "payment_method",
        )
    off_session = bool(params.get("off_session"))
    if off_session and intent["customer"] is None:
        raise missing("customer")
    if params.get("return_url"):
        intent["_return_url"] = params["return_url"]
    if intent["_dynamic"] and not off_session and intent["_return_url"] is None:
        raise impossible(
            "This PaymentIntent accepts payment methods that may redirect, so a `return_url` is required."
            " Or set allowed_payment_method_types, or automatic_payment_methods[allow_redirects] to never.",
            param="return_url",
        )
    method = find(change, reference)
    ask = not params.get("error_on_requires_action")
    attempt(change, intent, method, off_session=off_session, ask=ask)


def _refuse_without_confirm(params: Row) -> None:
    for name in ("off_session", "return_url", "error_on_requires_action"):
        if name in params:
            raise invalid(f"{name} can only be given together with confirm=true.", name)


def _refuse_open_session(change: Change, intent: Row, done: str) -> None:
    session_id = intent["_session"]
    if session_id is not None and change.need("checkout.session", session_id)["status"] == "open":
        raise Refusal(
            400,
            f"This PaymentIntent belongs to an open Checkout Session and cannot be {done}. Expire that.",
            about={"payment_intent": shown(intent)},
        )


def _is_dynamic(params: Row) -> bool:
    automatic = params.get("automatic_payment_methods") or {}
    return "allowed_payment_method_types" not in params and automatic.get("allow_redirects") != "never"


_COPIED = (
    "amount", "capture_method", "confirmation_method", "customer", "description", "receipt_email",
    "setup_future_usage", "statement_descriptor", "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip


def _blank() -> Row:
    return {
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": None,
        "confirmation_method": "automatic",
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {},
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card", "link"],
        "receipt_email": None,
        "setup_future_usage": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_group": None,
        "_dynamic": False,
        "_off_session": False,
        "_return_url": None,
        "_session": None,
        "_three_d_secure": None,
        DEADLINE: None,
    }
