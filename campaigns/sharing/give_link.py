"""Give people their link: every buyer whose order is committed, and the merchant itself, one link per deal each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import deals
from campaigns.foundation.clock import Clock
from campaigns.foundation.ids import new_id, random_text
from campaigns.foundation.store import Store, Unit
from campaigns.orders.rows import read_order
from campaigns.orders.rules import GIVEN_BACK
from campaigns.sharing.link_queries import ShareLink, link_by_id, link_of_owner
from campaigns.sharing.link_rules import BUYER, MERCHANT
from campaigns.sharing.rows import share_links

# Short enough to be typed from a poster, and too many to be found by trying.
CODE_BITS = 50


async def link_of_order(order_id: str, *, store: Store, clock: Clock) -> ShareLink | None:
    """The link of an order's buyer, made when it is first asked for; None until the order is committed."""
    async with store.read() as unit:
        order = await read_order(unit, order_id)
        known = await link_of_owner(unit, order.deal_id, order.buyer_id) if order is not None else None
    if known is not None or order is None or not _may_share(order):
        return known
    async with store.begin() as unit:
        return await give_link(unit, order, await clock.now(unit))


async def give_link(unit: Unit, order: Any, now: datetime) -> ShareLink | None:
    """The same inside a transaction, for whoever announces the join. `order` is a row of orders."""
    if _may_share(order):
        owner = {"owner_kind": BUYER, "account_id": order.buyer_id, "order_id": order.id}
        await new_link(unit, order.deal_id, owner, now)
    return await link_of_owner(unit, order.deal_id, order.buyer_id)


async def merchant_link(unit: Unit, deal_id: str, now: datetime) -> ShareLink:
    """The deal's link for posts and posters of the merchant; who comes by it is credited to no person."""
    await new_link(unit, deal_id, {"owner_kind": MERCHANT}, now)
    theirs = (share_links.c.deal_id == deal_id, share_links.c.owner_kind == MERCHANT)
    link = await link_by_id(unit, str(await unit.value(select(share_links.c.id).where(*theirs))))
    if link is None:
        raise LookupError(deal_id)
    return link


async def new_link(unit: Unit, deal_id: str, owner: dict[str, Any], now: datetime) -> bool:
    """Make the one link of an owner for a deal. False: there is one already, and it stays as it is."""
    merchant = await unit.value(select(deals.c.organization_id).where(deals.c.id == deal_id))
    row: dict[str, Any] = {"id": new_id("lnk"), "code": random_text(CODE_BITS), "deal_id": deal_id}
    row |= {"reward": "", "account_id": None, "organization_id": merchant, "created_at": now, **owner}
    made = unit.insert(share_links).values(row).on_conflict_do_nothing().returning(share_links.c.id)
    return await unit.value(made) is not None


def _may_share(order: Any) -> bool:
    return order.committed_at is not None and order.state not in GIVEN_BACK
