"""Decide deals whose window is over: tipped or failed, once, whoever rings (R12, R19)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update

from campaigns.deals.rows import deals, lock_deal, move_deal
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import owe
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store, Unit
from campaigns.orders.lapse import being_asked, never_asked
from campaigns.orders.owed import expire_effect, release_effect
from campaigns.orders.rows import has_pending, move_orders, orders
from campaigns.orders.tip import tip_if_reached


async def due_deals(*, store: Store, clock: Clock, batch: int = 50) -> list[DealId]:
    """Open deals that can be decided now, in the order of their deadlines."""
    async with store.read() as unit:
        now = await clock.now(unit)
        pending = select(orders.c.id).where(orders.c.deal_id == deals.c.id, orders.c.state == "pending")
        rows = await unit.all(
            select(deals.c.id)
            .where(
                deals.c.state == "open",
                deals.c.closes_at <= now,
                or_(deals.c.decide_by <= now, ~pending.exists()),
            )
            .order_by(deals.c.closes_at)
            .limit(batch)
        )
        return [DealId(row.id) for row in rows]


async def decide(deal_id: str, *, store: Store, clock: Clock) -> str:
    """Decide one deal; answers its state. Repeating it, in any number of processes, changes nothing.

    What is still unpaid past `decide_by` lapses. Then the deal tips as on any commitment, or it has failed and
    every hold goes.
    """
    async with store.begin() as unit:
        deal = await lock_deal(unit, deal_id)
        await failpoint("decide.locked")
        now = await clock.now(unit)
        if deal is None or deal.state != "open" or now < deal.closes_at:
            return str(deal.state) if deal is not None else "unknown"
        if await has_pending(unit, deal_id):
            if now < deal.decide_by or await being_asked(unit, deal_id, now):
                return "open"
            await lapse_unpaid(unit, deal_id, now, reason="deal_closed")
            deal = await lock_deal(unit, deal_id)
        if await tip_if_reached(unit, deal, now):
            return "tipped"
        await _fail(unit, deal, now)
        return "failed"


async def _fail(unit: Unit, deal: Any, now: datetime) -> None:
    await failpoint("decide.before_fail")
    if not await move_deal(unit, deal, "failed", now, told=True, units_taken=0, decided_at=now):
        return
    rows = await move_orders(unit, deal.id, "authorized", "releasing", now, reason="deal_failed")
    await owe(unit, [release_effect(row, now) for row in rows])


async def lapse_unpaid(unit: Unit, deal_id: str, now: datetime, *, reason: str) -> None:
    """End every pending order of a locked deal, free its units, and close its payment page behind it."""
    rows = await move_orders(unit, deal_id, "pending", "lapsed", now, reason=reason)
    units = sum(row.units for row in rows)
    if units:
        await unit.run(
            update(deals)
            .where(and_(deals.c.id == deal_id))
            .values(units_taken=deals.c.units_taken - units, version=deals.c.version + 1)
        )
    await owe(unit, [expire_effect(row, now) for row in rows if row.session_id])
    for row in rows:
        if not row.session_id:
            await never_asked(unit, row)
