"""What Stripe answered, as plain data of ours. Everything here takes what `to_dict()` gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from campaigns.orders.ports import (
    PaymentStatus,
    PaymentView,
    RefundStatus,
    RefundView,
    SessionStatus,
    SessionView,
)

Answer = Mapping[str, Any]

_REFUND_STATUSES: dict[str, RefundStatus] = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}


@dataclass(frozen=True)
class Origin:
    """Who we are to Stripe: several installations may share one account, in two modes."""

    installation: str
    live: bool

    def owns(self, answer: Answer) -> bool:
        """Whether an object is from this installation and this mode (rule (f), F15)."""
        same_mode = answer.get("livemode") is self.live
        return same_mode and _metadata(answer).get("installation") == self.installation


def payment_view(intent: Answer, origin: Origin) -> PaymentView:
    """A PaymentIntent. Without its charge expanded, what only the charge knows is None."""
    metadata, charge = _metadata(intent), _object(intent.get("latest_charge"))
    card = _object(_object(charge.get("payment_method_details")).get("card"))
    return PaymentView(
        payment_id=intent["id"],
        status=cast(PaymentStatus, intent["status"]),
        amount_minor=intent["amount"],
        received_minor=intent.get("amount_received") or 0,
        currency=intent["currency"].upper(),
        ours=origin.owns(intent),
        order_id=metadata.get("order"),
        attempt=_whole(metadata.get("attempt")),
        confirmed_at=_instant(charge.get("created")),
        capture_before=_instant(card.get("capture_before")),
        card_brand=card.get("brand"),
        card_last4=card.get("last4"),
        card_fingerprint=card.get("fingerprint"),
        error_code=_object(intent.get("last_payment_error")).get("code"),
    )


def session_view(session: Answer, origin: Origin) -> SessionView:
    """A Checkout session. `payment_status` is not looked at: the payment itself says what it is."""
    return SessionView(
        session_id=session["id"],
        status=cast(SessionStatus, session["status"]),
        url=session.get("url") if session["status"] == "open" else None,
        payment_id=_id(session.get("payment_intent")),
        order_id=_metadata(session).get("order"),
        ours=origin.owns(session),
    )


def refund_view(refund: Answer, origin: Origin) -> RefundView:
    """A Refund. Refunds carry no mode, so a refund row of ours is known by the installation alone."""
    metadata = _metadata(refund)
    mine = metadata.get("installation") == origin.installation
    return RefundView(
        refund_id=refund["id"],
        payment_id=_id(refund.get("payment_intent")) or "",
        # A status we do not know is not an ending.
        status=_REFUND_STATUSES.get(refund["status"], "pending"),
        amount_minor=refund["amount"],
        currency=refund["currency"].upper(),
        our_refund=metadata.get("refund") if mine else None,
    )


def _metadata(answer: Answer) -> Answer:
    return _object(answer.get("metadata"))


def _object(value: object) -> Answer:
    """An expanded object; empty where there is none or only its id."""
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def _instant(epoch_s: object) -> datetime | None:
    return datetime.fromtimestamp(epoch_s, UTC) if isinstance(epoch_s, int) else None


def _whole(text: object) -> int:
    """A number we wrote into metadata; 0, which no attempt has, where somebody else wrote it."""
    return int(text) if isinstance(text, str) and text.isdecimal() else 0
