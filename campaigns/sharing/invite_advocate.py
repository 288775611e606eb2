"""Invite an advocate: somebody with a link of their own, and a promised reward that everybody can read (R63)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rows import lock_deal
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound, Refusal
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.identify import identify
from campaigns.people.rules import Actor, require, written_email
from campaigns.sharing.give_link import new_link
from campaigns.sharing.link_rules import ADVOCATE
from campaigns.sharing.rows import share_links

LONGEST_REWARD = 120
_SHAREABLE = ("scheduled", "open", "tipped")


class NothingToShare(Refusal):
    code = "nothing_to_share"
    sentence = "Nobody can join this deal, so there is nothing to pass on."


@dataclass(frozen=True)
class Invitation:
    """`reward` is what the advocate gets, in words that follow "I get"; empty for nothing."""

    deal_id: str
    email: str
    reward: str = ""


async def invite_advocate(asked: Invitation, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> str:
    """Answers the link's id; the letter with it follows by itself.

    Inviting somebody again changes the reward and opens an ended link; asked as before it changes nothing and sends
    nothing. Raises InvalidEmail, InvalidFields, NotFound, SignInNeeded, NotAllowed, NothingToShare.
    """
    email, reward = written_email(asked.email), _written(asked.reward)
    async with store.begin() as unit:
        deal = await lock_deal(unit, asked.deal_id)
        if deal is None:
            raise NotFound(what="deal")
        require(actor, "invite_advocate", deal.organization_id)
        if deal.state not in _SHAREABLE:
            raise NothingToShare
        now = await clock.now(unit)
        account_id = await identify(unit, email, now)
        owner = {"owner_kind": ADVOCATE, "account_id": account_id, "reward": reward}
        new = await new_link(unit, deal.id, owner, now)
        link = await _link(unit, deal.id, account_id)
        if new or await _changed(unit, link, reward):
            await _tell(unit, link, now)
            subject, data = f"link:{link.id}", {"deal": deal.id, "reward": bool(reward)}
            entry = AuditEntry(deal.organization_id, actor.label, "invite_advocate", subject, data)
            await note(unit, entry, now=now, keys=keys)
    return str(link.id)


async def _link(unit: Unit, deal_id: str, account_id: str) -> Any:
    theirs = (share_links.c.owner_kind == ADVOCATE, share_links.c.account_id == account_id)
    return await unit.one(select(share_links).where(share_links.c.deal_id == deal_id, *theirs))


async def _changed(unit: Unit, link: Any, reward: str) -> bool:
    if link.reward == reward and link.ended_at is None:
        return False
    statement = update(share_links).where(share_links.c.id == link.id)
    return await unit.changed(statement.values(reward=reward, ended_at=None)) == 1


async def _tell(unit: Unit, link: Any, now: datetime) -> None:
    data = {"to": link.account_id, "link_id": link.id}
    fact = Fact("advocate_invited", f"link:{link.id}", now, deal_id=link.deal_id, told=True, data=data)
    await record(unit, [fact])


def _written(text: str) -> str:
    """One line. Raises InvalidFields."""
    reward = " ".join(text.replace("\x00", "").split()).rstrip(".")
    if len(reward) > LONGEST_REWARD:
        raise InvalidFields([FieldError("reward", "too_long", f"Write at most {LONGEST_REWARD} characters.")])
    return reward
