"""Reads what people typed, one field at a time, and collects everything that is wrong. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from campaigns.foundation.errors import FieldError, InvalidFields, Refusal
from campaigns.foundation.money import UnknownCurrency, currency, parse_money

T = TypeVar("T")

_WHOLE = re.compile(r"[0-9]{1,9}")
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?")
_WALL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Columns are 32 bits wide; no offer costs more than this.
MOST_MINOR = 1_000_000_000
_DEGREES = re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{1,12})?")
_YEARS = range(2000, 2200)
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


class Reader:
    """Every method answers a usable value even after an error, so that a form shows all errors at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def refuse(self, field: str, code: str, sentence: str) -> None:
        self.errors.append(FieldError(field, code, sentence))

    def finish(self) -> None:
        """Raises InvalidFields if anything was refused."""
        if self.errors:
            raise InvalidFields(self.errors)

    def text(self, field: str, typed: str, *, most: int, least: int = 0) -> str:
        """Trimmed text of `least` to `most` characters, line ends as newlines, no control characters."""
        text = typed.replace("\r\n", "\n").strip()
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
            self.refuse(field, "control_character", "Remove the characters that cannot be printed.")
            return ""
        if not text and least:
            self.refuse(field, "missing", "Fill this in.")
        elif not least <= len(text) <= most:
            self.refuse(field, "length", f"Write {least or 0} to {most} characters; these are {len(text)}.")
        return text

    def whole(self, field: str, typed: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number from `least` to `most`. Empty means `default`, or is refused where there is none."""
        found = self.limit(field, typed, least=least, most=most)
        if found is not None:
            return found
        if default is None and not typed.strip():
            self.refuse(field, "missing", "Fill this in.")
        return least if default is None else default

    def limit(self, field: str, typed: str, *, least: int, most: int) -> int | None:
        """A whole number from `least` to `most`, or None for no limit."""
        text = typed.strip()
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            self.refuse(field, "not_a_number", "Write a whole number in digits.")
        elif not least <= int(text) <= most:
            self.refuse(field, "out_of_range", f"Choose a number from {least} to {most}.")
        else:
            return int(text)
        return None

    def choice(self, field: str, typed: str, choices: Sequence[str]) -> str:
        text = typed.strip()
        if text in choices:
            return text
        self.refuse(field, "unknown_choice", f"Choose one of {', '.join(choices)}.")
        return choices[0]

    def yes(self, field: str, typed: str) -> bool:
        text = typed.strip().lower()
        if text not in (*_YES, *_NO):
            self.refuse(field, "unknown_choice", "Write yes or no.")
        return text in _YES

    def currency(self, field: str, typed: str) -> str | None:
        """A code of our table; None after an error, since no amount can be read then."""
        try:
            return currency(typed.strip().upper()).code
        except UnknownCurrency as reason:
            self.refuse(field, reason.code, str(UnknownCurrency(currency=typed.strip() or "Nothing")))
            return None

    def amount(self, field: str, typed: str, code: str | None) -> int:
        """Minor units above zero of an amount such as 38 or 38.50; 1 after an error."""
        if not typed.strip():
            self.refuse(field, "missing", "Fill this in.")
        elif code is not None:
            try:
                # Exponents and the like are numbers too, but nobody means them as a price.
                text = typed.strip()
                minor = parse_money(text if _AMOUNT.fullmatch(text) else f"“{text[:40]}”", code).amount_minor
            except Refusal as reason:
                self.refuse(field, reason.code, str(reason))
                return 1
            if 0 < minor <= MOST_MINOR:
                return minor
            self.refuse(field, "out_of_range", "Write an amount above zero that a card can pay.")
        return 1

    def degrees(self, field: str, typed: str, *, most: int) -> float:
        """Degrees of an angle from -most to most; 0 after an error."""
        text = typed.strip()
        if not text:
            self.refuse(field, "missing", "Fill this in.")
        elif not _DEGREES.fullmatch(text):
            self.refuse(field, "not_a_number", "Write degrees like 45.5231 or -122.6765.")
        elif abs(float(text)) > most:
            self.refuse(field, "out_of_range", f"Choose degrees from -{most} to {most}.")
        else:
            return float(text)
        return 0.0

    def day(self, field: str, typed: str) -> date | None:
        """A date, or None if nothing was typed or it was refused."""
        text = typed.strip()
        if not text:
            return None
        try:
            found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            found = None
        return self._in_our_time(field, found, "not_a_date", "Write a date like 2026-11-30.")

    def wall(self, field: str, typed: str) -> datetime | None:
        """A local wall time without a zone, or None if nothing was typed or it was refused."""
        text = typed.strip()
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text) if _WALL.fullmatch(text) else None
        except ValueError:
            found = None
        return self._in_our_time(field, found, "not_a_time", "Write a local time like 2026-11-30 18:00.")

    def _in_our_time(self, field: str, found: T | None, code: str, sentence: str) -> T | None:
        if isinstance(found, date) and found.year in _YEARS:
            return found
        self.refuse(field, code, sentence)
        return None
