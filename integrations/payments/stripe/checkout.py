"""The hosted page that holds an amount on a card: what Stripe is asked for, frozen by the order alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.foundation.money import Money
from campaigns.orders.ports import Checkout

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem


def session_parameters(checkout: Checkout, installation: str) -> SessionCreateParams:
    """The same for the same order and attempt, whenever asked: another word under the same key is refused."""
    metadata = {
        "installation": installation,
        "deal": checkout.deal_id,
        "order": checkout.order_id,
        "attempt": str(checkout.attempt),
    }
    return {
        "mode": "payment",
        # Only what a hold was thought through for, whatever the account's Dashboard switches on.
        "allowed_payment_method_types": ["card", "link"],
        "client_reference_id": checkout.order_id,
        "customer_email": checkout.email,
        "line_items": [_line(checkout)],
        # The session's metadata do not reach its payment: it needs its own.
        "metadata": metadata,
        "payment_intent_data": {"capture_method": "manual", "metadata": metadata},
        "expires_at": int(checkout.expires_at.timestamp()),
        "success_url": checkout.success_url,
        "cancel_url": checkout.cancel_url,
    }


def _line(checkout: Checkout) -> SessionCreateParamsLineItem:
    """One line that adds up to the amount; its units are counted where the amount divides by them."""
    each, rest = divmod(checkout.amount.amount_minor, checkout.units)
    if rest:
        return _item(checkout.amount, f"{checkout.title} × {checkout.units}", 1)
    return _item(Money(each, checkout.amount.currency), checkout.title, checkout.units)


def _item(price: Money, name: str, quantity: int) -> SessionCreateParamsLineItem:
    return {
        "price_data": {
            "currency": price.currency.lower(),
            "unit_amount": price.amount_minor,
            "product_data": {"name": name},
        },
        "quantity": quantity,
    }
