"""The calls an order may owe the processor, each with its key and frozen parameters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.foundation.effects import Effect

KINDS = ("checkout", "expire_checkout", "capture", "release", "refund")


def capture_effect(row: Any, now: datetime) -> Effect:
    """Take what is due, up to what is held. One per attempt."""
    params = {"payment_id": row.payment_id, "amount_minor": row.due_minor, "currency": row.currency}
    return Effect(f"order:{row.id}", "capture", str(row.attempt), now, row.id, params)


def release_effect(row: Any, now: datetime) -> Effect:
    """Let the hold of the present attempt go."""
    return Effect(f"order:{row.id}", "release", str(row.attempt), now, row.id, {"payment_id": row.payment_id})


def release_stray(order_id: str, payment_id: str, now: datetime) -> Effect:
    """Let a hold go that no order needs."""
    return Effect(f"order:{order_id}", "release", payment_id, now, order_id, {"payment_id": payment_id})


def expire_effect(row: Any, now: datetime) -> Effect:
    """Close a payment page, or learn that it was completed."""
    return Effect(
        f"order:{row.id}", "expire_checkout", row.session_id, now, row.id, {"session_id": row.session_id}
    )


def refund_effect(refund: Any, now: datetime) -> Effect:
    params = {
        "payment_id": refund["payment_id"],
        "amount_minor": refund["amount_minor"],
        "currency": refund["currency"],
        "refund_id": refund["id"],
    }
    return Effect(f"order:{refund['order_id']}", "refund", refund["id"], now, refund["order_id"], params)
