"""After a capture that failed: another card by a new payment page, or the end of the order (R43)."""

from __future__ import annotations

from sqlalchemy import select, update

from campaigns.deals.rows import lock_deal, offers
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import owe
from campaigns.foundation.errors import NotFound, Refusal
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store
from campaigns.orders.join import checkout_effect
from campaigns.orders.owed import release_stray
from campaigns.orders.rows import lock_order, orders, read_order
from campaigns.orders.withdraw import withdraw_attempt
from campaigns.people.rows import account


class NothingToMend(Refusal):
    code = "nothing_to_mend"
    sentence = "This order needs no other card now."


async def try_another_card(order_id: str, *, store: Store, clock: Clock, links: Links) -> None:
    """Owe a payment page of a new attempt; the hold of the old one, if any is left, goes. Raises NothingToMend."""
    async with store.begin() as unit:
        peek = await read_order(unit, order_id)
        if peek is None:
            raise NotFound(what="order")
        deal = await lock_deal(unit, peek.deal_id)
        order = await lock_order(unit, order_id)
        now = await clock.now(unit)
        if order.state != "payment_problem" or order.ending or now >= order.problem_ends_at:
            raise NothingToMend
        if order.payment_id is None and (order.session_url or order.session_id is None):
            return  # the page of the new attempt is there or on its way
        if order.payment_id:
            await owe(unit, [release_stray(order.id, order.payment_id, now)])
        fresh = {"attempt": order.attempt + 1, "payment_id": None, "session_id": None, "session_url": None}
        await unit.run(update(orders).where(orders.c.id == order_id).values(**fresh))
        email = await unit.value(select(account.c.email).where(account.c.id == order.buyer_id))
        title = await unit.value(select(offers.c.title).where(offers.c.id == deal.offer_id))
        row = dict((await read_order(unit, order_id))._mapping)
        await owe(unit, [checkout_effect(row, title=title, email=email, links=links, now=now)])


async def end_overdue_problems(*, store: Store, clock: Clock, batch: int = 100) -> int:
    """Orders whose `problem_days` are over: withdraw what is open at the processor; they drop when it says so."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        due = (
            select(orders.c.id)
            .where(
                orders.c.state == "payment_problem",
                orders.c.problem_ends_at <= now,
                orders.c.ending.is_(None),
            )
            .order_by(orders.c.problem_ends_at)
            .limit(batch)
        )
        ids = [row.id for row in await unit.all(due)]
    for order_id in ids:
        async with store.begin() as unit:
            peek = await read_order(unit, order_id)
            await lock_deal(unit, peek.deal_id)
            order = await lock_order(unit, order_id)
            if order.state == "payment_problem" and order.ending is None:
                ending = {"ending": "problem_days_over"}
                await unit.run(update(orders).where(orders.c.id == order_id).values(**ending))
                await withdraw_attempt(unit, await read_order(unit, order_id), await clock.now(unit))
    return len(ids)
