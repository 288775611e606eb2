"""What a voucher may do, and what a scan is answered. Pure."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from campaigns.foundation.states import machine

VOUCHER = machine(
    "voucher",
    {
        "issued": "promo_expired redeemed frozen revoked",
        "promo_expired": "redeemed frozen revoked expired",
        "frozen": "issued promo_expired revoked",
        "redeemed": "issued promo_expired",
        "expired": "",
        "revoked": "",
    },
)
REVOKED_BECAUSE = ("refunded", "deal_canceled", "transferred", "traded_in", "charged_back", "merchant_closed")
SPENDABLE = ("issued", "promo_expired")

CODE_BYTES = 10  # 80 random bits, typed as four groups of four
SECRET_BYTES = 16


@dataclass(frozen=True)
class Answer:
    """What a scan is told (R69). `ok` and `paid_value_only` are the two that redeem."""

    code: str
    sentence: str

    @property
    def accepted(self) -> bool:
        return self.code in ("ok", "paid_value_only")


ANSWERS: dict[str, Answer] = {
    code: Answer(code, sentence)
    for code, sentence in {
        "ok": "Redeemed. Give what the voucher says.",
        "paid_value_only": "Redeemed at what was paid: the promotional value is over.",
        "invalid": "We don't know this code. Check the characters, or scan the QR code again.",
        "not_yet_valid": "This voucher is not valid yet.",
        "expired": "This voucher has expired.",
        "wrong_venue": "This voucher is for another venue.",
        "already_redeemed": "Already used.",
        "refunded": "This voucher was refunded.",
        "canceled": "The deal was canceled and the voucher refunded.",
        "revoked": "This voucher was withdrawn.",
        "frozen": "This voucher is on hold. Ask the platform before serving.",
    }.items()
}


@dataclass(frozen=True)
class Scanned:
    """A voucher as a scan finds it."""

    state: str
    reason: str | None
    valid_from_on: date | None
    promo_expires_on: date
    paid_expires_on: date
    at_this_venue: bool


def answer_scan(voucher: Scanned, zone: str, now: datetime) -> Answer:
    """What presenting the voucher at a venue of `zone` means now; a date ends with its day there (R66, R67)."""
    if not voucher.at_this_venue:
        return ANSWERS["wrong_venue"]
    if voucher.state in SPENDABLE:
        return ANSWERS[_by_date(voucher, now.astimezone(ZoneInfo(zone)).date())]
    if voucher.state == "revoked":
        return ANSWERS[
            {"refunded": "refunded", "deal_canceled": "canceled"}.get(voucher.reason or "", "revoked")
        ]
    return ANSWERS["already_redeemed" if voucher.state == "redeemed" else voucher.state]


def _by_date(voucher: Scanned, today: date) -> str:
    if voucher.valid_from_on and today < voucher.valid_from_on:
        return "not_yet_valid"
    if today > voucher.paid_expires_on:
        return "expired"
    return "paid_value_only" if today > voucher.promo_expires_on else "ok"


def new_secret() -> bytes:
    """What a voucher is: random bytes, no sequence (R65, S28)."""
    return secrets.token_bytes(SECRET_BYTES)


def code_of(secret: bytes) -> str:
    """The part of the secret that people type, 16 characters without 0, 1, 8 and 9."""
    return base64.b32encode(secret[:CODE_BYTES]).decode()


def grouped(code: str) -> str:
    """`ABCD-EFGH-IJKL-MNOP`, as printed."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def as_typed(text: str) -> str:
    """What somebody typed, as the code it means: case, spaces and dashes do not matter."""
    swapped = text.upper().translate({ord("0"): "O", ord("1"): "I", ord("8"): "B"})
    return "".join(c for c in swapped if c.isascii() and c.isalnum())
