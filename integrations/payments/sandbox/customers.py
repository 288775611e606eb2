"""Customers: whom a saved card belongs to."""

from __future__ import annotations

from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.state import Change, Row


def fresh(change: Change, fields: Row) -> Row:
    """A new customer."""
    blank: Row = {
        "address": None,
        "balance": 0,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "metadata": {},
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
    }
    customer = change.add("customer", {**blank, **fields})
    emit(change, "customer.created", customer)
    return customer


def create(change: Change, params: Row) -> Row:
    """`POST /v1/customers`."""
    fields = {
        name: value or None for name, value in params.items() if name not in ("metadata", "preferred_locales")
    }
    fields.update(
        metadata=params.get("metadata") or {}, preferred_locales=params.get("preferred_locales") or []
    )
    return fresh(change, fields)
