"""What must be so for a letter to be true: asked when it is owed and again when it is sent (R81). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

# How often a buyer whose payment failed is reminded (R43).
REMINDER_EVERY = timedelta(hours=48)

# So many tries over about eight hours; then a person decides.
MOST_TRIES = 12
_FIRST_WAIT_S = 30.0
_LONGEST_WAIT_S = 2 * 3600.0


@dataclass(frozen=True)
class Situation:
    """A deal, and an order of it, as they are now. Without an order its fields are empty."""

    deal_state: str
    order_state: str = ""
    reason: str | None = None


@dataclass(frozen=True)
class While:
    """Words separated by spaces; an empty text allows everything."""

    order: str = ""
    reason: str = ""
    deal: str = ""

    def holds(self, now: Situation) -> bool:
        return (
            (not self.order or now.order_state in self.order.split())
            and (not self.reason or now.reason in self.reason.split())
            and (not self.deal or now.deal_state in self.deal.split())
        )


# Any one of a letter's conditions is enough. "It's on" is never said of a deal that failed or was canceled.
TRUE_WHILE: Mapping[str, tuple[While, ...]] = {
    "held": (While("authorized", deal="open"),),
    "on": (While("authorized", deal="tipped settling"),),
    "charged": (While("captured refunding", deal="tipped settling settled"),),
    "place_lapsed": (While("lapsed", "place_lapsed"),),
    "declined": (While("lapsed", "declined"),),
    "deal_closed": (While("lapsed", "deal_closed"),),
    "hold_ended": (While("lapsed", "hold_ended"),),
    "left": (While("lapsed releasing released", "left"),),
    "too_late": (While("releasing released", "too_late"),),
    "no_place": (While("releasing released", "no_place"),),
    "failed": (While("releasing released", "deal_failed", "failed"),),
    "canceled": (
        While("lapsed releasing released dropped", "deal_canceled", "canceled"),
        While("capturing captured refunding refunded payment_problem disputed", deal="canceled"),
    ),
    "taken_early": (While("releasing", "taken_early"), While("refunding")),
    "payment_problem": (While("payment_problem", deal="tipped settling"),),
    "payment_reminder": (While("payment_problem", deal="tipped settling"),),
    "dropped": (While("dropped", "problem_days_over gave_up"),),
    "refunded": (While(),),
    "money_astray": (While(),),
    "deal_submitted": (While(deal="in_review"),),
    "deal_sent_back": (While(deal="draft"),),
    "deal_approved": (While(deal="scheduled"),),
    "deal_opened": (While(deal="open"),),
    "deal_tipped": (While(deal="tipped settling"),),
    "deal_failed": (While(deal="failed"),),
    "deal_canceled": (While(deal="canceled"),),
    "deal_settled": (While(deal="settled"),),
    # Whether the account is still lost, the letter itself looks.
    "feed_lost": (While(),),
    "advocate_invited": (While(deal="scheduled open tipped"),),
}


def is_true(letter: str, now: Situation) -> bool:
    """Whether a letter may be sent as things are."""
    return any(condition.holds(now) for condition in TRUE_WHILE[letter])


def reminders(first_told_at: datetime, ends_at: datetime) -> list[datetime]:
    """When to remind between the telling and the deadline, the deadline itself excluded (R43)."""
    found, at = [], first_told_at + REMINDER_EVERY
    while at < ends_at:
        found.append(at)
        at += REMINDER_EVERY
    return found


def wait_s(tries: int) -> float:
    """How long a letter waits after its n-th try: a mail server may be away for hours."""
    return min(_FIRST_WAIT_S * 2.0 ** min(tries - 1, 20), _LONGEST_WAIT_S)
