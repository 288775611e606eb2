"""Form bodies with bracketed names, as Stripe's clients send them."""

from __future__ import annotations

import itertools
import re
from typing import Any
from urllib.parse import parse_qsl

from integrations.payments.sandbox.refusals import invalid

_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")

Tree = dict[str, Any]


def decode(raw: str) -> Tree:
    """`a[b]=1&c[0]=2` -> `{"a": {"b": "1"}, "c": {"0": "2"}}`. Values stay text; `c[]` counts up."""
    tree: Tree = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        matched = _NAME.match(name)
        if matched is None:
            raise invalid(f"Invalid parameter name: {name}", name)
        _place(tree, [matched[1], *_PART.findall(matched[2])], value, name)
    return tree


def _place(tree: Tree, path: list[str], value: str, name: str) -> None:
    node = tree
    for part, following in itertools.pairwise(path):
        node = node.setdefault(part or str(len(node)), {})
        if not isinstance(node, dict):
            raise invalid(f"Conflicting values for {name}, at {following or '[]'}.", name)
    last = path[-1] or str(len(node))
    if last in node:
        raise invalid(f"Parameter given twice: {name}", name)
    node[last] = value
