"""Requests the sandbox tests send again and again, with everything that matters in the arguments."""

from __future__ import annotations

import itertools
from typing import Any

import stripe

from tests.ports.sandbox.running import Client

_NUMBERS = itertools.count(1)

Row = dict[str, Any]


def a_key(text: str = "test") -> stripe.RequestOptions:
    """Options with a fresh idempotency key."""
    return {"idempotency_key": f"{text}:{next(_NUMBERS)}"}


def session_params(amount: int = 2500, capture: str = "manual", **more: Any) -> Row:
    """Parameters of a hosted checkout for one thing."""
    return {
        "mode": "payment",
        "success_url": "https://deals.example/o/1?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://deals.example/d/1",
        "line_items": [
            {
                "price_data": {
                    "currency": "eur",
                    "unit_amount": amount,
                    "product_data": {"name": "Ten coffees"},
                },
                "quantity": 1,
            }
        ],
        "payment_intent_data": {"capture_method": capture, "metadata": {"order": "7", "attempt": "1"}},
        "metadata": {"order": "7"},
        "allowed_payment_method_types": ["card", "link"],
        **more,
    }


async def a_session(client: Client, **more: Any) -> Any:
    """An open checkout session."""
    params: Any = session_params(**more)
    return await client.v1.checkout.sessions.create_async(params, a_key())


async def an_intent(client: Client, **fields: Any) -> Any:
    """A payment intent of 25.00 EUR with manual capture; it is confirmed if `confirm` is given."""
    params: Any = {
        "amount": 2500,
        "currency": "eur",
        "capture_method": "manual",
        "allowed_payment_method_types": ["card"],
        **fields,
    }
    return await client.v1.payment_intents.create_async(params, a_key())


async def a_hold(client: Client, card: str = "pm_card_visa", **fields: Any) -> Any:
    """An intent that holds money on a card."""
    return await an_intent(client, payment_method=card, confirm=True, **fields)
