"""Load a mention for somebody who wants to change it, and note what they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.listening.rows import mentions
from campaigns.listening.rules import MentionRemoved
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require


@dataclass(frozen=True)
class Hands:
    """Who acts, and with what."""

    actor: Actor
    store: Store
    clock: Clock
    keys: Keys


async def reach(unit: Unit, mention_id: str, actor: Actor) -> Any:
    """The mention, locked. Raises SignInNeeded, NotFound for another merchant's, NotAllowed, MentionRemoved."""
    if actor.is_anonymous:
        require(actor, "answer_mentions")
    found = select(mentions).where(mentions.c.id == mention_id.replace("\x00", "")).with_for_update()
    row = await unit.one(found)
    if row is None or OrganizationId(row.organization_id) not in actor.roles:
        raise NotFound(what="mention")
    require(actor, "answer_mentions", OrganizationId(row.organization_id))
    if row.state == "removed":
        raise MentionRemoved
    return row


async def noted(unit: Unit, row: Any, act: str, hands: Hands, now: datetime, **data: Any) -> None:
    """Who did it, without the words of the mention."""
    entry = AuditEntry(row.organization_id, hands.actor.label, act, f"mention:{row.id}", data)
    await note(unit, entry, now=now, keys=hands.keys)
