"""Cancel a deal: every hold goes, every captured and unredeemed unit is refunded (R39)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from campaigns.deals.rows import lock_deal, move_deal
from campaigns.deals.rules import DEAL
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import owe
from campaigns.foundation.errors import NotFound, Refusal
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.orders.close import lapse_unpaid
from campaigns.orders.owed import release_effect
from campaigns.orders.refund import refund_unredeemed
from campaigns.orders.rows import free_units, lock_order, move_orders, orders
from campaigns.orders.withdraw import give_up
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require


class MayNotCancel(Refusal):
    code = "may_not_cancel"
    sentence = "This deal is {state}; it can no longer be canceled. Refund its orders one by one instead."


async def cancel(deal_id: str, reason: str, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> str:
    """Cancel a deal for good. Raises NotFound, NotAllowed or MayNotCancel."""
    async with store.begin() as unit:
        deal = await lock_deal(unit, deal_id)
        if deal is None:
            raise NotFound(what="deal")
        require(actor, "cancel_deal", deal.organization_id)
        if not DEAL.allows(deal.state, "canceled"):
            raise MayNotCancel(state=deal.state)
        now = await clock.now(unit)
        await move_deal(unit, deal, "canceled", now, told=True, decided_at=now, note={"reason": reason})
        await lapse_unpaid(unit, deal_id, now, reason="deal_canceled")
        await _release_all(unit, deal_id, now)
        await _refund_all(unit, deal_id, now)
        entry = AuditEntry(
            deal.organization_id, actor.label, "cancel_deal", f"deal:{deal_id}", {"reason": reason}
        )
        await note(unit, entry, now=now, keys=keys)
        return "canceled"


async def _release_all(unit: Unit, deal_id: str, now: datetime) -> None:
    rows = await move_orders(unit, deal_id, "authorized", "releasing", now, reason="deal_canceled")
    if rows:
        await free_units(unit, deal_id, sum(row.units for row in rows))
    await owe(unit, [release_effect(row, now) for row in rows])


async def _refund_all(unit: Unit, deal_id: str, now: datetime) -> None:
    """Captured orders are refunded as far as unredeemed, also what a refund under way had left to its buyer.

    One that is `capturing` follows when its capture is known.
    """
    wanted = ("captured", "refunding", "payment_problem")
    rows = await unit.all(select(orders.c.id).where(orders.c.deal_id == deal_id, orders.c.state.in_(wanted)))
    for row in rows:
        order = await lock_order(unit, row.id)
        if order.state == "payment_problem":
            await give_up(unit, order, now, ending="deal_canceled")
        else:
            await refund_unredeemed(unit, order, now)
