"""The sweep: whatever notices and answers lost is read again from the processor and applied (F13)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from campaigns.foundation.failpoints import failpoint
from campaigns.orders.apply import OrderUnknown, apply_payment
from campaigns.orders.carry_out import Outside
from campaigns.orders.lapse import apply_session
from campaigns.orders.payment_rules import PaymentMismatch
from campaigns.orders.ports import PaymentView, ProcessorError, SessionView
from campaigns.orders.refund import apply_refund
from campaigns.orders.rows import orders, read_order, refunds

_MOVING = ("pending", "authorized", "capturing", "releasing", "payment_problem", "lapsed")
_LOOK_BACK = timedelta(hours=48)


async def reconcile_order(order_id: str, outside: Outside) -> str:
    """Read an order's page and payment and apply them. Answers its state. Raises ProcessorError."""
    async with outside.store.read() as unit:
        order = await read_order(unit, order_id)
    session = await outside.processor.read_session(order.session_id) if order.session_id else None
    payment_id = order.payment_id or (session.payment_id if session else None)
    payment = await outside.processor.read_payment(payment_id) if payment_id else None
    await _apply(payment, session, outside)
    async with outside.store.read() as unit:
        return str((await read_order(unit, order_id)).state)


async def reconcile_due(
    outside: Outside, *, older_than: timedelta = timedelta(minutes=10), batch: int = 200
) -> int:
    """Look at every order that has been on its way for a while, and at every open refund. Answers how many."""
    await failpoint("reconcile.begin")
    async with outside.store.read() as unit:
        now = await outside.clock.now(unit)
    looked_at = 0
    async for order in _paged(_on_its_way(now, older_than), orders.c.id, outside, batch):
        await _quietly(order.id, outside)
        looked_at += 1
    still_open = select(refunds).where(refunds.c.state == "pending", refunds.c.granted_at <= now - older_than)
    async for refund in _paged(still_open, refunds.c.id, outside, batch):
        await _reconcile_refund(refund, outside)
        looked_at += 1
    return looked_at


def _on_its_way(now: datetime, older_than: timedelta) -> Select[Any]:
    return select(orders.c.id).where(
        orders.c.state.in_(_MOVING),
        orders.c.session_id.is_not(None),
        orders.c.placed_at <= now - older_than,
        (orders.c.state != "lapsed") | (orders.c.placed_at > now - _LOOK_BACK),
    )


async def _paged(statement: Select[Any], key: Any, outside: Outside, batch: int) -> AsyncIterator[Any]:
    """Every row, `batch` at a time: holds may stand for days, and those behind them must not be forgotten."""
    after = ""
    while True:
        async with outside.store.read() as unit:
            page = await unit.all(statement.where(key > after).order_by(key).limit(batch))
        for row in page:
            yield row
        if len(page) < batch:
            return
        after = page[-1].id


async def sweep_payments(outside: Outside, since: datetime) -> int:
    """List what the processor has since an instant: finds payments whose order never heard of them."""
    seen = 0
    async for payment in outside.processor.payments_since(since):
        seen += 1
        await _apply(payment, None, outside)
    return seen


async def _quietly(order_id: str, outside: Outside) -> None:
    """One order the processor cannot answer for must not keep the others waiting."""
    try:
        await reconcile_order(order_id, outside)
    except ProcessorError:
        return


async def _reconcile_refund(row: Any, outside: Outside) -> None:
    try:
        async for view in outside.processor.refunds_of(row.payment_id):
            if view.our_refund == row.id:
                async with outside.store.begin() as unit:
                    await apply_refund(view, unit=unit, now=await outside.clock.now(unit))
    except ProcessorError:
        return


async def _apply(payment: PaymentView | None, session: SessionView | None, outside: Outside) -> None:
    async with outside.store.begin() as unit:
        now = await outside.clock.now(unit)
        try:
            if payment is not None:
                await apply_payment(payment, unit=unit, now=now, keys=outside.keys)
        except (OrderUnknown, PaymentMismatch):
            return  # its notice is kept as dead for a person; the order does not move
        if session is not None:
            await apply_session(session, unit=unit, now=now)
