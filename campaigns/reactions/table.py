"""The one table: what happened -> which letters are owed, and to whom, and what our feeds say or take back,
and what is granted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from campaigns.foundation.facts import Fact


class To(Enum):
    """Who gets a letter: the buyer of the fact's order, all buyers of its deal, its owners, the operators;
    or the account that the fact itself names."""

    BUYER = "buyer"
    BUYERS = "buyers"
    OWNERS = "owners"
    OPERATORS = "operators"
    NAMED = "named"


@dataclass(frozen=True)
class Follow:
    """One letter that follows a fact, if it is true then (R81)."""

    letter: str
    to: To


@dataclass(frozen=True)
class Announce:
    """Posts of one kind that follow a fact: about its order, or about its deal."""

    kind: str
    of_order: bool = False


class TakeBack(Enum):
    """Whose posts do not stand any more: those of the fact's deal, or the one about the order it names."""

    OF_DEAL = "of_deal"
    OF_ORDER = "of_order"


class Grant(Enum):
    """What is granted: the rewards that the fact's check-in completes."""

    REWARDS = "rewards"


FollowUp = Follow | Announce | TakeBack | Grant
_JOINED = (Announce("joined", of_order=True), Announce("three_to_go"))


def _buyer(*letters: str) -> tuple[Follow, ...]:
    return tuple(Follow(letter, To.BUYER) for letter in letters)


# A move is known by machine, state and, where it matters, its reason (orders) or act (deals).
# What is not a move is known by its name.
Key = tuple[str, str, str | None] | str

FOLLOWS: Mapping[Key, tuple[FollowUp, ...]] = {
    # Before the tip a commitment is held; in a ladder deal that has tipped it is on already.
    ("order", "authorized", None): (*_buyer("held", "on"), *_JOINED),
    ("order", "captured", None): (*_buyer("charged", "refunded"), *_JOINED),
    ("order", "refunded", None): _buyer("refunded"),
    ("order", "lapsed", "place_lapsed"): _buyer("place_lapsed"),
    ("order", "lapsed", "declined"): _buyer("declined"),
    ("order", "lapsed", "left"): _buyer("left"),
    ("order", "lapsed", "deal_closed"): _buyer("deal_closed"),
    ("order", "lapsed", "deal_canceled"): _buyer("canceled"),
    ("order", "lapsed", "hold_ended"): _buyer("hold_ended"),
    ("order", "releasing", "left"): _buyer("left"),
    ("order", "releasing", "too_late"): _buyer("too_late"),
    ("order", "releasing", "no_place"): _buyer("no_place"),
    ("order", "releasing", "deal_failed"): _buyer("failed"),
    ("order", "releasing", "deal_canceled"): _buyer("canceled"),
    ("order", "releasing", "taken_early"): _buyer("taken_early"),
    ("order", "payment_problem", None): _buyer("payment_problem", "payment_reminder"),
    ("order", "dropped", "problem_days_over"): _buyer("dropped"),
    ("order", "dropped", "gave_up"): _buyer("dropped"),
    ("order", "dropped", "deal_canceled"): _buyer("canceled"),
    "refund_done": _buyer("refunded"),
    "advocate_invited": (Follow("advocate_invited", To.NAMED),),
    "money_astray": (Follow("money_astray", To.OPERATORS),),
    ("deal", "in_review", None): (Follow("deal_submitted", To.OPERATORS),),
    ("deal", "draft", "sent_back"): (Follow("deal_sent_back", To.OWNERS),),
    ("deal", "scheduled", None): (Follow("deal_approved", To.OWNERS),),
    ("deal", "open", None): (Follow("deal_opened", To.OWNERS),),
    ("deal", "tipped", None): (
        Follow("on", To.BUYERS),
        Follow("deal_tipped", To.OWNERS),
        Announce("tipped"),
    ),
    ("deal", "failed", None): (Follow("deal_failed", To.OWNERS),),
    ("deal", "canceled", None): (
        Follow("canceled", To.BUYERS),
        Follow("deal_canceled", To.OWNERS),
        TakeBack.OF_DEAL,
    ),
    ("deal", "settled", None): (Follow("deal_settled", To.OWNERS),),
    ("feed_account", "lost", None): (Follow("feed_lost", To.OWNERS),),
    ("check_in", "accepted", None): (Grant.REWARDS,),
    "consent_withdrawn": (TakeBack.OF_ORDER,),
}


def follow_ups(fact: Fact) -> tuple[FollowUp, ...]:
    """What follows a fact; nothing for one the table does not know."""
    if not fact.machine:
        return FOLLOWS.get(fact.name, ())
    why = fact.data.get("reason" if fact.machine == "order" else "act")
    state = fact.to_state or ""
    return FOLLOWS.get((fact.machine, state, why), FOLLOWS.get((fact.machine, state, None), ()))
