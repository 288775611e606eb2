"""(g), (i) Many workers and many webhooks: one lease, one notice, and a late twin that harms nobody."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.foundation import effects as outboxes
from campaigns.foundation.effects import claim
from campaigns.foundation.failpoints import arm, disarm
from campaigns.foundation.notices import Notice, inbox, receive
from campaigns.foundation.store import Store
from campaigns.orders import carry_out as carrying
from campaigns.orders.carry_out import carry_out
from campaigns.orders.refund import refund
from campaigns.vouchers.rows import vouchers
from tests.faults.checks import check_after, drain
from tests.races.conftest import Open
from tests.races.meeting import race
from tests.races.scenes import at, paid, somebody_waits, states
from tests.races.unguarded import drop_constraint, without
from tests.waiting import until
from tests.world import World

pytestmark = pytest.mark.races
SKIP_LOCKED = ("        .with_for_update(skip_locked=True)\n", "")
LEASED_ALREADY = ("outbox.c.kind.in_(kinds), which, free)", "outbox.c.kind.in_(kinds), which)")


async def a_capture(world: World) -> str:
    """An order whose capture is owed and nobody has begun; its id."""
    order_id = await paid(world, await world.deal(threshold=1), "ann@example.com")
    await world.hear()
    return order_id


async def take(world: World, store: Store, kind: str, using: Any = claim) -> list[Any]:
    async with store.begin() as unit:
        return list(await using(unit, world.clock.at, kinds=(kind,)))


async def test_five_workers_lease_an_effect_once(world: World, stores: Open) -> None:
    """F4, I12: the other four get nothing, and nothing waits."""
    await a_capture(world)
    answers = await race(*(take(world, store, "capture") for store in stores(5)))
    assert sorted(len(leased) for leased in answers) == [0, 0, 0, 0, 1]


async def test_without_the_leases_end_a_second_worker_takes_what_is_under_way(
    world: World, stores: Open
) -> None:
    """F4: what `free` is there for, on either database."""
    await a_capture(world)
    copy = without(outboxes, LEASED_ALREADY)
    assert [len(await take(world, store, "capture", copy.claim)) for store in stores(2)] == [1, 1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_without_skip_locked_two_workers_at_once_both_lease(world: World, stores: Open) -> None:
    """F4, M3: both saw it free, and the second update waits only to overwrite the first."""
    await a_capture(world)
    copy, (one, other) = without(outboxes, SKIP_LOCKED), stores(2)
    async with one.begin() as unit:
        first = await copy.claim(unit, world.clock.at, kinds=("capture",))
        task = asyncio.create_task(take(world, other, "capture", copy.claim))
        await until(lambda: somebody_waits(world), "the second update waits")
    assert [len(first), len(await task)] == [1, 1]


async def _with_a_late_twin(world: World, stores: Open, kind: str, using: Any = carry_out) -> None:
    """One worker asks and is stopped past its lease; another does it all; then the first goes on."""
    one, other = stores(2)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def stop() -> None:
        disarm()
        asked.set()
        await go_on.wait()

    (mine,) = await take(world, one, kind)
    arm("carry_out.answered", stop)
    late = asyncio.create_task(using(mine, at(world, one)))
    await asked.wait()
    await world.advance(seconds=61)
    (again,) = await take(world, other, kind)
    await using(again, at(world, other))
    go_on.set()
    await late


async def test_a_worker_that_comes_back_after_its_lease_harms_nobody(world: World, stores: Open) -> None:
    """F4, X6: one capture, one set of vouchers, one posting; the second call saw a replay."""
    order_id = await a_capture(world)
    await _with_a_late_twin(world, stores, "capture")
    assert await states(world, order_id) == ["captured"]
    assert len(await world.rows(select(vouchers))) == 1
    captures = [line for line in await world.sandbox.control.log() if line["path"].endswith("/capture")]
    assert [line["replayed"] for line in captures] == [False, True]
    await drain(world)
    await check_after(world)


async def _refund_one_of_two(world: World) -> str:
    """An order of two units, one of them to be refunded; its payment's id."""
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", units=2)
    await refund(order_id, 1, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    return str((await world.order(order_id)).payment_id)


async def test_a_late_twin_refunds_once(world: World, stores: Open) -> None:
    """F4, M1: a refund has no state at the processor that would stop a second one, so its key must."""
    payment_id = await _refund_one_of_two(world)
    await _with_a_late_twin(world, stores, "refund")
    views = [view async for view in world.outside.processor.refunds_of(payment_id)]
    assert [view.amount_minor for view in views] == [2500]


async def test_with_a_key_per_try_a_late_twin_refunds_twice(world: World, stores: Open) -> None:
    """M1: and nothing on our side would ever show it."""
    payment_id = await _refund_one_of_two(world)
    key = 'refund_id=params["refund_id"], key=effect.call_key'
    copy = without(carrying, (key, f'{key} + f":{{effect.tries}}"'))
    await _with_a_late_twin(world, stores, "refund", copy.carry_out)
    views = [view async for view in world.outside.processor.refunds_of(payment_id)]
    assert [view.amount_minor for view in views] == [2500, 2500]


async def _deliver(world: World, opened: list[Store], times: int) -> list[bool]:
    """The same event to every store, so many times each, all at once."""
    events = (await world.sandbox.control.dump())["objects"]["event"]
    event = next(e for e in events if e["type"] == "payment_intent.amount_capturable_updated")
    about = event["data"]["object"]["id"]
    notice = Notice("stripe", event["id"], event["type"], about, event["api_version"], event)

    async def arrive(store: Store) -> bool:
        async with store.begin() as unit:
            return await receive(unit, notice, world.clock.at)

    return await race(*(arrive(store) for store in opened for _ in range(times)))


async def test_the_same_webhook_fifty_times_at_once_is_one_notice(world: World, stores: Open) -> None:
    """F11, X17, I13: all are answered, one is stored, the order moves once."""
    order_id = await paid(world, await world.deal(threshold=3), "ann@example.com")
    answers = await _deliver(world, stores(5), 10)
    assert (answers.count(True), answers.count(False)) == (1, 49)
    assert len(await world.rows(select(inbox.c.id))) == 1
    await world.run()
    assert await states(world, order_id) == ["authorized"]
    await check_after(world)


async def test_without_the_unique_id_every_repetition_is_stored(world: World, stores: Open) -> None:
    """M11, I13 broken."""
    await drop_constraint(world.store, "inbox", "uq_inbox_source_external_id")
    await paid(world, await world.deal(threshold=3), "ann@example.com")
    answers = await _deliver(world, stores(5), 10)
    assert answers == [True] * 50
