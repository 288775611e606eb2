"""What races start from, and what is asked of the rows when they are over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import select, text

from campaigns.checkins.invariants import violations
from campaigns.foundation.effects import outbox
from campaigns.foundation.facts import facts
from campaigns.foundation.store import Store
from campaigns.orders.carry_out import Outside
from tests.world import World


def at(world: World, store: Store) -> Outside:
    """Another process of the same installation: its own connections, the same processor and clock."""
    return replace(world.outside, store=store)


async def paid(world: World, deal_id: str, email: str, units: int = 1) -> str:
    """An order that was paid on its page, and nobody has told us yet."""
    order_id = await world.join(deal_id, email, units)
    await world.pay(order_id)
    return order_id


async def times(world: World, subject: str, to_state: str) -> int:
    """How often something moved to a state, by its facts."""
    moved = (facts.c.subject == subject, facts.c.to_state == to_state)
    return len(await world.rows(select(facts.c.id).where(*moved)))


async def owed(world: World, *kinds: str) -> Counter[str]:
    """How many effects of each kind there are, done or not."""
    rows: list[Any] = await world.rows(select(outbox.c.kind).where(outbox.c.kind.in_(kinds)))
    return Counter(row.kind for row in rows)


async def states(world: World, *order_ids: str) -> list[str]:
    return [(await world.order(order_id)).state for order_id in order_ids]


async def broken(world: World) -> set[str]:
    """The invariants that do not hold."""
    async with world.store.read() as unit:
        return {violation.id for violation in await violations(unit, world.clock.at)}


async def somebody_waits(world: World) -> bool:
    """Whether a connection to this PostgreSQL database waits for a lock; asked in its own transaction each time."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with world.store.read() as unit:
        return bool(await unit.value(waiting))
