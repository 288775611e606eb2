"""Lists: newest first, filtered, a page at a time."""

from __future__ import annotations

import operator
from typing import Any

from integrations.payments.sandbox.refusals import invalid, not_found
from integrations.payments.sandbox.render import expanded
from integrations.payments.sandbox.state import Change, Row

_COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
_PAGING = frozenset({"limit", "starting_after", "ending_before", "expand", "created"})


def page(change: Change, kind: str, params: Row, url: str) -> Row:
    """Stripe's list object. Filters other than paging and `created` compare fields of the same name."""
    limit: int = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Limit must be between 1 and 100.", "limit", "parameter_invalid_integer")
    if "starting_after" in params and "ending_before" in params:
        raise invalid("Give either starting_after or ending_before.", "starting_after")
    rows = [row for row in change.all(kind) if _matches(row, params)]
    rows.reverse()
    rows = _cut(rows, change, kind, params)
    chosen = rows[-limit:] if "ending_before" in params else rows[:limit]
    paths = params.get("expand") or []
    inner = [path.removeprefix("data.") for path in paths if path.startswith("data.")]
    if len(inner) != len(paths):
        raise invalid("In a list, expand starts with data.", "expand")
    data = [expanded(change, row, inner) for row in chosen]
    return {"object": "list", "data": data, "has_more": len(rows) > len(chosen), "url": url}


def _cut(rows: list[Row], change: Change, kind: str, params: Row) -> list[Row]:
    for name in ("starting_after", "ending_before"):
        if name in params:
            if change.read(kind, params[name]) is None:
                raise not_found(kind, params[name], name)
            place = next((index for index, row in enumerate(rows) if row["id"] == params[name]), None)
            if place is None:
                return []
            return rows[place + 1 :] if name == "starting_after" else rows[:place]
    return rows


def _matches(row: Row, params: Row) -> bool:
    created: Any = params.get("created")
    if isinstance(created, int) and row["created"] != created:
        return False
    if isinstance(created, dict) and not all(
        _COMPARE[name](row["created"], at) for name, at in created.items()
    ):
        return False
    return all(_same(row, name, wanted) for name, wanted in params.items() if name not in _PAGING)


def _same(row: Row, name: str, wanted: Any) -> bool:
    if name == "types":
        return row["type"] in wanted
    if name == "delivery_success":
        return (row["pending_webhooks"] == 0) is bool(wanted)
    if name == "type" and isinstance(wanted, str) and wanted.endswith(".*"):
        return bool(row["type"].startswith(wanted[:-1]))
    return bool(row.get(name) == wanted)
