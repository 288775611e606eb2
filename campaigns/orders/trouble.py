"""Payments that need a person: what did not go through, and what we could not carry out (R43, R46)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from campaigns.deals.rows import deals, offers
from campaigns.foundation.effects import outbox
from campaigns.foundation.ids import DealId, OrderId, RefundId
from campaigns.foundation.money import Money
from campaigns.foundation.notices import inbox
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders, refunds
from campaigns.people.rows import organization

_LISTED = 50


@dataclass(frozen=True)
class TroubledOrder:
    """An order whose money did not come, or is disputed. `ends_at` is when its mending days are over."""

    id: OrderId
    deal_id: DealId
    title: str
    merchant_name: str
    state: str
    reason: str | None
    due: Money
    placed_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class FailedRefund:
    """A refund the bank would not take back; the buyer is still owed it."""

    id: RefundId
    order_id: OrderId
    title: str
    merchant_name: str
    amount: Money
    granted_at: datetime


@dataclass(frozen=True)
class DeadCall:
    """Something owed or heard that was given up: an effect of ours, or a notice from the processor."""

    what: str
    subject: str
    error: str
    tries: int
    at: datetime | None


@dataclass(frozen=True)
class Trouble:
    """The longest waiting first, at most 50 of each; the `counts` are of all there are, by field name."""

    orders: tuple[TroubledOrder, ...]
    refunds: tuple[FailedRefund, ...]
    effects: tuple[DeadCall, ...]
    notices: tuple[DeadCall, ...]
    counts: dict[str, int]

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


async def read_trouble(unit: Unit) -> Trouble:
    """Everything that waits for a person, of all merchants."""
    held_up = orders.c.state.in_(("payment_problem", "disputed"))
    failed = refunds.c.state == "failed"
    counts = {
        "orders": await _count(unit, orders, held_up),
        "refunds": await _count(unit, refunds, failed),
        "effects": await _count(unit, outbox, outbox.c.state == "dead"),
        "notices": await _count(unit, inbox, inbox.c.state == "dead"),
    }
    return Trouble(
        orders=tuple(_order(row) for row in await unit.all(_of_merchants(held_up))),
        refunds=tuple(_refund(row) for row in await _failed_refunds(unit, failed)),
        effects=tuple(_effect(row) for row in await _dead(unit, outbox, outbox.c.run_at)),
        notices=tuple(_notice(row) for row in await _dead(unit, inbox, inbox.c.received_at)),
        counts=counts,
    )


async def _count(unit: Unit, counted: Any, where: Any) -> int:
    return int(await unit.value(select(func.count()).select_from(counted).where(where)) or 0)


def _of_merchants(where: Any) -> Any:
    return (
        select(orders, offers.c.title, organization.c.name.label("merchant_name"))
        .join(deals, deals.c.id == orders.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(organization, organization.c.id == deals.c.organization_id)
        .where(where)
        .order_by(orders.c.placed_at, orders.c.id)
        .limit(_LISTED)
    )


def _order(row: Any) -> TroubledOrder:
    return TroubledOrder(
        id=OrderId(row.id),
        deal_id=DealId(row.deal_id),
        title=row.title,
        merchant_name=row.merchant_name,
        state=row.state,
        reason=row.reason,
        due=Money(row.due_minor, row.currency),
        placed_at=row.placed_at,
        ends_at=row.problem_ends_at,
    )


async def _failed_refunds(unit: Unit, where: Any) -> Sequence[Any]:
    return await unit.all(
        select(refunds, offers.c.title, organization.c.name.label("merchant_name"))
        .join(orders, orders.c.id == refunds.c.order_id)
        .join(deals, deals.c.id == orders.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(organization, organization.c.id == deals.c.organization_id)
        .where(where)
        .order_by(refunds.c.granted_at, refunds.c.id)
        .limit(_LISTED)
    )


def _refund(row: Any) -> FailedRefund:
    amount = Money(row.amount_minor, row.currency)
    return FailedRefund(
        RefundId(row.id), OrderId(row.order_id), row.title, row.merchant_name, amount, row.granted_at
    )


async def _dead(unit: Unit, table: Any, oldest_first: Any) -> Sequence[Any]:
    return await unit.all(
        select(table).where(table.c.state == "dead").order_by(oldest_first, table.c.id).limit(_LISTED)
    )


def _effect(row: Any) -> DeadCall:
    return DeadCall(row.kind, row.subject, row.last_error or "", row.tries, row.alerted_at)


def _notice(row: Any) -> DeadCall:
    return DeadCall(row.type, row.object_id, row.last_error or "", row.tries, row.handled_at)
