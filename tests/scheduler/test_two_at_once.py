"""Two schedulers that ring at the same moment decide once: the rows decide, not the ring (R17, R18)."""

import asyncio

from sqlalchemy import select

from campaigns.deals.rows import deals
from campaigns.foundation.facts import facts
from campaigns.foundation.store import Store, open_store
from campaigns.orders.carry_out import Outside
from scheduler.due import do_what_is_due
from scheduler.effects import drain_effects
from scheduler.outside import Surroundings
from scheduler.watch import watch_invariants
from tests.world import World


async def test_two_schedulers_decide_every_deal_once(world: World) -> None:
    failed = [await world.deal(threshold=2) for _ in range(5)]
    for deal_id in failed:
        await world.buy(deal_id, "ann@example.com")
    await world.advance(hours=2)
    stores = [open_store(world.store.url) for _ in range(4)]
    await asyncio.gather(*(do_what_is_due(store=store, clock=world.clock) for store in stores))
    for store in stores:
        await store.close()

    ended = await world.rows(select(facts.c.deal_id).where(facts.c.name == "deal_failed"))
    assert sorted(row.deal_id for row in ended) == sorted(failed)
    assert all([(await world.deal_row(deal_id)).state == "failed" for deal_id in failed])


async def test_two_workers_carry_out_every_effect_once(world: World, surroundings: Surroundings) -> None:
    """F1: one request per capture in the processor's log, whoever leased it."""
    deal_id = await world.deal(threshold=4)
    for name in ("ann", "bo", "cy"):
        await world.buy(deal_id, f"{name}@example.com")
    last = await world.join(deal_id, "dee@example.com")
    await world.pay(last)
    await world.hear()

    stores = [open_store(world.store.url) for _ in range(2)]
    workers = [_beside(surroundings, store) for store in stores]
    await asyncio.gather(*(drain_effects(worker) for worker in workers))
    for store in stores:
        await store.close()

    log = await world.sandbox.control.log()
    captures = [line["path"] for line in log if line["path"].endswith("/capture")]
    assert len(captures) == len(set(captures)) == 4
    assert await watch_invariants(store=world.store, clock=world.clock) == []


async def test_a_violation_is_logged_and_repaired_by_nobody(world: World) -> None:
    deal_id = await world.deal(threshold=2)
    async with world.store.begin() as unit:
        await unit.run(deals.update().where(deals.c.id == deal_id).values(units_taken=7))
    found = await watch_invariants(store=world.store, clock=world.clock)
    assert [(violation.id, violation.count) for violation in found] == [("I2", 1)]
    assert (await world.deal_row(deal_id)).units_taken == 7


def _beside(surroundings: Surroundings, store: Store) -> Surroundings:
    money = surroundings.money
    return Surroundings(
        Outside(store, money.clock, money.processor, money.keys),
        surroundings.links,
        surroundings.mailer,
    )
