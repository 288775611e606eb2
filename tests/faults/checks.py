"""What must hold after any story: I1-I16 in our rows, C1-C3 against the processor, one key per call."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select

from campaigns.checkins.invariants import violations
from campaigns.foundation.effects import outbox
from campaigns.ledger.rows import journal
from campaigns.orders.owed import KINDS
from campaigns.orders.reconcile import reconcile_due, sweep_payments
from campaigns.orders.rows import orders
from tests.world import World

# I4 and I12 give the clock and the workers their time; everything else holds at every moment.
_TIMELY = ("I4", "I12", "I13")


async def check_now(world: World) -> None:
    """Everything that must be true at every moment, whatever is still under way."""
    async with world.store.read() as unit:
        found = [v for v in await violations(unit, world.clock.at) if v.id not in _TIMELY]
    assert found == []


async def drain(world: World) -> None:
    """Faults over: let time pass until nothing is owed any more, as it would in the hours after an outage."""
    await world.sandbox.control.clear_faults()
    for _ in range(40):
        await world.run()
        await reconcile_due(world.outside)
        if not await _owed(world):
            break
        await world.advance(minutes=6)
    await sweep_payments(world.outside, world.clock.at - timedelta(days=30))
    await world.run()
    assert await _owed(world) == []


async def check_after(world: World) -> None:
    """Everything that must be true once the queues are empty."""
    async with world.store.read() as unit:
        found = await violations(unit, world.clock.at)
    assert found == []
    await _compare_with_processor(world)
    await _one_key_per_call(world)


async def _owed(world: World) -> list[tuple[str, str, str]]:
    due = (outbox.c.kind.in_((*KINDS, "tell")), outbox.c.state.in_(("pending", "unknown")))
    rows = await world.rows(select(outbox).where(*due))
    return [(row.kind, row.subject, row.last_error) for row in rows]


async def _compare_with_processor(world: World) -> None:
    """C1: no capture there without a journal row. C2: none here without one there. C3: no hold nobody needs."""
    intents = (await world.sandbox.control.dump())["objects"].get("payment_intent", [])
    entries = await world.rows(select(journal))
    posted = {row.order_id: row.amount_minor for row in entries if row.kind == "capture"}
    stray = {row.ref for row in entries if row.kind == "stray"}
    taken: dict[str, int] = defaultdict(int)
    states = {row.id: row.state for row in await world.rows(select(orders))}
    for intent in intents:
        order_id = intent["metadata"].get("order")
        if intent["status"] == "succeeded" and intent["id"] not in stray:
            taken[order_id] += intent["amount_received"]
        if intent["status"] == "requires_capture":
            assert states[order_id] not in ("released", "lapsed", "dropped", "refunded"), (
                order_id,
                intent["id"],
            )
    assert dict(taken) == posted


async def _one_key_per_call(world: World) -> None:
    """F1, M1: however often a call was tried, it had one key, unless a look-up said that it had not happened."""
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in await world.sandbox.control.log():
        if line["method"] == "POST" and line["key"]:
            base = line["key"].split(":r")[0]
            keys[(line["path"], base)].add(base)
    captures: dict[str, set[str]] = defaultdict(set)
    for path, base in keys:
        if path.endswith("/capture"):
            captures[path].add(base)
    assert all(len(found) == 1 for found in captures.values())
