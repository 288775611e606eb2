"""What a file of sales may say. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.contacts.csv_rows import Line, RowError
from campaigns.foundation.money import NotAnAmount, UnknownCurrency, currency, parse_money
from campaigns.people.rules import InvalidEmail, normalize_email

HEADER = ("date", "email", "amount", "currency", "reference")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_AMOUNT = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,3})?")
_MOST_MINOR = 1_000_000_000
_LONGEST_REFERENCE = 80


@dataclass(frozen=True)
class TypedSale:
    """One good row: what somebody paid on a day, negative where it went back. `reference` names it for ever."""

    line: int
    sold_on: date
    email_key: str
    amount_minor: int
    currency: str
    reference: str


def read_sales(lines: Sequence[Line], today: date) -> tuple[list[TypedSale], list[RowError]]:
    """The good rows, and all that is wrong with the others."""
    good: list[TypedSale] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    for line in lines:
        wrong: list[RowError] = []
        found = _read(line, today, wrong)
        if not wrong and found.reference in seen:
            sentence = f"This reference is in line {seen[found.reference]} already."
            wrong.append(RowError(line.number, "reference", sentence))
        errors += wrong
        if not wrong:
            seen[found.reference] = line.number
            good.append(found)
    return good, errors


def _read(line: Line, today: date, wrong: list[RowError]) -> TypedSale:
    """Adds what is wrong to `wrong`; then the row that is answered is not to be used."""

    def refuse(field: str, sentence: str) -> None:
        wrong.append(RowError(line.number, field, sentence))

    values, email_key = line.values, ""
    try:
        email_key = normalize_email(values["email"])
    except InvalidEmail as reason:
        refuse("email", str(reason))
    reference = values["reference"]
    if not 0 < len(reference) <= _LONGEST_REFERENCE or not reference.isprintable():
        sentence = f"Give each sale its own number or name, of at most {_LONGEST_REFERENCE} characters."
        refuse("reference", sentence)
    sold_on = _day(values["date"], today)
    if sold_on is None:
        refuse("date", "Write a day that has begun, like 2026-03-01.")
    amount = _money(values, refuse)
    return TypedSale(line.number, sold_on or today, email_key, *amount, reference)


def _day(text: str, today: date) -> date | None:
    """No other way of writing a day is guessed at."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and day.year >= 2000 and day <= today else None


def _money(values: dict[str, str], refuse: Callable[[str, str], None]) -> tuple[int, str]:
    try:
        code = currency(values["currency"].upper()).code
    except UnknownCurrency as reason:
        refuse("currency", str(reason))
        return 0, ""
    text = values["amount"]
    if not _AMOUNT.fullmatch(text):
        refuse("amount", "Write an amount like 38.50, or -38.50 for what was given back.")
        return 0, code
    try:
        amount_minor = parse_money(text.removeprefix("-"), code).amount_minor
    except NotAnAmount as reason:
        refuse("amount", str(reason))
        return 0, code
    if not 0 < amount_minor <= _MOST_MINOR:
        refuse("amount", "Write an amount that is not zero and that a till can take.")
    return -amount_minor if text.startswith("-") else amount_minor, code
