"""Check a decoded form against the parameters stripe-python declares for the operation.

The client's own types are the list: a name they do not know is refused, and so is a value outside a Literal,
which the client's types have stopped doing.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, get_args, get_origin

import stripe

from integrations.payments.sandbox.form import Tree
from integrations.payments.sandbox.refusals import Refusal, invalid, missing

_NAMES = {**vars(typing), "Mapping": Mapping, "StripeContext": stripe.StripeContext}
_OPTIONS = frozenset(
    "api_key content_type headers idempotency_key max_network_retries"
    " stripe_account stripe_context stripe_version".split()
)
_RENAMED = {"payment_method_types": "allowed_payment_method_types"}
"""Parameters earlier API versions had, and what the pinned version calls them."""


@cache
def fields_of(shape: type) -> dict[str, Any]:
    """Name -> type of the parameters a stripe.params class declares, without the client's request options."""
    hints = typing.get_type_hints(shape, localns=_NAMES)
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}


def check(tree: Tree, shape: type, path: str = "") -> dict[str, Any]:
    """The form with its values in their types, or a 400 naming the parameter that is wrong."""
    fields = fields_of(shape)
    for name in tree:
        if name not in fields:
            raise unknown(_join(path, name))
    for name in sorted(shape.__required_keys__):  # type: ignore[attr-defined]
        if name not in tree and name not in _OPTIONS:
            raise missing(_join(path, name))
    return {name: _value(value, fields[name], _join(path, name)) for name, value in tree.items()}


def unknown(param: str) -> Refusal:
    """The refusal of a parameter nobody declared."""
    hint = _RENAMED.get(param)
    more = f" In this API version it is called {hint}." if hint else ""
    return invalid(f"Received unknown parameter: {param}.{more}", param, "parameter_unknown")


def unmodelled(params: dict[str, Any], modelled: frozenset[str], path: str = "") -> None:
    """Refuse what Stripe knows and the sandbox does not act on: taking it silently would be a lie."""
    for name in params:
        if name not in modelled:
            param = _join(path, name)
            raise invalid(f"The sandbox does not model the parameter {param}.", param, "parameter_unknown")


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _value(value: str | Tree, hint: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin is typing.Union or type(hint).__name__ == "UnionType":
        return _one_of(value, get_args(hint), path)
    if origin is Literal:
        return _literal(value, get_args(hint), path)
    if origin is list:
        return _list(value, get_args(hint)[0], path)
    if origin is dict or getattr(origin or hint, "__name__", "") == "UntypedStripeObject":
        return _mapping(value, path)
    if hasattr(hint, "__required_keys__"):
        return check(_tree(value, path), hint, path)
    return _plain(value, hint, path)


def _one_of(value: str | Tree, choices: tuple[Any, ...], path: str) -> Any:
    literals = tuple(word for choice in choices if get_origin(choice) is Literal for word in get_args(choice))
    others = [choice for choice in choices if get_origin(choice) is not Literal and choice is not type(None)]
    if isinstance(value, str) and value in literals:
        return value
    if any(literals):
        # `Literal[…] | str` widens the list for type checkers only; bool or a mapping may be left.
        others = [choice for choice in others if choice is not str]
    structured = [
        choice for choice in others if isinstance(value, dict) != (choice in (int, str, bool, Decimal))
    ]
    if not structured:
        return _literal(value, literals, path)
    return _value(value, structured[0], path)


def _literal(value: str | Tree, words: tuple[str, ...], path: str) -> str:
    if isinstance(value, str) and value in words:
        return value
    raise invalid(
        f"Invalid {path}: must be one of {', '.join(word or 'an empty value' for word in words)}.", path
    )


def _list(value: str | Tree, item: Any, path: str) -> list[Any]:
    if value == "":
        return []
    tree = _tree(value, path)
    if not all(key.isascii() and key.isdigit() for key in tree):
        raise invalid(f"Invalid array: {path}", path)
    return [_value(tree[key], item, f"{path}[{key}]") for key in sorted(tree, key=int)]


def _mapping(value: str | Tree, path: str) -> dict[str, str]:
    tree = _tree(value, path)
    for key, text in tree.items():
        if not isinstance(text, str):
            raise invalid(f"Invalid string: {path}[{key}]", f"{path}[{key}]")
        if len(key) > 40 or len(text) > 500:
            raise invalid(f"{path}: names have at most 40 characters, values 500.", f"{path}[{key}]")
    if len(tree) > 50:
        raise invalid(f"{path}: at most 50 entries.", path)
    return {key: text for key, text in tree.items() if text != ""}


def _tree(value: str | Tree, path: str) -> Tree:
    if isinstance(value, str):
        raise invalid(f"Invalid object: {path}", path)
    return value


def _plain(value: str | Tree, hint: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise invalid(f"Invalid {getattr(hint, '__name__', 'value')}: {path}", path)
    if value == "":
        raise invalid(f"You passed an empty string for '{path}'.", path, "parameter_invalid_empty")
    if hint is int:
        return _integer(value, path)
    if hint is bool:
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value}", path)
        return value == "true"
    if hint is Decimal:
        return _decimal(value, path)
    return value


def _integer(value: str, path: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise invalid(f"Invalid integer: {value}", path, "parameter_invalid_integer")
    return int(value)


def _decimal(value: str, path: str) -> str:
    try:
        return str(Decimal(value))
    except InvalidOperation:
        raise invalid(f"Invalid decimal: {value}", path) from None
