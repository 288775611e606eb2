"""Post journal entries in the transaction of the state change they record."""

from __future__ import annotations

from datetime import datetime

from campaigns.foundation.store import Unit
from campaigns.ledger.rows import journal, postings
from campaigns.ledger.rules import Entry


class Unbalanced(RuntimeError):
    """An entry that does not sum to zero: our bug."""


async def post(unit: Unit, entry: Entry, now: datetime) -> None:
    """Write one entry. A second one of the same kind and ref violates a unique constraint, as it must."""
    if sum(amount for _, amount in entry.postings) != 0:
        raise Unbalanced(f"{entry.kind} {entry.ref}")
    head = journal.insert().values(
        at=now,
        kind=entry.kind,
        ref=entry.ref,
        order_id=entry.order_id,
        amount_minor=entry.amount.amount_minor,
        currency=entry.amount.currency,
    )
    journal_id = await unit.value(head.returning(journal.c.id))
    await unit.run(
        postings.insert(),
        [
            {
                "journal_id": journal_id,
                "account": account,
                "amount_minor": minor,
                "currency": entry.amount.currency,
            }
            for account, minor in entry.postings
        ],
    )
