"""Refusals: what a person asked for and may not have, with a stable code and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


class Refusal(Exception):
    """Named after the fact that forbids the act. `details` fill the sentence and travel with the answer."""

    code: ClassVar[str]
    sentence: ClassVar[str]

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details

    def __str__(self) -> str:
        return self.sentence.format(**self.details)


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a form or a file. `field` is a dotted path such as `tiers.1.price`."""

    field: str
    code: str
    sentence: str


class InvalidFields(Refusal):
    """Everything that is wrong with what was typed, at once; nothing was stored."""

    code = "invalid_fields"
    sentence = "Some fields need another look."

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__()
        self.errors = tuple(errors)


class NotFound(Refusal):
    code = "not_found"
    sentence = "There is no such {what} here."


class NotAllowed(Refusal):
    code = "not_allowed"
    sentence = "Your sign-in does not let you {act}. {who_may}"
