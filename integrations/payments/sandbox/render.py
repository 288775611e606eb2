"""Objects as the API answers them: own fields hidden, references expanded on request."""

from __future__ import annotations

import copy
from typing import Any

from integrations.payments.sandbox.ids import kind_of
from integrations.payments.sandbox.refusals import Refusal, invalid
from integrations.payments.sandbox.state import Change, Row

_DEEPEST = 4
_NEVER = frozenset({"id", "object", "client_secret"})


def shown(row: Row) -> Row:
    """A copy of a row without the sandbox's own fields."""
    return {name: value for name, value in row.items() if not name.startswith("_")}


def expanded(change: Change, row: Row, paths: list[str]) -> Row:
    """The row with each path of `expand[]` replaced by its object; refuses a path that leads nowhere."""
    answer = copy.deepcopy(shown(row)) if paths else shown(row)
    for path in paths:
        parts = path.split(".")
        if len(parts) > _DEEPEST:
            raise invalid(f"You cannot expand more than {_DEEPEST} levels: {path}", "expand")
        _expand(change, answer, parts, path)
    return answer


def _expand(change: Change, node: Any, parts: list[str], path: str) -> None:
    if not parts or node is None:
        return
    if isinstance(node, list):
        for item in node:
            _expand(change, item, parts, path)
        return
    name = parts[0]
    if not isinstance(node, dict) or name not in node or name in _NEVER:
        raise _not_expandable(path)
    value = node[name]
    if isinstance(value, str):
        kind = kind_of(value)
        found = change.read(kind, value) if kind else None
        if found is None:
            raise _not_expandable(path)
        value = node[name] = shown(found)
    elif isinstance(value, list) and len(parts) == 1:
        raise _not_expandable(path)
    _expand(change, value, parts[1:], path)


def _not_expandable(path: str) -> Refusal:
    return invalid(f"This property cannot be expanded ({path}).", "expand")
