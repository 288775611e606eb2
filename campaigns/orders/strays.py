"""Money that should not have moved: posted, sent back, and shown to a person (rule e, F22)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.foundation.effects import owe
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.ids import new_id
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.ledger.post import post
from campaigns.ledger.rows import journal
from campaigns.ledger.rules import stray
from campaigns.orders.owed import refund_effect
from campaigns.orders.ports import PaymentView
from campaigns.orders.rows import move_order, read_order, refunds


async def taken_early(unit: Unit, order: Any, payment: PaymentView, now: datetime) -> None:
    """Money was taken without a tip: by way of `releasing` to `refunding`, where none of its units counts."""
    if order.state != "releasing":
        await move_order(unit, order, "releasing", now, reason="taken_early", payment_id=payment.payment_id)
        order = await read_order(unit, order.id)
    await move_order(unit, order, "refunding", now, payment_id=payment.payment_id, units_refunded=order.units)
    await refund_stray(unit, order, payment, now)


async def refund_stray(unit: Unit, order: Any, payment: PaymentView, now: datetime) -> None:
    """Post what was taken and owe its refund, once per payment. The order itself does not move."""
    posted = select(journal.c.id).where(journal.c.kind == "stray", journal.c.ref == payment.payment_id)
    if await unit.one(posted) is not None:
        return
    await post(
        unit, stray(payment.payment_id, order.id, Money(payment.received_minor, payment.currency)), now
    )
    row = {
        "id": new_id("ref"),
        "order_id": order.id,
        "payment_id": payment.payment_id,
        "units": 0,
        "amount_minor": payment.received_minor,
        "currency": payment.currency,
        "ground": "taken_early",
        "state": "pending",
        "granted_at": now,
    }
    await unit.run(refunds.insert().values(row))
    await owe(unit, [refund_effect(row, now)])
    await record(
        unit,
        [
            Fact("money_astray", f"order:{order.id}", now, order_id=order.id, deal_id=order.deal_id, told=True,
                 data={"payment_id": payment.payment_id, "amount_minor": payment.received_minor})
        ],
    )  # fmt: skip
