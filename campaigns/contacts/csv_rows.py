"""Reads CSV that people bring along, and names what is wrong by line. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.foundation.errors import FieldError, InvalidFields

MOST_ROWS = 20_000


@dataclass(frozen=True)
class RowError:
    """What is wrong in one line of a file; the header is line 1."""

    line: int
    field: str
    sentence: str


@dataclass(frozen=True)
class Line:
    """One row by column name, trimmed. `number` is the line it ends on, as an editor counts."""

    number: int
    values: dict[str, str]


def read_lines(text: str, header: Sequence[str]) -> tuple[list[Line], list[RowError]]:
    """The rows of a file with exactly this header, and what could not be read as a row. Empty lines are passed over.

    Raises InvalidFields for the field `file` if it has another header, no rows, too many, or is no CSV.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    lines: list[Line] = []
    errors: list[RowError] = []
    _check_text(text)
    try:
        first = [name.strip() for name in next(reader, [])]
        if first != list(header):
            raise _refused("header", f"The first line must be exactly: {','.join(header)}")
        for values in reader:
            if not values:
                continue
            if len(values) != len(header):
                sentence = f"This line has {len(values)} columns instead of {len(header)}."
                errors.append(RowError(reader.line_num, "line", sentence))
                continue
            trimmed = dict(zip(header, (value.strip() for value in values), strict=True))
            lines.append(Line(reader.line_num, trimmed))
    except csv.Error as fault:
        raise _refused("not_csv", f"Line {reader.line_num} cannot be read as CSV: {fault}.") from None
    if len(lines) > MOST_ROWS:
        raise _refused("too_long", f"The file has {len(lines):,} rows. Bring at most {MOST_ROWS:,} at once.")
    if not lines and not errors:
        raise _refused("empty", "The file has a header and no rows.")
    return lines, errors


def _check_text(text: str) -> None:
    if "\0" in text:
        raise _refused("not_csv", "The file holds characters that no list has. Save it as CSV in UTF-8.")


def _refused(code: str, sentence: str) -> InvalidFields:
    return InvalidFields([FieldError("file", code, sentence)])
