"""What a check-in says: to the holder who makes it, and to the merchant who reads of it (R69, U6). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from storefront.formats import plural

_STAFF = "Staff can scan the QR code instead."
# Tone, word and sentence of every answer to somebody who checks in alone. `{venue}` is where.
ALONE = {
    "ok": ("good", "Checked in", "Show this to the staff of {venue}. The voucher is used now."),
    "paid_value_only": (
        "good",
        "Checked in",
        "Show this to the staff of {venue}. The voucher is used now, for what you paid for it.",
    ),
    "wrong_venue_code": ("warn", "Not the code", "This is not the code on the till screen of {venue}."),
    "outside_geofence": (
        "warn",
        "Not at the venue",
        "Your phone says that you are not at {venue}. Nothing was used. Go in and try again. " + _STAFF,
    ),
    "position_unclear": (
        "bad",
        "Not confirmed",
        "Nobody looked at this in time. Nothing was used. Try again. " + _STAFF,
    ),
    "too_many_tries": ("bad", "Staff only", "The code was wrong too often. Nothing was used. " + _STAFF),
    "needs_attention": ("bad", "Staff only", "We cannot confirm this check-in. Nothing was used. " + _STAFF),
    "invalid": (
        "warn",
        "Too old",
        "This page was more than two minutes old, or was sent before. Nothing was used. Type the code that the till "
        "screen shows now. " + _STAFF,
    ),
    "not_yet_valid": ("warn", "Too early", "This voucher is not valid yet. Nothing was used."),
    "expired": ("bad", "Expired", "This voucher has expired."),
    "wrong_venue": ("warn", "Another venue", "This voucher is not for {venue}. Nothing was used."),
    "already_redeemed": ("bad", "Already used", "This voucher was used before, and a voucher works once."),
    "refunded": ("bad", "Refunded", "This voucher was refunded. It can no longer be used."),
    "canceled": ("bad", "Canceled", "The deal was canceled, and this voucher was refunded."),
    "revoked": ("bad", "Withdrawn", "This voucher was withdrawn. It can no longer be used."),
    "frozen": ("warn", "On hold", "This voucher is on hold while your bank looks into the payment."),
}
_WAITING = (
    "warn",
    "Show this to the staff",
    "The code is right, but we can't tell whether you are here. Staff of {venue} can scan your QR code.",
)

VERDICTS = {
    "received": ("Received", "", "clock"),
    "accepted": ("Accepted", "good", "check"),
    "needs_staff": ("Waits for staff", "warn", "clock"),
    "refused": ("Refused", "bad", "x-circle"),
    "conflict": ("Conflict", "warn", "alert"),
    "undone": ("Undone", "", "undo"),
}
REASONS = {
    "ok": "Full value",
    "paid_value_only": "What was paid",
    "wrong_venue_code": "The code was wrong.",
    "outside_geofence": "The phone was outside.",
    "position_unclear": "The position was unclear.",
    "too_many_tries": "Too many wrong codes.",
    "needs_attention": "It could not be confirmed, or staff declined.",
    "invalid": "The page was too old, or was sent before.",
    "not_yet_valid": "The voucher is not valid yet.",
    "expired": "The voucher has expired.",
    "wrong_venue": "The voucher is for another venue.",
    "already_redeemed": "The voucher was used before.",
    "refunded": "The voucher was refunded.",
    "canceled": "The deal was canceled.",
    "revoked": "The voucher was withdrawn.",
    "frozen": "The voucher is on hold.",
}
BY = {
    "staff": "Staff",
    "browser": "Guest, by browser",
    "owntracks": "Guest, by own device",
    "venue_code": "Guest, without a position",
}
FLAGS = {
    "age": "old position",
    "speed": "came very fast",
    "jitter": "same position as before",
    "weak_position": "perhaps outside",
    "many_vouchers": "many vouchers today",
    "replay": "form used twice",
}


class Evidence(Protocol):
    """What is kept of a position: bands in metres, and the chance of 100 that it was inside."""

    @property
    def distance_band(self) -> str | None: ...
    @property
    def accuracy_band(self) -> str | None: ...
    @property
    def inside_percent(self) -> int | None: ...
    @property
    def flags(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class ToldAlone:
    """One big word and one sentence for the holder; `when` is empty where nothing was used."""

    code: str
    tone: str
    word: str
    sentence: str
    when: str = ""


def told_alone(state: str, reason: str, venue: str, *, tries_left: int, when: str = "") -> ToldAlone:
    """What became of a check-in without staff. Tries are named where the code was wrong (R77)."""
    tone, word, sentence = _WAITING if state == "needs_staff" else ALONE[reason]
    said = sentence.format(venue=venue)
    if reason == "wrong_venue_code":
        said = f"{said} {tries_line(tries_left)}"
    return ToldAlone(reason, tone, word, said, when)


def tries_line(left: int) -> str:
    """How often a wrong code may still be typed."""
    if left <= 0:
        return f"That was the last try. {_STAFF}"
    return f"It changes every minute. You have {plural(left, 'try', 'tries')} left. {_STAFF}"


def evidence_line(kept: Evidence) -> str:
    """`Within 150 m of the centre, exact to 50 m, 92% likely inside`. Empty where nothing is known."""
    known = [
        f"{_near(kept.distance_band)} the centre" if kept.distance_band else "",
        f"exact to {_band(kept.accuracy_band)}" if kept.accuracy_band else "",
        f"{kept.inside_percent}% likely inside" if kept.inside_percent is not None else "",
        *(FLAGS.get(flag, flag) for flag in kept.flags),
    ]
    line = ", ".join(part for part in known if part)
    return line[:1].upper() + line[1:]


def _near(band: str) -> str:
    return f"{_band(band)} from" if band == "more" else f"within {_band(band)} of"


def _band(band: str) -> str:
    return "more than 1,000 m" if band == "more" else f"{int(band):,} m"
