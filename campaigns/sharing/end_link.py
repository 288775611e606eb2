"""End a link: it still leads to its deal, but brings no credit any more. Clicks made in time keep theirs."""

from __future__ import annotations

from sqlalchemy import select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.sharing.rows import share_links


async def end_link(link_id: str, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> None:
    """Ending it twice changes nothing. Raises NotFound, SignInNeeded, NotAllowed."""
    await _set(link_id, True, actor=actor, store=store, clock=clock, keys=keys)


async def reopen_link(link_id: str, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> None:
    """Undo it."""
    await _set(link_id, False, actor=actor, store=store, clock=clock, keys=keys)


async def _set(link_id: str, ended: bool, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> None:
    async with store.begin() as unit:
        link = await unit.one(select(share_links).where(share_links.c.id == link_id).with_for_update())
        if link is None:
            raise NotFound(what="link")
        require(actor, "invite_advocate", link.organization_id)
        if (link.ended_at is not None) == ended:
            return
        now = await clock.now(unit)
        mine = update(share_links).where(share_links.c.id == link_id)
        await unit.run(mine.values(ended_at=now if ended else None))
        act = "end_link" if ended else "reopen_link"
        entry = AuditEntry(link.organization_id, actor.label, act, f"link:{link_id}", {"deal": link.deal_id})
        await note(unit, entry, now=now, keys=keys)
