"""What happens by itself when the sandbox's clock reaches a deadline."""

from __future__ import annotations

from integrations.payments.sandbox import balance, intents, refunds, sessions
from integrations.payments.sandbox.state import DEADLINE, Change


def expire(change: Change, kind: str, object_id: str) -> None:
    """Carry out one deadline; nothing if it no longer stands."""
    if change.read(kind, object_id) is None:
        return
    row = change.edit(kind, object_id)
    if row.get(DEADLINE) is None or row[DEADLINE] > change.now:
        return
    if kind == "payment_intent":
        intents.hold_ended(change, row)
    elif kind == "checkout.session":
        sessions.expire(change, row)
    elif kind == "refund":
        refunds.news(change, row)
    elif kind == "balance_transaction":
        balance.make_available(change, row)
    elif kind == "answer":
        change.remove(kind, object_id)
