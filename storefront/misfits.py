"""What the framework finds wrong with a request, in our words: its own quote types and say nothing to people."""

from __future__ import annotations

import re
from typing import Any

from campaigns.foundation.errors import FieldError

_NAMED = re.compile(r"field `([^`]*)`")
_PLACE = re.compile(r"\[(\d+)\]")
# The whole body is called so in the framework; it is no name of a field.
_BODY = "data"
_UNREAD = "This value does not fit here."
_KINDS = (
    ("unknown field", "unknown", "There is no such field here."),
    ("missing", "missing", "This field is missing."),
    ("'data'", "missing", "Send a JSON object."),
    ("of length", "length", "This is too short or too long."),
    ("matching regex", "spelling", "This is not spelled as it must be."),
    ("got `", "wrong_type", "This is not the kind of value that fits here."),
    ("`int` >=", "range", "This number is too small."),
    ("`int` <=", "range", "This number is too large."),
)


def field_errors(extra: dict[str, Any] | list[Any] | None) -> list[FieldError]:
    """The findings with the names of their fields, as dotted paths."""
    found = extra if isinstance(extra, list) else []
    return [_error(str(each.get("key", "")), str(each.get("message", ""))) for each in found]


def _error(key: str, message: str) -> FieldError:
    for mark, code, sentence in _KINDS:
        if mark in message:
            return FieldError(_field(key, message), code, sentence)
    return FieldError(_field(key, message), "invalid", _UNREAD)


def _field(key: str, message: str) -> str:
    inside = "" if key == _BODY else _PLACE.sub(r".\1", key)
    named = _NAMED.search(message)
    if named is None or named.group(1) == inside:
        return inside
    return f"{inside}.{named.group(1)}" if inside else named.group(1)
