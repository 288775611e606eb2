"""Which numbered statements the documents make, how far each is built, and where numbers are cited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.tracked import ROOT, project_files, read_text

BOOKS = {
    "R": "docs/rules.md",
    "F": "docs/payments.md",
    "C": "docs/payments.md",
    "I": "docs/invariants.md",
    "X": "docs/faults.md",
    "S": "docs/security.md",
    "U": "docs/pages.md",
}
_CITED = re.compile(r"(?<!%)\b([RFISUX])(\d{1,2})(?:(?:-| to )\1(\d{1,2}))?\b")
_STATED = re.compile(r"\*\*([A-Z])(\d+)\*\*")
# Lines that carry such letters for another reason: lint codes, test ids, data.
_NOT_A_CITATION = re.compile(r"noqa|S[0-9]{3}|\bF[0-9]{3}\b")


def stated(letter: str) -> dict[int, str]:
    """Number -> `yes`, `in part` or `not yet`, as the book of this letter says."""
    found: dict[int, str] = {}
    for block in _blocks((ROOT / BOOKS[letter]).read_text(encoding="utf-8")):
        matches = list(_STATED.finditer(block))
        ends = [*(match.start() for match in matches[1:]), len(block)][: len(matches)]
        how_far = ""
        for match, end in reversed(list(zip(matches, ends, strict=True))):
            said = block[match.end() : end].strip(", \n")
            how_far = _how_far(said) if said else how_far  # "**R82**, **R83**" share what follows them
            if match[1] == letter:
                found[int(match[2])] = how_far
    return found


def _blocks(text: str) -> list[str]:
    """List items with their further lines, table rows, paragraphs."""
    return re.split(r"\n(?=- |\||#|\n)", text)


def _how_far(statement: str) -> str:
    if "*Not yet" in statement:
        return "not yet"
    return "in part" if "*In part" in statement else "yes"


def cited(folders: tuple[str, ...], suffixes: tuple[str, ...]) -> Iterator[tuple[str, int, str]]:
    """Letter, number and place of every citation below these folders."""
    for path in project_files(ROOT, *suffixes):
        relative = path.relative_to(ROOT)
        if relative.parts[0] in folders and not relative.is_relative_to("tests/docs"):
            yield from _in_file(path, relative)


def _in_file(path: Path, relative: Path) -> Iterator[tuple[str, int, str]]:
    for line_number, line in enumerate((read_text(path) or "").splitlines(), 1):
        if _NOT_A_CITATION.search(line):
            continue
        for letter, first, last in _CITED.findall(line):
            for number in range(int(first), int(last or first) + 1):
                yield letter, number, f"{relative}:{line_number}"
