"""Ids as Stripe writes them: a prefix and random characters."""

from __future__ import annotations

import secrets
import string

PREFIXES = {
    "balance_transaction": "txn",
    "charge": "ch",
    "checkout.session": "cs_test",
    "customer": "cus",
    "dispute": "du",
    "event": "evt",
    "payment_intent": "pi",
    "payment_method": "pm",
    "refund": "re",
    "setup_intent": "seti",
    "webhook_endpoint": "we",
}
"""Kind of object -> prefix of its id. Longest prefix first decides in `kind_of`."""

_ALPHABET = string.ascii_letters + string.digits


def random_text(length: int = 24) -> str:
    """Random letters and digits. Not seeded: two sandboxes must never hand out the same id."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(kind: str) -> str:
    """A fresh id for an object of `kind`."""
    return f"{PREFIXES[kind]}_{random_text()}"


def kind_of(object_id: str) -> str | None:
    """The kind an id belongs to, or None if it is not an id of ours."""
    prefix = object_id.rpartition("_")[0]
    return next((kind for kind, own in PREFIXES.items() if own == prefix), None)
