"""Balance transactions: what each movement of money leaves on the account, and what it costs."""

from __future__ import annotations

from integrations.payments.sandbox.state import DEADLINE, Change, Row

_DAYS_UNTIL_AVAILABLE = 2
_DAY_SECONDS = 86_400
_FIXED_FEE_MINOR = 30
_FEE_PER_MILLE = 29
DISPUTE_FEE_MINOR = 1_500

_CATEGORIES = {"payment": "charge", "adjustment": "dispute", "refund_failure": "refund_failure"}


def charge_fee(amount_minor: int) -> int:
    """2.9 % and 30 of the smallest unit, half a unit rounded up: 25.00 costs 1.03."""
    return (amount_minor * _FEE_PER_MILLE + 500) // 1_000 + _FIXED_FEE_MINOR


def book(change: Change, kind: str, source: Row, amount_minor: int, fee_minor: int = 0) -> Row:
    """Record a movement; `amount_minor` is negative when money leaves. Available two days later."""
    fee = [{"amount": fee_minor, "application": None, "currency": source["currency"], "type": "stripe_fee"}]
    available_at = change.now + _DAYS_UNTIL_AVAILABLE * _DAY_SECONDS
    return change.add(
        "balance_transaction",
        {
            "amount": amount_minor,
            "available_on": available_at,
            "balance_type": "payments",
            "currency": source["currency"],
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee_minor,
            "fee_details": fee if fee_minor else [],
            "net": amount_minor - fee_minor,
            "reporting_category": _CATEGORIES.get(kind, kind),
            "source": source["id"],
            "status": "pending",
            "type": kind,
            DEADLINE: available_at,
        },
    )


def make_available(change: Change, transaction: Row) -> None:
    """The money can be used from now on."""
    transaction.update({"status": "available", DEADLINE: None})
