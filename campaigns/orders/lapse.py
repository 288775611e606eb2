"""Places whose time is over: ask the processor first, then free them (R12, R22)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import literal, or_, select, update

from campaigns.deals.rows import deals, lock_deal
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import outbox, owe
from campaigns.foundation.store import Store, Unit
from campaigns.orders.owed import expire_effect
from campaigns.orders.ports import SessionView
from campaigns.orders.rows import free_units, lock_order, move_order, orders, read_order


async def ask_about_overdue_places(*, store: Store, clock: Clock, batch: int = 200) -> int:
    """For every pending order whose place or grace is over: owe the closing of its payment page.

    An order whose page was never asked for cannot have been paid: it lapses here.
    """
    async with store.begin() as unit:
        now = await clock.now(unit)
        asked = select(literal(1)).where(
            outbox.c.subject == literal("order:") + orders.c.id,
            outbox.c.kind == "expire_checkout",
            outbox.c.ref == orders.c.session_id,
        )
        rows = await unit.all(
            select(orders)
            .where(orders.c.state == "pending", orders.c.place_ends_at <= now, ~asked.exists())
            .order_by(orders.c.place_ends_at)
            .limit(batch)
        )
        # In the order in which a closing deal owes the same calls, so that the two never wait for each other.
        in_order = sorted(rows, key=lambda row: (row.placed_at, row.id))
        await owe(unit, [expire_effect(row, now) for row in in_order if row.session_id])
    for row in rows:
        if not row.session_id:
            await _lapse_unasked(row.id, store=store, clock=clock)
    return len(rows)


async def _lapse_unasked(order_id: str, *, store: Store, clock: Clock) -> None:
    async with store.begin() as unit:
        order = await _locked(unit, order_id)
        if order.state == "pending" and order.session_id is None and await never_asked(unit, order):
            await lapse(unit, order, await clock.now(unit), reason="place_lapsed")


async def never_asked(unit: Unit, order: Any) -> bool:
    """Take the wish for a payment page back, if it was never sent. False: it may exist."""
    unsent = (
        update(outbox)
        .where(
            outbox.c.subject == f"order:{order.id}",
            outbox.c.kind == "checkout",
            outbox.c.ref == str(order.attempt),
            outbox.c.state == "pending",
            outbox.c.first_sent_at.is_(None),
        )
        .values(state="done", provider_ref="not_sent", lease=None, lease_until=None)
    )
    if await unit.changed(unsent) == 1:
        return True
    refused = select(outbox.c.id).where(
        outbox.c.subject == f"order:{order.id}",
        outbox.c.kind == "checkout",
        outbox.c.ref == str(order.attempt),
        or_(outbox.c.state == "dead", outbox.c.provider_ref == "not_sent"),
    )
    return await unit.one(refused) is not None


async def being_asked(unit: Unit, deal_id: str, now: datetime) -> bool:
    """Whether the processor is still to be asked about a pending order, or is at this moment.

    After downtime a deadline may be long past before anybody has asked (R19). Once asked in vain, nobody waits.
    """
    asking = (
        outbox.c.order_id == orders.c.id,
        outbox.c.kind == "expire_checkout",
        outbox.c.ref == orders.c.session_id,
        outbox.c.state.in_(("pending", "unknown")),
        or_(outbox.c.first_sent_at.is_(None), outbox.c.lease_until > now),
    )
    unanswered = select(literal(1)).where(*asking).exists()
    waiting = select(orders.c.id).where(orders.c.deal_id == deal_id, orders.c.state == "pending", unanswered)
    return await unit.one(waiting.limit(1)) is not None


async def lapse(unit: Unit, order: Any, now: datetime, *, reason: str) -> bool:
    """End a pending order and free its place. Deal and order must be locked."""
    if not await move_order(unit, order, "lapsed", now, reason=reason):
        return False
    await free_units(unit, order.deal_id, order.units)
    return True


async def apply_session(session: SessionView, *, unit: Unit, now: datetime) -> str:
    """What the processor says of a payment page: an expired one ends its order. Answers the order's state.

    A completed one says nothing by itself: its payment does.
    """
    if not session.ours or session.order_id is None:
        return "ignored"
    peek = await read_order(unit, session.order_id)
    if peek is None:
        return "ignored"
    order = await _locked(unit, peek.id)
    if session.status == "expired" and order.session_id in (None, session.session_id):
        if order.state == "pending":
            deal = await unit.one(select(deals.c.closes_at).where(deals.c.id == order.deal_id))
            closed = deal is not None and now >= deal.closes_at
            await lapse(unit, order, now, reason="deal_closed" if closed else "place_lapsed")
        elif order.state == "payment_problem" and order.session_id == session.session_id:
            await _page_is_over(unit, order, now)
    return str((await read_order(unit, order.id)).state)


async def _page_is_over(unit: Unit, order: Any, now: datetime) -> None:
    """The page for another card is closed: an order that only waited for that is dropped (R43)."""
    await unit.run(update(orders).where(orders.c.id == order.id).values(session_url=None))
    if order.ending and order.payment_id is None:
        await drop(unit, order, now)


async def drop(unit: Unit, order: Any, now: datetime) -> None:
    """End an order whose money never came; its capacity is free again. Deal and order must be locked."""
    if await move_order(unit, order, "dropped", now, reason=order.ending or "problem_days_over"):
        await free_units(unit, order.deal_id, order.units)


async def _locked(unit: Unit, order_id: str) -> Any:
    peek = await read_order(unit, order_id)
    await lock_deal(unit, peek.deal_id)
    return await lock_order(unit, order_id)
