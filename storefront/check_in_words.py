"""What a check-in says: to the holder who makes it, and to the merchant who reads of it (R69, U6). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.formats import plural

_STAFF = "Staff can scan the QR code instead."
# Tone, word and sentence of every answer to somebody who checks in alone. `{venue}` is where.
_ALONE = {
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
        "warn",
        "Show this to the staff",
        "The code is right, but we can't tell whether you are here. Staff of {venue} can scan your QR code.",
    ),
    "too_many_tries": ("bad", "Staff only", "The code was wrong too often. Nothing was used. " + _STAFF),
    "needs_attention": ("bad", "Staff only", "We cannot confirm this check-in. Nothing was used. " + _STAFF),
    "invalid": ("bad", "Out of date", "This form is out of date. Nothing was used. Press the button again."),
    "not_yet_valid": ("warn", "Too early", "This voucher is not valid yet. Nothing was used."),
    "expired": ("bad", "Expired", "This voucher has expired."),
    "wrong_venue": ("warn", "Another venue", "This voucher is not for {venue}. Nothing was used."),
    "already_redeemed": ("bad", "Already used", "This voucher was used before, and a voucher works once."),
    "refunded": ("bad", "Refunded", "This voucher was refunded. It can no longer be used."),
    "canceled": ("bad", "Canceled", "The deal was canceled, and this voucher was refunded."),
    "revoked": ("bad", "Withdrawn", "This voucher was withdrawn. It can no longer be used."),
    "frozen": ("warn", "On hold", "This voucher is on hold while your bank looks into the payment."),
}

VERDICTS = {
    "received": ("Received", "", "clock"),
    "accepted": ("Accepted", "good", "check"),
    "needs_staff": ("Waits for staff", "warn", "clock"),
    "refused": ("Refused", "bad", "x-circle"),
    "conflict": ("Conflict", "warn", "alert"),
    "undone": ("Undone", "", "undo"),
}


@dataclass(frozen=True)
class ToldAlone:
    """One big word and one sentence for the holder; `when` is empty where nothing was used."""

    code: str
    tone: str
    word: str
    sentence: str
    when: str = ""


def told_alone(code: str, venue: str, *, tries_left: int | None = None, when: str = "") -> ToldAlone:
    """The answer to a check-in without staff. Tries are named while there are any."""
    tone, word, sentence = _ALONE[code]
    said = sentence.format(venue=venue)
    if code == "wrong_venue_code" and tries_left is not None:
        said = f"{said} {tries_line(tries_left)}"
    return ToldAlone(code, tone, word, said, when)


def tries_line(left: int) -> str:
    """How often a wrong code may still be typed (R77)."""
    if left <= 0:
        return f"That was the last try. {_STAFF}"
    return f"It changes every minute. You have {plural(left, 'try', 'tries')} left. {_STAFF}"
