"""One try to pay an intent with a card: a hold, a payment, a decline, or a question to the buyer."""

from __future__ import annotations

from integrations.payments.sandbox import charges
from integrations.payments.sandbox.cards import AUTHENTICATION, Card, Decline, card_error
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.payment_methods import card_of, check_owner, keep, needs_authentication
from integrations.payments.sandbox.refusals import Refusal, impossible
from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import DEADLINE, Change, Row

NOT_AUTHENTICATED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Choose another card, or try again.",
)


def attempt(change: Change, intent: Row, method: Row, *, off_session: bool, ask: bool = True) -> None:
    """Try to pay; ends in `requires_capture`, `succeeded` or `requires_action`, or raises the decline.

    off_session: the buyer is not there to be asked. ask: whether a question may be left open for the buyer.
    """
    check_owner(method, intent["customer"])
    card = card_of(method)
    intent.update(
        payment_method=method["id"], last_payment_error=None, _off_session=off_session, _three_d_secure=None
    )
    if needs_authentication(method, card):
        if off_session or not ask:
            raise decline(change, intent, method, AUTHENTICATION)
        _ask_the_buyer(change, intent)
        return
    _charge(change, intent, method, card)


def answer_authentication(change: Change, intent: Row, *, approved: bool) -> None:
    """The buyer's answer to the question; goes on with the payment or raises the decline."""
    if intent["status"] != "requires_action":
        raise impossible("Nothing is being asked of the buyer.", "payment_intent_unexpected_state")
    intent["next_action"] = None
    method = change.edit("payment_method", intent["payment_method"])
    if not approved:
        raise decline(change, intent, method, NOT_AUTHENTICATED)
    intent["_three_d_secure"] = {
        "authentication_flow": "challenge",
        "result": "authenticated",
        "version": "2.2.0",
    }
    _charge(change, intent, method, card_of(method))


def decline(change: Change, intent: Row, method: Row, why: Decline) -> Refusal:
    """Record a decline on the intent and give the 402 for it, with the intent inside."""
    charge = charges.fail(change, intent, method, why)
    about: Row = {"charge": charge["id"], "payment_method": shown(method)}
    refusal = card_error(why, **about)
    error = refusal.body()["error"]
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        latest_charge=charge["id"],
        last_payment_error={name: value for name, value in error.items() if name != "payment_intent"},
    )
    emit(change, "payment_intent.payment_failed", intent)
    refusal.about["payment_intent"] = shown(intent)
    return refusal


def _ask_the_buyer(change: Change, intent: Row) -> None:
    if intent["_return_url"] is None:
        action: Row = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
    else:
        url = f"{change.base}/c/auth/{intent['id']}"
        action = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": intent["_return_url"], "url": url},
        }
    intent.update(status="requires_action", next_action=action)
    emit(change, "payment_intent.requires_action", intent)


def _charge(change: Change, intent: Row, method: Row, card: Card) -> None:
    if card.charge_decline is not None:
        raise decline(change, intent, method, card.charge_decline)
    _keep_the_card(change, intent, method)
    method["_used"] = True
    manual = intent["capture_method"] == "manual"
    hold_seconds = card.hold_seconds(intent["_off_session"]) if manual else None
    charge = charges.succeed(change, intent, method, hold_seconds)
    intent.update(latest_charge=charge["id"], next_action=None)
    if manual:
        intent.update(
            status="requires_capture",
            amount_capturable=intent["amount"],
            **{DEADLINE: charge["payment_method_details"]["card"]["capture_before"]},
        )
        emit(change, "payment_intent.amount_capturable_updated", intent)
        return
    intent.update(status="succeeded", amount_received=intent["amount"])
    emit(change, "payment_intent.succeeded", intent)


def _keep_the_card(change: Change, intent: Row, method: Row) -> None:
    usage = intent["setup_future_usage"]
    if usage is not None and intent["customer"] is not None:
        keep(change, method, intent["customer"], usage == "off_session")
