"""Setup intents: keep a card for later without taking or holding money."""

from __future__ import annotations

from integrations.payments.sandbox.attempts import NOT_AUTHENTICATED
from integrations.payments.sandbox.cards import Decline, card_error
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.ids import random_text
from integrations.payments.sandbox.payment_methods import (
    card_of,
    check_owner,
    find,
    keep,
    method_types,
    needs_authentication,
)
from integrations.payments.sandbox.refusals import Refusal, impossible
from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import Change, Row

_OPEN = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


def fresh(change: Change, fields: Row) -> Row:
    """A new setup intent that waits for a card."""
    setup = change.add("setup_intent", _blank())
    setup.update(fields)
    setup["client_secret"] = f"{setup['id']}_secret_{random_text(25)}"
    emit(change, "setup_intent.created", setup)
    return setup


def create(change: Change, params: Row) -> Row:
    """`POST /v1/setup_intents`."""
    fields: Row = {name: params[name] for name in ("customer", "description", "usage") if name in params}
    if fields.get("customer"):
        change.need("customer", fields["customer"], param="customer")
    fields.update(metadata=params.get("metadata") or {}, payment_method_types=method_types(params))
    setup = fresh(change, {**fields, "_return_url": params.get("return_url")})
    if "payment_method" in params:
        method = find(change, params["payment_method"])
        check_owner(method, setup["customer"])
        setup.update(payment_method=method["id"], status="requires_confirmation")
    if params.get("confirm"):
        confirm(change, setup, params)
    return setup


def confirm(change: Change, setup: Row, params: Row) -> Row:
    """`POST /v1/setup_intents/{id}/confirm`."""
    if (
        setup["_session"] is not None
        and change.need("checkout.session", setup["_session"])["status"] == "open"
    ):
        raise impossible("This SetupIntent belongs to an open Checkout Session and cannot be confirmed.")
    if setup["status"] not in _OPEN:
        raise _unexpected_state(setup)
    reference = params.get("payment_method") or setup["payment_method"]
    if reference is None:
        raise impossible(
            "You cannot confirm this SetupIntent because it has no payment method.", None, "payment_method"
        )
    setup["_return_url"] = params.get("return_url") or setup["_return_url"]
    attempt(change, setup, find(change, reference))
    return setup


def attempt(change: Change, setup: Row, method: Row) -> None:
    """Try to keep a card; ends in `succeeded` or `requires_action`, or raises the decline."""
    check_owner(method, setup["customer"])
    setup.update(payment_method=method["id"], last_setup_error=None)
    if needs_authentication(method, card_of(method)):
        url = f"{change.base}/c/auth/{setup['id']}"
        action = {"return_url": setup["_return_url"], "url": url}
        setup.update(
            status="requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": action}
        )
        emit(change, "setup_intent.requires_action", setup)
        return
    _keep(change, setup, method)


def answer_authentication(change: Change, setup: Row, *, approved: bool) -> None:
    """The buyer's answer to the question; keeps the card or raises the decline."""
    if setup["status"] != "requires_action":
        raise impossible("Nothing is being asked of the buyer.", "setup_intent_unexpected_state")
    setup["next_action"] = None
    method = change.edit("payment_method", setup["payment_method"])
    if not approved:
        why = Decline("setup_intent_authentication_failure", None, NOT_AUTHENTICATED.message)
        raise _decline(change, setup, method, why)
    _keep(change, setup, method)


def mark_canceled(change: Change, setup: Row) -> None:
    """The session of a setup intent is over."""
    if setup["status"] in _OPEN:
        setup.update(status="canceled", cancellation_reason="abandoned", next_action=None)
        emit(change, "setup_intent.canceled", setup)


def _keep(change: Change, setup: Row, method: Row) -> None:
    card = card_of(method)
    if card.setup_decline is not None:
        raise _decline(change, setup, method, card.setup_decline)
    if setup["customer"] is not None:
        keep(change, method, setup["customer"], setup["usage"] == "off_session")
    method["_used"] = True
    setup.update(status="succeeded", next_action=None)
    emit(change, "setup_intent.succeeded", setup)


def _decline(change: Change, setup: Row, method: Row, why: Decline) -> Refusal:
    refusal = card_error(why, payment_method=shown(method))
    setup.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error=refusal.body()["error"],
    )
    emit(change, "setup_intent.setup_failed", setup)
    refusal.about["setup_intent"] = shown(setup)
    return refusal


def _unexpected_state(setup: Row) -> Refusal:
    return Refusal(
        400,
        f"You cannot confirm this SetupIntent because it has a status of {setup['status']}.",
        code="setup_intent_unexpected_state",
        about={"setup_intent": shown(setup)},
    )


def _blank() -> Row:
    return {
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": None,
        "customer": None,
        "description": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card", "link"],
        "status": "requires_payment_method",
        "usage": "off_session",
        "_return_url": None,
        "_session": None,
    }
