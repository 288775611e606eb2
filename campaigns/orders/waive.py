"""The merchant honours the deal below its threshold, under a public label (R60)."""

from __future__ import annotations

from campaigns.deals.rows import lock_deal, terms_of
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound, Refusal
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.orders.rows import count_committed
from campaigns.orders.tip import tip
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require


class MayNotWaive(Refusal):
    code = "may_not_waive"
    sentence = "{why}"


async def waive(deal_id: str, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> None:
    """Tip an open deal by waiver. Raises NotFound, NotAllowed or MayNotWaive."""
    async with store.begin() as unit:
        deal = await lock_deal(unit, deal_id)
        if deal is None:
            raise NotFound(what="deal")
        require(actor, "waive", deal.organization_id)
        now = await clock.now(unit)
        count = await count_committed(unit, deal_id, tipped=False)
        if deal.state != "open":
            raise MayNotWaive(why="Only an open deal can be waived.")
        if not deal.may_waive:
            raise MayNotWaive(why="This deal was published without the right to waive its minimum.")
        if count.buyers < 1:
            raise MayNotWaive(why="Nobody has joined yet. Waiving needs at least one buyer.")
        by = count.by(terms_of(deal).threshold_counts)
        await tip(unit, deal, now, by="waiver", count=by, waived=True)
        entry = AuditEntry(deal.organization_id, actor.label, "waive", f"deal:{deal_id}", {"count": by})
        await note(unit, entry, now=now, keys=keys)
