"""Stripe's errors as the errors orders know. docs/payments.md says what follows from each."""

from __future__ import annotations

import stripe

from campaigns.orders.ports import (
    CardRefused,
    OutcomeUnknown,
    PaymentView,
    ProcessorBusy,
    ProcessorError,
    RefusedForGood,
    ServerError,
    UnexpectedState,
)
from integrations.payments.stripe.views import Origin, payment_view

_UNEXPECTED = "payment_intent_unexpected_state"
_KEY_IN_USE = 409


def port_error(fault: stripe.StripeError, origin: Origin) -> ProcessorError:
    """The port's error for one of Stripe's. Where the answer holds the payment, so does the error."""
    code = _code(fault)
    match fault:
        case stripe.APIConnectionError():
            return OutcomeUnknown(code or "connection")
        case stripe.RateLimitError():
            return ProcessorBusy(code or "rate_limit", retry_after_s=_retry_after_s(fault))
        case stripe.CardError():
            return CardRefused(code or "card_error", payment=_payment(fault, origin))
        case stripe.InvalidRequestError() if code == _UNEXPECTED:
            return UnexpectedState(code, payment=_payment(fault, origin))
        case stripe.APIError():
            return _api_error(fault, code)
        case _:
            return RefusedForGood(code or _status(fault))


def is_replay(headers: object) -> bool:
    """Whether an answer is an earlier one repeated under its key, and so may be out of date."""
    return _header(headers, "idempotent-replayed") == "true"


def _api_error(fault: stripe.APIError, code: str) -> ProcessorError:
    status = fault.http_status or 0
    if status == _KEY_IN_USE:
        return ProcessorBusy(code or "idempotency_key_in_use", retry_after_s=_retry_after_s(fault))
    if status >= 500:
        return ServerError(code or _status(fault))
    if fault.error is None:
        # Not Stripe's words but those of something in between: whether Stripe acted, nobody said.
        return OutcomeUnknown(_status(fault))
    return RefusedForGood(code or _status(fault))


def _code(fault: stripe.StripeError) -> str:
    # Several exception classes leave their own `code` empty, and `error` is None when a proxy answers HTML.
    said = fault.error
    code = getattr(said, "code", None)
    if code:
        return str(code)
    if isinstance(fault, stripe.InvalidRequestError) and fault.param:
        return f"invalid_{fault.param}"
    return "idempotency_error" if getattr(said, "type", None) == "idempotency_error" else ""


def _status(fault: stripe.StripeError) -> str:
    return f"http_{fault.http_status or 0}"


def _payment(fault: stripe.StripeError, origin: Origin) -> PaymentView | None:
    intent = getattr(fault.error, "payment_intent", None)
    return None if intent is None else payment_view(intent.to_dict(), origin)


def _retry_after_s(fault: stripe.StripeError) -> float | None:
    value = _header(fault.headers, "retry-after")
    return float(value) if value.isdecimal() else None


def _header(headers: object, name: str) -> str:
    find = getattr(headers, "get", None)
    return str(find(name, "")) if find else ""
