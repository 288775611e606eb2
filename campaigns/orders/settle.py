"""After the window of a tipped deal: fix a ladder's price, capture, and end when nothing is owed (R50)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from campaigns.deals.rows import deals, lock_deal, move_deal, terms_of
from campaigns.deals.rules import tier_reached
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import outbox
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store, Unit
from campaigns.orders.close import lapse_unpaid
from campaigns.orders.lapse import being_asked
from campaigns.orders.owed import KINDS
from campaigns.orders.rows import count_committed, has_pending, orders
from campaigns.orders.rules import UNSETTLED
from campaigns.orders.tip import begin_captures, begin_late_captures, fix_price


async def unsettled_deals(*, store: Store, clock: Clock, batch: int = 50) -> list[DealId]:
    """Tipped deals whose window is over, and settling ones that can go on now.

    One that waits, perhaps for days, for a buyer's other card must not stand in the way of those behind it.
    """
    async with store.read() as unit:
        now = await clock.now(unit)
        over = (deals.c.state == "tipped") & (deals.c.closes_at <= now)
        unpaid = _orders_in(deals.c.id, ("pending",)).exists()
        unpriced = (func.json_array_length(deals.c.tiers) > 1) & deals.c.final_price_minor.is_(None)
        quiet = ~_orders_in(deals.c.id, UNSETTLED).exists() & ~_calls_owed(deals.c.id).exists()
        ready = or_(unpaid & (deals.c.decide_by <= now), ~unpaid & or_(unpriced, quiet))
        rows = await unit.all(
            select(deals.c.id)
            .where(or_(over, (deals.c.state == "settling") & ready))
            .order_by(deals.c.closes_at)
            .limit(batch)
        )
        return [DealId(row.id) for row in rows]


async def settle(deal_id: str, *, store: Store, clock: Clock) -> str:
    """Take one deal as far towards `settled` as it can go now; answers its state."""
    async with store.begin() as unit:
        deal = await lock_deal(unit, deal_id)
        now = await clock.now(unit)
        if deal.state == "tipped" and now >= deal.closes_at:
            await move_deal(unit, deal, "settling", now)
            deal = await lock_deal(unit, deal_id)
        if deal.state != "settling":
            return str(deal.state)
        if await has_pending(unit, deal_id):
            if now < deal.decide_by or await being_asked(unit, deal_id, now):
                return "settling"
            await lapse_unpaid(unit, deal_id, now, reason="deal_closed")
        if terms_of(deal).is_ladder and deal.final_price_minor is None:
            await _fix_ladder(unit, deal, now)
            return "settling"
        if await _is_quiet(unit, deal_id):
            await move_deal(unit, await lock_deal(unit, deal_id), "settled", now, told=True, decided_at=now)
            return "settled"
        return "settling"


async def _fix_ladder(unit: Unit, deal: Any, now: datetime) -> None:
    """Everybody pays the tier reached when nothing is in flight any more; less is captured than was held."""
    terms = terms_of(deal)
    count = await count_committed(unit, deal.id, tipped=True)
    price = tier_reached(terms.tiers, count.by(terms.threshold_counts)).price_minor
    await unit.run(
        deals.update()
        .where(deals.c.id == deal.id)
        .values(final_price_minor=price, version=deals.c.version + 1)
    )
    await fix_price(unit, deal.id, price)
    await begin_captures(unit, deal.id, now)
    await begin_late_captures(unit, deal.id, now)


async def _is_quiet(unit: Unit, deal_id: str) -> bool:
    """No order is on its way and no call is owed."""
    moving = await unit.one(_orders_in(deal_id, UNSETTLED).limit(1))
    return moving is None and await unit.one(_calls_owed(deal_id).limit(1)) is None


def _orders_in(deal_id: Any, states: Sequence[str]) -> Select[Any]:
    return select(orders.c.id).where(orders.c.deal_id == deal_id, orders.c.state.in_(states))


def _calls_owed(deal_id: Any) -> Select[Any]:
    """Calls for a deal's orders. A dead capture or release keeps the deal open until a person decides.

    A page that was never opened or closed holds no money, and a refund goes on after the end by itself.
    """
    dead = (outbox.c.state == "dead") & outbox.c.kind.in_(("capture", "release"))
    return (
        select(outbox.c.id)
        .join(orders, orders.c.id == outbox.c.order_id)
        .where(
            orders.c.deal_id == deal_id,
            outbox.c.kind.in_(KINDS),
            or_(outbox.c.state.in_(("pending", "unknown")), dead),
        )
    )
