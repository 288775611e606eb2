"""What a deal brings its merchant, and what canceling it would do: sums over its orders (R39, R44, R85)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select

from campaigns.deals.views import DealView
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders, refunds
from campaigns.orders.rules import COMMITTED
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import SPENDABLE

_COLLECTED = ("captured", "refunding", "refunded", "disputed")


@dataclass(frozen=True)
class Takings:
    """`committed` is the most that can come in, `expected` what should (R44).

    `collected` is what cards were charged, `given_back` what was refunded or charged back since. `held` is
    what the holds are worth at the price now, with what is being charged; `troubled` needs its buyers and is
    not expected. Each sum comes with the number of its orders.
    """

    committed: Money
    committed_orders: int
    held: Money
    held_orders: int
    collected: Money
    collected_orders: int
    given_back: Money
    troubled: Money
    troubled_orders: int

    @property
    def expected(self) -> Money:
        return self.collected - self.given_back + self.held


@dataclass(frozen=True)
class Outlook:
    """What canceling would touch now: holds, orders being paid or charged, vouchers. Used ones stay used."""

    holds: int
    held: Money
    unpaid_orders: int
    charging_orders: int
    refunded_orders: int
    unused_vouchers: int
    refunded: Money
    used_vouchers: int


@dataclass(frozen=True)
class _Sum:
    orders: int = 0
    units: int = 0
    most_minor: int = 0
    due_minor: int = 0


async def takings(unit: Unit, deal: DealView) -> Takings:
    """The sums of one deal, at its price now."""
    by_state = await _by_state(unit, deal.id)
    holds = _add(by_state, *COMMITTED)
    charging, troubled = _add(by_state, "capturing"), _add(by_state, "payment_problem")
    collected, charged_back = _add(by_state, *_COLLECTED, "charged_back"), _add(by_state, "charged_back")
    returned = await _refunded_minor(unit, deal.id) + charged_back.due_minor

    def money(amount_minor: int) -> Money:
        return Money(amount_minor, deal.currency)

    at_most = holds.due_minor + charging.due_minor + troubled.due_minor + collected.due_minor - returned
    kept = collected.orders - charged_back.orders - by_state.get("refunded", _Sum()).orders
    return Takings(
        committed=money(at_most),
        committed_orders=holds.orders + charging.orders + troubled.orders + kept,
        held=money(holds.units * deal.price_now.amount_minor + charging.due_minor),
        held_orders=holds.orders + charging.orders,
        collected=money(collected.due_minor),
        collected_orders=collected.orders,
        given_back=money(returned),
        troubled=money(troubled.due_minor),
        troubled_orders=troubled.orders,
    )


async def outlook(unit: Unit, deal: DealView) -> Outlook:
    """What canceling this deal would do at this moment (R39)."""
    by_state = await _by_state(unit, deal.id)
    holds = _add(by_state, *COMMITTED)
    spendable = and_(vouchers.c.state.in_((*SPENDABLE, "frozen")), orders.c.state == "captured")
    statement = (
        select(
            func.count(case((spendable, orders.c.id)).distinct()).label("orders"),
            func.count(case((spendable, 1))).label("unused"),
            func.coalesce(func.sum(case((spendable, vouchers.c.paid_value_minor))), 0).label("minor"),
            func.count(case((vouchers.c.state == "redeemed", 1))).label("used"),
        )
        .join(orders, orders.c.id == vouchers.c.order_id)
        .where(vouchers.c.deal_id == deal.id)
    )
    row: Any = await unit.one(statement)
    return Outlook(
        holds=holds.orders,
        held=Money(holds.most_minor, deal.currency),
        unpaid_orders=_add(by_state, "pending", "payment_problem").orders,
        charging_orders=_add(by_state, "capturing").orders,
        refunded_orders=int(row.orders),
        unused_vouchers=int(row.unused),
        refunded=Money(int(row.minor), deal.currency),
        used_vouchers=int(row.used),
    )


async def _by_state(unit: Unit, deal_id: str) -> dict[str, _Sum]:
    statement = (
        select(
            orders.c.state,
            func.count().label("orders"),
            func.sum(orders.c.units).label("units"),
            func.sum(orders.c.units * orders.c.unit_price_minor).label("most_minor"),
            func.sum(orders.c.due_minor).label("due_minor"),
        )
        .where(orders.c.deal_id == deal_id)
        .group_by(orders.c.state)
    )
    return {
        row.state: _Sum(int(row.orders), int(row.units), int(row.most_minor), int(row.due_minor))
        for row in await unit.all(statement)
    }


def _add(by_state: dict[str, _Sum], *states: str) -> _Sum:
    found = [by_state[state] for state in states if state in by_state]
    return _Sum(
        sum(each.orders for each in found),
        sum(each.units for each in found),
        sum(each.most_minor for each in found),
        sum(each.due_minor for each in found),
    )


async def _refunded_minor(unit: Unit, deal_id: str) -> int:
    """Refunds granted, on their way included; one that failed is still ours to give."""
    statement = (
        select(func.coalesce(func.sum(refunds.c.amount_minor), 0))
        .join(orders, orders.c.id == refunds.c.order_id)
        .where(orders.c.deal_id == deal_id)
    )
    return int(await unit.value(statement))
