"""What a scan is told at the desk: one big word, one sentence, when and where (R69, U6)."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.deals.views import VenueView
from campaigns.vouchers.redeem import Redeemed
from storefront.formats import format_money, local_day, time_of_day

# Tone and word of every answer. Warm means: look again, it may be mended; bad means: do not serve.
WORDS = {
    "ok": ("good", "Redeemed"),
    "paid_value_only": ("warn", "Redeemed in part"),
    "invalid": ("bad", "Not a voucher"),
    "not_yet_valid": ("warn", "Too early"),
    "expired": ("bad", "Expired"),
    "wrong_venue": ("warn", "Another venue"),
    "already_redeemed": ("bad", "Already used"),
    "refunded": ("bad", "Refunded"),
    "canceled": ("bad", "Canceled"),
    "revoked": ("bad", "Withdrawn"),
    "frozen": ("warn", "On hold"),
}


@dataclass(frozen=True)
class Told:
    """`title` is what the voucher is for, `sentence` what to do, `when` the instant and place of the scan."""

    code: str
    tone: str
    word: str
    sentence: str
    title: str
    when: str


def told(answer: Redeemed, here: VenueView) -> Told:
    """Money is named only where less than the full value is to be given."""
    tone, word = WORDS[answer.answer.code]
    sentence = answer.answer.sentence
    if answer.answer.code == "already_redeemed":
        sentence = f"Already used on {_moment(answer, here)}. Do not give anything for it."
    elif answer.answer.code == "paid_value_only" and answer.paid is not None:
        worth = format_money(answer.paid)
        sentence = f"The full value is over. This voucher is worth {worth}, what was paid for it."
    accepted = answer.answer.accepted
    when = _moment(answer, here) if accepted else ""
    return Told(answer.answer.code, tone, word, sentence, answer.title or "", when)


def _moment(answer: Redeemed, here: VenueView) -> str:
    """`21 Nov, 19:42, Alder Street`, in the time of the venue where it was."""
    if answer.at is None:
        return "an earlier day"
    zone = answer.zone or here.zone
    return f"{local_day(answer.at, zone)}, {time_of_day(answer.at, zone)}, {answer.venue or here.name}"
