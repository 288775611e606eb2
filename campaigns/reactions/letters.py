"""One owed letter as it is true now, or nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from campaigns.foundation.effects import Leased
from campaigns.foundation.links import Links
from campaigns.foundation.store import Unit
from campaigns.lift.rules import INVITATION
from campaigns.people.ports import Letter
from campaigns.reactions.advocate_letters import ADVOCATE_LETTERS
from campaigns.reactions.case import Case, read_case
from campaigns.reactions.deal_letters import DEAL_LETTERS
from campaigns.reactions.ended_letters import ENDED_LETTERS
from campaigns.reactions.feed_letters import FEED_LETTERS
from campaigns.reactions.invitation_letter import invitation
from campaigns.reactions.order_letters import ORDER_LETTERS
from campaigns.reactions.payment_letters import PAYMENT_LETTERS
from campaigns.reactions.phrases import Words
from campaigns.reactions.rules import is_true

LETTERS: Mapping[str, Callable[[Case], Awaitable[Words | None]]] = {
    **ORDER_LETTERS,
    **ENDED_LETTERS,
    **PAYMENT_LETTERS,
    **DEAL_LETTERS,
    **ADVOCATE_LETTERS,
    **FEED_LETTERS,
}


async def compose(effect: Leased, *, unit: Unit, links: Links, now: datetime) -> Letter | None:
    """The letter a `mail` effect asks for, in the words that are true now; None if none of it is any more.

    Raises KeyError for a letter nobody wrote.
    """
    name = effect.params["letter"]
    if name == INVITATION:
        return await invitation(effect, unit=unit, links=links, now=now)
    write = LETTERS[name]
    case = await read_case(effect, unit=unit, links=links, now=now)
    if case is None or not is_true(name, case.situation):
        return None
    words = await write(case)
    if words is None:
        return None
    return Letter(effect.call_key, case.to, words.subject, words.paragraphs, words.action)
