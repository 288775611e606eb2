"""What can have happened to a deal on this floor, and how it is written beside the move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.foundation.facts import Fact
from campaigns.foundation.ids import DealId
from campaigns.people.rules import Actor

WRITTEN, REVISED, SUBMITTED = "written", "revised", "submitted"
APPROVED, SENT_BACK, TAKEN_BACK, OPENED = "approved", "sent_back", "taken_back", "opened"
# Those the reactions hear of: merchant or operators are told by mail.
TOLD = (SUBMITTED, APPROVED, SENT_BACK, OPENED)


@dataclass(frozen=True)
class DealHappening:
    """`act` is one of the words above, `actor` a label and never a name, `reasons` an operator's words."""

    deal_id: DealId
    at: datetime
    act: str
    actor: str
    reasons: str = ""


def note(act: str, actor: Actor | None = None, **more: Any) -> dict[str, Any]:
    """The data of a deal's fact. Without an actor the clock did it."""
    return {"act": act, "actor": actor.label if actor else "clock", **more}


def happening(fact: Fact) -> DealHappening | None:
    """What a recorded fact says, or None if it is another floor's move of a deal (tip, close, cancel)."""
    if fact.deal_id is None or "act" not in fact.data:
        return None
    data = fact.data
    return DealHappening(
        DealId(fact.deal_id), fact.at, data["act"], data.get("actor", ""), data.get("reasons", "")
    )
