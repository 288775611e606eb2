"""Staff say no to a check-in that waits for them. The voucher stays as it is."""

from __future__ import annotations

from sqlalchemy import select

from campaigns.checkins.rows import check_ins, decide
from campaigns.checkins.rules import AlreadyDecided
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require


async def decline(check_in_id: str, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> None:
    """Raises NotFound, NotAllowed, and AlreadyDecided for one that waits no longer."""
    async with store.begin() as unit:
        row = await unit.one(select(check_ins).where(check_ins.c.id == check_in_id))
        if row is None:
            raise NotFound(what="check-in")
        require(actor, "redeem", row.organization_id)
        now = await clock.now(unit)
        waits = row.state == "needs_staff"
        staff = actor.account_id
        if not (waits and await decide(unit, row, "refused", "needs_attention", now, staff=staff)):
            raise AlreadyDecided
        entry = AuditEntry(row.organization_id, actor.label, "decline_check_in", f"check_in:{row.id}")
        await note(unit, entry, now=now, keys=keys)
