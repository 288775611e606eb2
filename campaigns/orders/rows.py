"""Tables of the orders floor, and the statements that guard them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, func, select, text, update
from sqlmodel import Field, SQLModel

from campaigns.deals.rows import deals
from campaigns.deals.rules import Count
from campaigns.foundation.facts import moved, record
from campaigns.foundation.schema import one_of, table
from campaigns.foundation.store import Unit
from campaigns.orders.rules import ACTIVE, COMMITTED, ORDER

# Moves that people are told about; the rest is told by what follows from it.
_TOLD = {"authorized", "captured", "payment_problem", "dropped", "refunded", "releasing", "lapsed"}


class OrderRow(SQLModel, table=True):
    """One buyer's part in one deal."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("state", ORDER.states),
        CheckConstraint("units > 0", name="units_positive"),
        CheckConstraint("units_refunded BETWEEN 0 AND units", name="units_refunded_within"),
        CheckConstraint("due_minor >= 0", name="due_not_negative"),
        CheckConstraint("(captured_at IS NULL) = (units_captured = 0)", name="capture_is_whole"),
        Index("ix_orders_deal_state", "deal_id", "state"),
        Index("ix_orders_deal_buyer", "deal_id", "buyer_id"),
        Index(
            "uq_orders_one_pending",
            "deal_id",
            "buyer_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )
    id: str = Field(primary_key=True)
    deal_id: str = Field(foreign_key="deal.id")
    buyer_id: str = Field(foreign_key="account.id", index=True)
    counts_as: str
    counts: bool = True
    request_key: str = Field(unique=True)
    units: int
    units_refunded: int = 0
    units_captured: int = 0
    unit_price_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str
    state: str = "pending"
    reason: str | None = None
    plan: str = "hold"
    attempt: int = 1
    ending: str | None = None
    session_id: str | None = Field(default=None, index=True)
    session_url: str | None = None
    payment_id: str | None = Field(default=None, index=True)
    capture_before: datetime | None = None
    card_brand: str | None = None
    card_last4: str | None = None
    card_fingerprint: str | None = None
    placed_at: datetime
    place_ends_at: datetime
    committed_at: datetime | None = None
    captured_at: datetime | None = None
    problem_ends_at: datetime | None = None


class RefundRow(SQLModel, table=True):
    """Money on its way back. `ground` says why it was granted, `voucher_ids` what it takes away."""

    __tablename__ = "refund"
    __table_args__ = (
        one_of("state", ("pending", "done", "failed")),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
    )
    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.id", index=True)
    payment_id: str
    units: int
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str
    ground: str
    state: str = "pending"
    provider_ref: str | None = None
    granted_at: datetime
    done_at: datetime | None = None


orders, refunds = table(OrderRow), table(RefundRow)


async def read_order(unit: Unit, order_id: str) -> Any:
    return await unit.one(select(orders).where(orders.c.id == order_id))


async def lock_order(unit: Unit, order_id: str) -> Any:
    """The order row, held until the transaction ends. Lock its deal first where the move touches the deal."""
    return await unit.one(select(orders).where(orders.c.id == order_id).with_for_update())


async def move_order(
    unit: Unit, row: Any, to_state: str, now: datetime, *, reason: str | None = None, **changes: Any
) -> bool:
    """Compare-and-set the state of an order and record it. False: somebody was faster."""
    statement = (
        update(orders)
        .where(orders.c.id == row.id, orders.c.state == row.state)
        .values(state=to_state, reason=reason, **changes)
    )
    if await unit.changed(statement) != 1:
        return False
    await record(unit, [_fact(row, to_state, now, reason)])
    return True


async def move_orders(
    unit: Unit, deal_id: str, from_state: str, to_state: str, now: datetime, *, reason: str | None = None
) -> Sequence[Any]:
    """Compare-and-set every order of a deal in one statement; answers the rows that moved."""
    statement = (
        update(orders)
        .where(orders.c.deal_id == deal_id, orders.c.state == from_state)
        .values(state=to_state, reason=reason)
        .returning(orders)
    )
    rows = sorted(await unit.all(statement), key=lambda row: (row.placed_at, row.id))
    await record(unit, [_fact(row, to_state, now, reason, from_state=from_state) for row in rows])
    return rows


def _fact(
    row: Any, to_state: str, now: datetime, reason: str | None, *, from_state: str | None = None
) -> Any:
    return moved(
        ORDER,
        f"order:{row.id}",
        row.state if from_state is None else from_state,
        to_state,
        now,
        order_id=row.id,
        deal_id=row.deal_id,
        told=to_state in _TOLD,
        data={"reason": reason} if reason else {},
    )


async def take_units(unit: Unit, deal_id: str, units: int) -> bool:
    """Reserve capacity, or answer False. The last guard against overselling is the CHECK on the table."""
    fits = (deals.c.capacity.is_(None)) | (deals.c.units_taken + units <= deals.c.capacity)
    statement = (
        update(deals)
        .where(deals.c.id == deal_id, fits)
        .values(units_taken=deals.c.units_taken + units, version=deals.c.version + 1)
    )
    return await unit.changed(statement) == 1


async def free_units(unit: Unit, deal_id: str, units: int) -> None:
    """Give capacity back. Called once per move out of a placed state, so it is freed exactly once (R22, R38)."""
    await unit.run(
        update(deals)
        .where(deals.c.id == deal_id)
        .values(units_taken=deals.c.units_taken - units, version=deals.c.version + 1)
    )


async def count_committed(unit: Unit, deal_id: str, *, tipped: bool, without: str | None = None) -> Count:
    """What counts towards the tip, or after it towards the price (R1-R3, R9). `without` leaves one order out."""
    states = ACTIVE if tipped else COMMITTED
    kept = orders.c.units - orders.c.units_refunded
    where = [orders.c.deal_id == deal_id, orders.c.state.in_(states), orders.c.counts]
    if without is not None:
        where.append(orders.c.id != without)
    row = await unit.one(
        select(
            func.count(orders.c.counts_as.distinct()).label("buyers"),
            func.coalesce(func.sum(kept), 0).label("units"),
            func.coalesce(func.sum(kept * orders.c.unit_price_minor), 0).label("money"),
        ).where(*where, kept > 0)
    )
    return Count(int(row.buyers), int(row.units), int(row.money)) if row else Count(0, 0, 0)


async def units_committed(unit: Unit, deal_id: str) -> int:
    """Units of committed orders, those that count nothing included: they use capacity all the same (R9, R20)."""
    where = (orders.c.deal_id == deal_id, orders.c.state.in_(COMMITTED))
    return int(await unit.value(select(func.coalesce(func.sum(orders.c.units), 0)).where(*where)))


async def has_pending(unit: Unit, deal_id: str) -> bool:
    pending = select(orders.c.id).where(orders.c.deal_id == deal_id, orders.c.state == "pending").limit(1)
    return await unit.one(pending) is not None
