"""Refund captured units: the vouchers are revoked first, then the money goes back (R33, R48, R70)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from campaigns.deals.rows import lock_deal
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import owe
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.ids import RefundId, new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store, Unit
from campaigns.ledger.post import post
from campaigns.ledger.rules import refund as refund_entry
from campaigns.ledger.rules import refund_failed
from campaigns.orders.owed import refund_effect
from campaigns.orders.ports import RefundView
from campaigns.orders.rows import free_units, lock_order, move_order, orders, read_order, refunds
from campaigns.orders.rules import MayNotRefund
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.vouchers.rows import revoke, vouchers
from campaigns.vouchers.rules import SPENDABLE


async def refund(
    order_id: str, units: int, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> RefundId:
    """A merchant refunds `units` of an order. Raises NotFound, NotAllowed or MayNotRefund."""
    async with store.begin() as unit:
        peek = await read_order(unit, order_id)
        if peek is None:
            raise NotFound(what="order")
        deal = await lock_deal(unit, peek.deal_id)
        require(actor, "refund", deal.organization_id)
        order = await lock_order(unit, order_id)
        now = await clock.now(unit)
        refund_id = await grant(unit, order, units, "merchant", now)
        entry = AuditEntry(
            deal.organization_id,
            actor.label,
            "refund",
            f"order:{order_id}",
            {"units": units, "refund": refund_id},
        )
        await note(unit, entry, now=now, keys=keys)
        return refund_id


async def grant(unit: Unit, order: Any, units: int, ground: str, now: datetime) -> RefundId:
    """Revoke `units` unredeemed vouchers of a locked, captured order and owe their money. Raises MayNotRefund."""
    canceling = ground == "deal_canceled" and order.state == "refunding"  # a part of it is on its way already
    if order.state != "captured" and not canceling:
        raise MayNotRefund(why="Only an order that was charged and has no refund under way can be refunded.")
    if units < 1:
        raise MayNotRefund(why="Choose at least one voucher to refund.")
    spendable = await unit.all(
        select(vouchers.c.id, vouchers.c.paid_value_minor)
        .where(vouchers.c.order_id == order.id, vouchers.c.state.in_((*SPENDABLE, "frozen")))
        .order_by(vouchers.c.unit_no.desc())
        .limit(units)
    )
    if len(spendable) < units:
        raise MayNotRefund(
            why=f"Only {len(spendable)} of its vouchers are unused; used ones are not refunded."
        )
    reason = "deal_canceled" if ground == "deal_canceled" else "refunded"
    await failpoint("refund.before_revoke")
    revoked = await revoke(unit, [row.id for row in spendable], reason, now)
    if len(revoked) != units:
        raise MayNotRefund(why="One of its vouchers was used at this moment. Look again.")
    return await _owe(unit, order, units, sum(row.paid_value_minor for row in spendable), ground, now)


async def refund_unredeemed(unit: Unit, order: Any, now: datetime) -> None:
    """Refund what of a captured order is not redeemed; redeemed vouchers are left out."""
    if units := await unredeemed(unit, order.id):
        await grant(unit, order, units, "deal_canceled", now)


async def unredeemed(unit: Unit, order_id: str) -> int:
    """How many vouchers of an order could still be refunded."""
    spendable = (vouchers.c.order_id == order_id, vouchers.c.state.in_((*SPENDABLE, "frozen")))
    return int(await unit.value(select(func.count()).select_from(vouchers).where(*spendable)) or 0)


async def _owe(unit: Unit, order: Any, units: int, amount_minor: int, ground: str, now: datetime) -> RefundId:
    row: dict[str, Any] = {
        "id": new_id("ref"),
        "order_id": order.id,
        "payment_id": order.payment_id,
        "units": units,
        "amount_minor": amount_minor,
        "currency": order.currency,
        "ground": ground,
        "state": "pending",
        "granted_at": now,
    }
    await unit.run(refunds.insert().values(row))
    refunded: dict[str, Any] = {"units_refunded": orders.c.units_refunded + units}
    if order.state == "refunding":
        await unit.run(update(orders).where(orders.c.id == order.id).values(**refunded))
    else:
        await move_order(unit, order, "refunding", now, **refunded)
    await free_units(unit, order.deal_id, units)
    await owe(unit, [refund_effect(row, now)])
    return RefundId(row["id"])


async def apply_refund(view: RefundView, *, unit: Unit, now: datetime) -> str:
    """What the processor says of a refund becomes ours: posted once, order moved on (F23)."""
    mine = select(refunds).where(refunds.c.id == (view.our_refund or ""))
    found = await unit.one(mine)
    if found is None:
        return "ignored"
    await lock_deal(unit, (await read_order(unit, found.order_id)).deal_id)
    order = await lock_order(unit, found.order_id)
    row = await unit.one(mine)
    if view.status == "failed":
        await _failed(unit, row, order, view, now)
    elif view.status == "succeeded":
        await _done(unit, row, order, view, now)
    return str((await read_order(unit, order.id)).state)


async def _done(unit: Unit, row: Any, order: Any, view: RefundView, now: datetime) -> None:
    statement = (
        update(refunds)
        .where(refunds.c.id == row.id, refunds.c.state == "pending")
        .values(state="done", provider_ref=view.refund_id, done_at=now)
    )
    if await unit.changed(statement) != 1:
        return
    await post(unit, refund_entry(row.id, row.order_id, Money(row.amount_minor, row.currency)), now)
    if order.state != "refunding":
        await record(unit, [_told(row, order, now)])  # money back for an order that stands: a second payment
        return
    if await _open_refunds(unit, row.order_id):
        return
    left = order.units_captured - order.units_refunded
    await move_order(unit, order, "captured" if left > 0 else "refunded", now)


def _told(row: Any, order: Any, now: datetime) -> Fact:
    where = {"order_id": order.id, "deal_id": order.deal_id}
    return Fact("refund_done", f"order:{order.id}", now, told=True, data={"refund": row.id}, **where)


async def _failed(unit: Unit, row: Any, order: Any, view: RefundView, now: datetime) -> None:
    """The bank would not take it back, perhaps days after it said it would: the money is with us again.

    It stays marked until a person finds another way (R46).
    """
    failed = update(refunds).where(refunds.c.id == row.id, refunds.c.state != "failed")
    if await unit.changed(failed.values(state="failed", provider_ref=view.refund_id)) != 1:
        return
    if row.state == "done":
        await post(unit, refund_failed(row.id, row.order_id, Money(row.amount_minor, row.currency)), now)
    if order.state == "refunding":
        await unit.run(update(orders).where(orders.c.id == order.id).values(reason="refund_failed"))
    elif order.state in ("captured", "refunded") and row.payment_id == order.payment_id:
        await move_order(unit, order, "refunding", now, reason="refund_failed")
    where = {"order_id": order.id, "deal_id": order.deal_id, "data": {"refund": row.id}}
    await record(unit, [Fact("refund_failed", f"order:{order.id}", now, **where)])


async def _open_refunds(unit: Unit, order_id: str) -> int:
    where = (refunds.c.order_id == order_id, refunds.c.state != "done")
    return int(await unit.value(select(func.count()).select_from(refunds).where(*where)) or 0)
