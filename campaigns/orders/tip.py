"""The tip: once, in one transaction, under the deal's lock, with the captures it calls for (R5, R40)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rows import move_deal, terms_of
from campaigns.deals.rules import tips_by
from campaigns.foundation.effects import owe
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.store import Unit
from campaigns.orders.owed import capture_effect
from campaigns.orders.rows import count_committed, move_order, move_orders, orders, units_committed


async def tip_if_reached(unit: Unit, deal: Any, now: datetime) -> bool:
    """Tip an open, locked deal whose threshold is reached or whose capacity is fully committed (R2, R4, R20)."""
    if deal.state != "open":
        return False
    terms = terms_of(deal)
    count = await count_committed(unit, deal.id, tipped=False)
    by = tips_by(terms, count)
    if by is None and terms.capacity is not None and await units_committed(unit, deal.id) >= terms.capacity:
        by = "capacity"
    if by is None:
        return False
    return await tip(unit, deal, now, by=by, count=count.by(terms.threshold_counts))


async def tip(unit: Unit, deal: Any, now: datetime, *, by: str, count: int, waived: bool = False) -> bool:
    """Write the tip, irrevocably, and at a fixed price owe every capture. False: it had tipped already."""
    await failpoint("tip.before")
    tipped = await move_deal(
        unit, deal, "tipped", now, told=True, tipped_at=now, tipped_by=by, count_at_tip=count, waived=waived
    )
    if tipped and not terms_of(deal).is_ladder:
        await begin_captures(unit, deal.id, now)
    return tipped


async def begin_captures(unit: Unit, deal_id: str, now: datetime) -> int:
    """Every committed order of a deal goes to `capturing`, with the capture it owes."""
    rows = await move_orders(unit, deal_id, "authorized", "capturing", now)
    await owe(unit, [capture_effect(row, now) for row in rows])
    return len(rows)


async def begin_late_captures(unit: Unit, deal_id: str, now: datetime) -> None:
    """Cards that came in place of a lost hold have waited for the price of their ladder like all others (R50)."""
    waiting = (
        orders.c.state == "payment_problem",
        orders.c.attempt > 1,
        orders.c.payment_id.is_not(None),
        orders.c.ending.is_(None),
    )
    for row in await unit.all(select(orders).where(orders.c.deal_id == deal_id, *waiting)):
        if await move_order(unit, row, "capturing", now):
            await owe(unit, [capture_effect(row, now)])


async def fix_price(unit: Unit, deal_id: str, price_minor: int) -> None:
    """The price every unit of the deal costs from now on, at most the one held (R50)."""
    await unit.run(
        update(orders)
        .where(orders.c.deal_id == deal_id, orders.c.captured_at.is_(None))
        .values(due_minor=orders.c.units * price_minor)
    )
