"""Events: what happened, with a snapshot of the object, and one delivery for each endpoint that wants it."""

from __future__ import annotations

import copy

from integrations.payments.sandbox.ids import random_text
from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import Change, Row

API_VERSION = "2026-10-28.endive"
"""The version objects are written in."""


def emit(change: Change, event_type: str, row: Row) -> Row:
    """Record that something happened to an object, as the object is now."""
    return _record(change, event_type, copy.deepcopy(shown(row)))


def emit_again(change: Change, original: Row) -> Row:
    """A new event with the old snapshot of an earlier one: the stale news a receiver must not believe."""
    return _record(change, original["type"], copy.deepcopy(original["data"]["object"]))


def _record(change: Change, event_type: str, snapshot: Row) -> Row:
    endpoints = [row for row in change.all("webhook_endpoint") if _wants(row, event_type)]
    event = change.add(
        "event",
        {
            "api_version": API_VERSION,
            "data": {"object": snapshot},
            "pending_webhooks": len(endpoints),
            "request": dict(change.request),
            "type": event_type,
            "_about": snapshot["id"],
        },
    )
    for endpoint in endpoints:
        change.put(
            "delivery",
            {
                "id": random_text(),
                "event": event["id"],
                "endpoint": endpoint["id"],
                "state": "new",
                "tries": 0,
            },
        )
    return event


def _wants(endpoint: Row, event_type: str) -> bool:
    wanted = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in wanted or event_type in wanted)
