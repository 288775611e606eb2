"""The hosted payment page of an order: what is asked for, and the page that came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rows import lock_deal
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import Leased, claim, outbox, owe
from campaigns.foundation.errors import NotFound
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store, Unit
from campaigns.orders.owed import expire_effect
from campaigns.orders.ports import Checkout, SessionView
from campaigns.orders.rows import free_units, lock_order, move_order, orders, read_order

_WANTS_PAGE = ("pending", "payment_problem")


def checkout_of(params: dict[str, Any]) -> Checkout:
    """The frozen parameters of a `checkout` effect, as the port wants them."""
    kept = {k: v for k, v in params.items() if k not in ("amount_minor", "currency", "expires_at")}
    return Checkout(
        amount=Money(params["amount_minor"], params["currency"]),
        expires_at=datetime.fromisoformat(params["expires_at"]),
        **kept,
    )


async def claim_checkout(order_id: str, *, store: Store, clock: Clock) -> Leased | None:
    """Lease the order's wish for a payment page, so that the buyer need not wait for a worker.

    None: the page is there already, or somebody is asking for it at this moment.
    """
    async with store.begin() as unit:
        now = await clock.now(unit)
        order = await read_order(unit, order_id)
        if order is None:
            raise NotFound(what="order")
        wish = select(outbox.c.id).where(
            outbox.c.subject == f"order:{order_id}",
            outbox.c.kind == "checkout",
            outbox.c.ref == str(order.attempt),
            outbox.c.state.in_(("pending", "unknown")),
        )
        effect_id = await unit.value(wish)
        if effect_id is None:
            return None
        claimed = await claim(unit, now, kinds=("checkout",), only=effect_id)
        return claimed[0] if claimed else None


async def payment_page(order_id: str, *, store: Store) -> str | None:
    """The address of the order's open payment page, or None while there is none."""
    async with store.read() as unit:
        order = await read_order(unit, order_id)
        return order.session_url if order is not None and order.state in _WANTS_PAGE else None


async def bind_session(session: SessionView, effect: Leased, *, unit: Unit, now: datetime) -> None:
    """Keep the page of the present attempt. An order that ended meanwhile has its page closed again."""
    peek = await read_order(unit, effect.params["order_id"])
    await lock_deal(unit, peek.deal_id)
    order = await lock_order(unit, peek.id)
    if order.attempt == effect.params["attempt"] and order.session_id is None:
        page = {"session_id": session.session_id, "session_url": session.url}
        await unit.run(update(orders).where(orders.c.id == order.id).values(**page))
        order = await read_order(unit, order.id)
    if order.state not in _WANTS_PAGE or order.ending or order.session_id != session.session_id:
        stray = dict(order._mapping) | {"session_id": session.session_id}
        await owe(unit, [expire_effect(_Row(stray), now)])


class _Row:
    """A row with one column replaced."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


async def refuse_checkout(effect: Leased, *, unit: Unit, now: datetime) -> None:
    """The processor will not open a page: the place is free again, and the buyer is told."""
    peek = await read_order(unit, effect.params["order_id"])
    await lock_deal(unit, peek.deal_id)
    order = await lock_order(unit, peek.id)
    if order.state == "pending" and await move_order(unit, order, "lapsed", now, reason="declined"):
        await free_units(unit, order.deal_id, order.units)
