"""Disputes: a buyer goes to the bank. Opened by two of the test cards, or by injection."""

from __future__ import annotations

from integrations.payments.sandbox import balance
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.refusals import impossible
from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import Change, Row

_DAYS_TO_ANSWER = 9
_DAY_SECONDS = 86_400
_CLOSED = frozenset({"won", "lost", "warning_closed"})


def open_dispute(change: Change, charge: Row, *, inquiry: bool = False, reason: str = "fraudulent") -> Row:
    """Open a dispute over what was captured. An inquiry takes no money yet; a dispute takes it with a fee."""
    if not charge["captured"] or charge["disputed"]:
        raise impossible("Only a captured charge without a dispute can be disputed.", param="charge")
    charge["disputed"] = True
    dispute = change.add(
        "dispute",
        {
            "amount": charge["amount_captured"] - charge["amount_refunded"],
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": charge["currency"],
            "evidence": {},
            "evidence_details": {
                "due_by": change.now + _DAYS_TO_ANSWER * _DAY_SECONDS,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": inquiry,
            "metadata": {},
            "network_reason_code": "10.4",
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {
                "card": {
                    "brand": charge["payment_method_details"]["card"]["brand"],
                    "network_reason_code": "10.4",
                },
                "type": "card",
            },
            "reason": reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
        },
    )
    emit(change, "charge.dispute.created", dispute)
    if not inquiry:
        _book(change, dispute, -dispute["amount"], balance.DISPUTE_FEE_MINOR)
        emit(change, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(change: Change, dispute: Row, *, won: bool) -> Row:
    """Decide a dispute. Won: the money comes back (the fee does not); lost: it stays away."""
    if dispute["status"] in _CLOSED:
        raise impossible("This dispute is already closed.")
    if dispute["status"] == "warning_needs_response":
        dispute["status"] = "warning_closed"
    else:
        dispute["status"] = "won" if won else "lost"
        if won:
            _book(change, dispute, dispute["amount"], 0)
            emit(change, "charge.dispute.funds_reinstated", dispute)
    emit(change, "charge.dispute.closed", dispute)
    return dispute


def is_open_on(change: Change, charge_id: str) -> bool:
    """Whether a dispute that took money stands on a charge, undecided or lost."""
    return any(
        row["charge"] == charge_id and row["status"] in ("needs_response", "under_review", "lost")
        for row in change.all("dispute")
    )


def _book(change: Change, dispute: Row, amount_minor: int, fee_minor: int) -> None:
    transaction = balance.book(change, "adjustment", dispute, amount_minor, fee_minor)
    transaction["reporting_category"] = "dispute" if amount_minor < 0 else "dispute_reversal"
    dispute["balance_transactions"].append(shown(transaction))
