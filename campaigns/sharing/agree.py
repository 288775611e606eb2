"""The consents of one order: given and taken back by whoever has the order's address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from campaigns.deals.rows import deals
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.store import Store, Unit
from campaigns.orders.rows import read_order
from campaigns.people.consent import Consent, give, stands, withdraw
from campaigns.people.rules import CONSENT_KINDS
from campaigns.sharing.link_rules import short_name
from campaigns.sharing.rows import shown_names

_SOURCE = "order page"


async def agree(order_id: str, kind: str, *, name: str = "", store: Store, clock: Clock) -> None:
    """Give a consent. For `announce_join` the short form of `name` may be shown. Raises NotFound."""
    async with store.begin() as unit:
        order = await _order(unit, order_id, kind)
        await give(unit, await _consent(unit, order, kind), source=_SOURCE, now=await clock.now(unit))
        if kind == "announce_join":
            await show_as(unit, order_id, name)


async def disagree(order_id: str, kind: str, *, store: Store, clock: Clock) -> None:
    """Take it back; the name that could be shown is gone with it. Raises NotFound."""
    async with store.begin() as unit:
        order = await _order(unit, order_id, kind)
        await withdraw(unit, await _consent(unit, order, kind), now=await clock.now(unit))
        if kind == "announce_join":
            await show_as(unit, order_id, "")


async def agreed(unit: Unit, order_id: str) -> frozenset[str]:
    """The kinds of consent that stand for an order at this moment."""
    order = await read_order(unit, order_id)
    if order is None:
        return frozenset()
    standing = [kind for kind in CONSENT_KINDS if await stands(unit, await _consent(unit, order, kind))]
    return frozenset(standing)


async def show_as(unit: Unit, order_id: str, name: str) -> None:
    """Keep the short form of a name, or none."""
    await unit.run(delete(shown_names).where(shown_names.c.order_id == order_id))
    if short := short_name(name):
        await unit.run(shown_names.insert().values(order_id=order_id, name=short))


async def _order(unit: Unit, order_id: str, kind: str) -> Any:
    order = await read_order(unit, order_id)
    if order is None or kind not in CONSENT_KINDS:
        raise NotFound(what="order")
    return order


async def _consent(unit: Unit, order: Any, kind: str) -> Consent:
    if kind == "announce_join":
        return Consent(order.buyer_id, kind, order.id)
    merchant = await unit.value(select(deals.c.organization_id).where(deals.c.id == order.deal_id))
    return Consent(order.buyer_id, kind, str(merchant))
