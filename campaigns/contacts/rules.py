"""What a file of contacts may say. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.contacts.csv_rows import Line, RowError
from campaigns.people.rules import InvalidEmail, written_email

HEADER = ("email", "group", "consent_source", "consent_on")
SOURCES = ("import", "join")
_LONGEST = {"group": 80, "consent_source": 120}


@dataclass(frozen=True)
class TypedContact:
    """One good row. Without `consent_source` the merchant may not write to this person."""

    line: int
    email: str
    group_name: str
    consent_source: str
    consent_on: date | None


def read_contacts(lines: Sequence[Line], today: date) -> tuple[list[TypedContact], list[RowError]]:
    """The good rows, and all that is wrong with the others."""
    good: list[TypedContact] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    for line in lines:
        found, wrong = _read(line, today)
        key = found.email.lower()
        if not wrong and key in seen:
            wrong = [RowError(line.number, "email", f"This address is in line {seen[key]} already.")]
        errors += wrong
        if not wrong:
            seen[key] = line.number
            good.append(found)
    return good, errors


def _read(line: Line, today: date) -> tuple[TypedContact, list[RowError]]:
    values, wrong = line.values, []
    try:
        email = written_email(values["email"])
    except InvalidEmail as reason:
        email = ""
        wrong.append(RowError(line.number, "email", str(reason)))
    for name, longest in _LONGEST.items():
        text = values[name]
        if len(text) > longest or any(unicodedata.category(sign).startswith("C") for sign in text):
            sentence = f"Write at most {longest} printable characters."
            wrong.append(RowError(line.number, name, sentence))
    consent_on, mistake = _consent_on(values, today)
    if mistake:
        wrong.append(RowError(line.number, "consent_on", mistake))
    return TypedContact(line.number, email, values["group"], values["consent_source"], consent_on), wrong


def _consent_on(values: dict[str, str], today: date) -> tuple[date | None, str]:
    """The day of consent, and what is wrong with it."""
    text, source = values["consent_on"], values["consent_source"]
    if not text and not source:
        return None, ""
    if not text:
        return None, "Say on which day they agreed, like 2026-03-01."
    if not source:
        return None, "Say how they agreed, or leave the day empty."
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        return None, "Write the day like 2026-03-01."
    if day > today or day.year < 2000:
        return None, "This day is not in the past."
    return day, ""
