"""What the buyer does on the hosted pages: type a card, answer the issuer's question."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.payments.sandbox import attempts, sessions, setups
from integrations.payments.sandbox.cards import BY_NAME, Card, card_numbered, check_cvc, check_expiry
from integrations.payments.sandbox.ids import kind_of
from integrations.payments.sandbox.payment_methods import make
from integrations.payments.sandbox.refusals import impossible, not_found
from integrations.payments.sandbox.state import Change, Row

NOBODY = "buyer@example.com"
"""The address of a buyer who pressed a test card without typing one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A card as it came from the page: a name such as `pm_card_visa`, or number, expiry and code."""

    card: str
    expiry: str = ""
    cvc: str = ""
    email: str = ""


def pay(change: Change, session_id: str, typed: Typed) -> Row:
    """Submit the card form; the session, `complete` or `open` while a question waits. Raises declines."""
    session = change.edit("checkout.session", session_id)
    if session["status"] != "open":
        raise impossible(f"This checkout is {session['status']}.")
    card, expiry = _read_card(typed, change.now)
    email = session["customer_email"] or _customer_email(change, session) or typed.email or NOBODY
    sessions.note_buyer(change, session, email)
    intent = _intent(change, session)
    intent["customer"] = session["customer"]
    method = make(change, card, expiry, email)
    if session["mode"] == "setup":
        setups.attempt(change, intent, method)
    else:
        attempts.attempt(change, intent, method, off_session=False)
    _complete_if_done(change, session, intent)
    return session


def answer(change: Change, intent_id: str, *, approved: bool) -> Row:
    """Approve or refuse the issuer's question about an intent; the intent, or the decline."""
    kind = kind_of(intent_id)
    if kind not in ("payment_intent", "setup_intent"):
        raise not_found("intent", intent_id, "intent")
    intent = change.edit(kind, intent_id)
    if kind == "payment_intent":
        attempts.answer_authentication(change, intent, approved=approved)
    else:
        setups.answer_authentication(change, intent, approved=approved)
    if intent["_session"] is not None:
        _complete_if_done(change, change.edit("checkout.session", intent["_session"]), intent)
    return intent


def intent_id_of(session: Row) -> str | None:
    """The intent behind a session, if there is one yet."""
    intent_id: str | None = session["setup_intent"] or session["payment_intent"]
    return intent_id


def _intent(change: Change, session: Row) -> Row:
    if session["mode"] == "setup":
        return change.edit("setup_intent", session["setup_intent"])
    return sessions.intent_of(change, session)


def _complete_if_done(change: Change, session: Row, intent: Row) -> None:
    if intent["status"] in ("requires_capture", "succeeded") and session["status"] == "open":
        sessions.complete(change, session)


def _read_card(typed: Typed, now: int) -> tuple[Card, tuple[int, int]]:
    if typed.card in BY_NAME:
        return BY_NAME[typed.card], (12, 2034)
    card = card_numbered(typed.card)
    expiry = check_expiry(typed.expiry or "12/34", now)
    check_cvc(typed.cvc or ("1234" if card.brand == "amex" else "123"), card)
    return card, expiry


def _customer_email(change: Change, session: Row) -> str | None:
    if session["customer"] is None:
        return None
    email: str | None = change.need("customer", session["customer"])["email"]
    return email
