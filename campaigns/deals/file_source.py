"""A YAML text as nested plain text, with the line of everything and every mistake of its shape. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from campaigns.foundation.errors import FieldError, Refusal

LONGEST_FILE = 200_000
_NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and where: `str()` gives `noodles.yaml:12: threshold: …`."""

    file: str
    line: int
    field: str
    code: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:"
        return f"{where} {self.field}: {self.sentence}" if self.field else f"{where} {self.sentence}"


class InvalidDealFile(Refusal):
    """Everything that is wrong with a file, at once; nothing was stored."""

    code = "invalid_deal_file"
    sentence = "{file} cannot be imported yet. {many} must change."

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        many = "One thing" if len(mistakes) == 1 else f"{len(mistakes)} things"
        super().__init__(file=file, many=many)
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))


class Source:
    """The nodes of one file. Scalars stay text: nothing is guessed to be a number, a date or a truth."""

    def __init__(self, name: str, text: str) -> None:
        """Raises InvalidDealFile for what is not one YAML document with keys at its top."""
        self.name = name
        self.mistakes: list[Mistake] = []
        self._lines: dict[str, int] = {"": 1}
        self._written_as: dict[str, str] = {}
        self.top = self._compose(text)

    def _compose(self, text: str) -> yaml.MappingNode:
        if len(text) > LONGEST_FILE:
            self.refuse("", "too_long", f"A deal file has at most {LONGEST_FILE} characters.")
            raise InvalidDealFile(self.name, self.mistakes)
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as reason:
            mark = getattr(reason, "problem_mark", None)
            self._lines[""] = mark.line + 1 if mark else 1
            problem = getattr(reason, "problem", None) or "it cannot be read"
            self.refuse("", "not_yaml", f"This is not YAML: {problem}.")
            raise InvalidDealFile(self.name, self.mistakes) from None
        if not isinstance(node, yaml.MappingNode):
            self.refuse("", "not_a_deal", "A deal file has keys such as title, price and threshold.")
            raise InvalidDealFile(self.name, self.mistakes)
        return node

    def refuse(self, field: str, code: str, sentence: str) -> None:
        shown = self._written_as.get(field, field)
        self.mistakes.append(Mistake(self.name, self.line(shown), shown, code, sentence))

    def refuse_all(self, errors: Sequence[FieldError], *, under: str = "") -> None:
        """Mistakes of values; `under` is the key that holds the fields."""
        for error in errors:
            self.refuse(f"{under}{error.field}", error.code, error.sentence)

    def line(self, field: str) -> int:
        """Where a field stands, or the nearest thing around it."""
        while field not in self._lines:
            field = field.rpartition(".")[0]
        return self._lines[field]

    def written_as(self, field: str, key: str) -> None:
        """Mistakes of `field` are those of the key it was written as."""
        self._written_as[field] = key

    def finish(self) -> None:
        """Raises InvalidDealFile if anything was refused."""
        if self.mistakes:
            raise InvalidDealFile(self.name, self.mistakes)

    def keys(self, node: Any, field: str, known: Sequence[str]) -> dict[str, Any]:
        """The nodes under known keys. Other keys are mistakes, as is a key written twice."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(field, "not_a_block", f"Write this as a block of {', '.join(known)}.")
            return {}
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            path = f"{field}.{key}" if field else key
            repeated = key in found
            self._lines[path] = key_node.start_mark.line + 1
            if key not in known:
                self.refuse(path, "unknown_key", _suggestion(key, known))
            elif repeated:
                self.refuse(path, "repeated_key", "This key stands in the file twice. Keep one.")
            else:
                found[key] = value
        return found

    def text(self, node: Any, field: str) -> str:
        """A scalar as it is written; nothing at all for an empty one."""
        if not isinstance(node, yaml.ScalarNode):
            self.refuse(field, "not_a_value", "Write one value here.")
            return ""
        plain = node.style is None
        return "" if plain and node.value in _NOTHING else str(node.value)

    def items(self, node: Any, field: str) -> list[tuple[str, Any]]:
        """The nodes of a list, each with its path such as `tiers.0`."""
        if not isinstance(node, yaml.SequenceNode):
            self.refuse(field, "not_a_list", "Write a list here, each entry after a dash.")
            return []
        found = [(f"{field}.{place}", item) for place, item in enumerate(node.value)]
        self._lines |= {path: item.start_mark.line + 1 for path, item in found}
        return found


def _suggestion(key: str, known: Sequence[str]) -> str:
    near = get_close_matches(key, known, 1)
    return (
        f"There is no such key. Did you mean {near[0]}?"
        if near
        else f"There is no such key. Known: {', '.join(known)}."
    )
