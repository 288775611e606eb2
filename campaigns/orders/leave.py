"""A buyer leaves: before the tip the hold goes, after it the refund policy decides (R32-R34)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.deals.rows import lock_deal
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import owe
from campaigns.foundation.errors import NotFound
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.store import Store, Unit
from campaigns.orders.join import deal_now
from campaigns.orders.lapse import lapse, never_asked
from campaigns.orders.owed import expire_effect, release_effect
from campaigns.orders.refund import grant, unredeemed
from campaigns.orders.rows import count_committed, free_units, lock_order, move_order, read_order
from campaigns.orders.rules import Leaving, MayNotRefund, check_leave
from campaigns.orders.withdraw import give_up


async def leave(order_id: str, *, store: Store, clock: Clock) -> str:
    """Take a buyer out of a deal; answers the order's state. Raises NotFound, MayNotLeave or MayNotRefund.

    Leaving and the tip meet on the same locks: exactly one of them wins (F17).
    """
    async with store.begin() as unit:
        peek = await read_order(unit, order_id)
        if peek is None:
            raise NotFound(what="order")
        deal = await lock_deal(unit, peek.deal_id)
        await failpoint("leave.locked")
        order = await lock_order(unit, order_id)
        now = await clock.now(unit)
        how = check_leave(deal_now(deal), await _leaving(unit, deal, order), now)
        if how == "lapse":
            await _lapse(unit, order, now)
        elif how == "release":
            await release(unit, order, now, reason="left")
        elif how == "give_up":
            await give_up(unit, order, now, ending="gave_up")
        else:
            await _refund_rest(unit, order, now)
        return str((await read_order(unit, order_id)).state)


async def _refund_rest(unit: Unit, order: Any, now: datetime) -> None:
    """What is redeemed stays paid for, the rest goes back (R33)."""
    units = await unredeemed(unit, order.id)
    if not units:
        raise MayNotRefund(why="Every voucher of this order is used, so there is nothing left to refund.")
    await grant(unit, order, units, "left", now)


async def release(unit: Unit, order: Any, now: datetime, *, reason: str) -> None:
    """Let a committed order go: its units are free at once, its hold as soon as the processor says so."""
    if await move_order(unit, order, "releasing", now, reason=reason):
        await free_units(unit, order.deal_id, order.units)
        await owe(unit, [release_effect(order, now)])


async def _lapse(unit: Unit, order: Any, now: datetime) -> None:
    """A pending order ends at once; its page is closed behind it, and a payment that was faster is released."""
    if order.session_id:
        await owe(unit, [expire_effect(order, now)])
    else:
        await never_asked(unit, order)
    await lapse(unit, order, now, reason="left")


async def _leaving(unit: Unit, deal: Any, order: Any) -> Leaving:
    counts = deal_now(deal).terms.threshold_counts
    with_it = await count_committed(unit, deal.id, tipped=True)
    without = await count_committed(unit, deal.id, tipped=True, without=order.id)
    return Leaving(order.state, order.captured_at, without.by(counts), with_it.by(counts))
