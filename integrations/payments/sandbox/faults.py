"""Faults on purpose: which answers go wrong, and how."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from integrations.payments.sandbox.refusals import Refusal

Kind = Literal[
    "rate_limit",
    "lock_timeout",
    "key_in_use",
    "unavailable",
    "drop",
    "error_after",
    "saved_error",
    "slow",
    "html",
]
KINDS: frozenset[str] = frozenset(Kind.__args__)  # type: ignore[attr-defined]

_BEFORE = {
    "rate_limit": Refusal(429, "Too many requests hit the API too quickly.", code="rate_limit"),
    "lock_timeout": Refusal(429, "Another request is using this object right now.", code="lock_timeout"),
    "key_in_use": Refusal(
        409,
        "There is currently another in-progress request using this Idempotent Key.",
        "idempotency_error",
        "idempotency_key_in_use",
    ),
    "unavailable": Refusal(503, "The service is not available at the moment.", "api_error"),
}
ERROR = Refusal(500, "Something went wrong on our end.", "api_error", keeps_effects=True)
"""The 500 of `error_after` and `saved_error`."""


@dataclass(slots=True)
class Fault:
    """A rule. It strikes requests whose method and path match, at `rate`, and `next_n` times at most.

    kind: `rate_limit`, `lock_timeout`, `key_in_use`, `unavailable`: refused before anything is done, not
    saved. `drop`: executed and saved, then the connection breaks. `error_after`: executed and saved, then a
    500 that is not saved. `saved_error`: not executed, the 500 is saved under the key. `slow`: the answer
    comes after `seconds`, and the key counts as in use until then. `html`: a 502 in HTML.
    committed: for `slow` and `html`, whether the request is executed (and saved) at all.
    """

    id: str
    kind: str
    method: str | None = None
    path: str | None = None
    rate: float = 1.0
    next_n: int | None = None
    seconds: float = 0.0
    committed: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"No such fault: {self.kind}. There are {', '.join(sorted(KINDS))}.")
        if self.path is not None:
            re.compile(self.path)

    @property
    def executes(self) -> bool:
        """Whether the request has its effect."""
        if self.kind in ("slow", "html"):
            return self.committed
        return self.kind in ("drop", "error_after")

    def refusal(self) -> Refusal | None:
        """What is answered instead of executing the request."""
        return _BEFORE.get(self.kind)


class Faults:
    """The rules in force, and the dice. Seeded, so that a run can be had again."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311 a run must be repeatable
        self.rules: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, fields: dict[str, Any]) -> Fault:
        """Put a rule in force; ValueError or TypeError if it makes no sense."""
        fault = Fault(id=f"fault_{next(self._numbers)}", **fields)
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """No faults any more."""
        self.rules.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The first rule that strikes this request, counted down. `path` begins with `/v1/`."""
        for fault in self.rules:
            if fault.method not in (None, method):
                continue
            if fault.path is not None and re.search(fault.path, path) is None:
                continue
            if fault.rate < 1.0 and self.dice.random() >= fault.rate:
                continue
            if fault.next_n is not None:
                fault.next_n -= 1
                if fault.next_n <= 0:
                    self.rules.remove(fault)
            return fault
        return None

    def dump(self) -> list[dict[str, Any]]:
        """The rules as plain data."""
        return [asdict(fault) for fault in self.rules]
