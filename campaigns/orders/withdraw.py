"""End an order that is in trouble: what it has at the processor is withdrawn first, then it is dropped (R43)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from campaigns.foundation.effects import owe
from campaigns.foundation.store import Unit
from campaigns.orders.lapse import drop, never_asked
from campaigns.orders.owed import expire_effect, release_effect
from campaigns.orders.rows import orders, read_order


async def give_up(unit: Unit, order: Any, now: datetime, *, ending: str) -> None:
    """End a `payment_problem`: what is open at the processor is withdrawn first, then the order is dropped."""
    await unit.run(update(orders).where(orders.c.id == order.id).values(problem_ends_at=now, ending=ending))
    await withdraw_attempt(unit, await read_order(unit, order.id), now)


async def withdraw_attempt(unit: Unit, order: Any, now: datetime) -> None:
    """Owe the end of whatever the present attempt has at the processor; drop the order where it has nothing.

    A page that is being asked for at this moment is closed as soon as it is known.
    """
    if order.payment_id:
        await owe(unit, [release_effect(order, now)])
    elif order.session_id and order.session_url:
        await owe(unit, [expire_effect(order, now)])
    elif order.session_id or await never_asked(unit, order):
        await drop(unit, order, now)
