"""The alarm rings by itself, and stops in good order."""

import asyncio

from sqlalchemy import select

from campaigns.foundation.effects import claim, outbox
from campaigns.orders.owed import KINDS
from scheduler.alarm import Alarm
from scheduler.effects import drain_effects
from scheduler.outside import Surroundings
from tests.waiting import until
from tests.world import World


async def test_a_running_alarm_takes_a_deal_from_the_last_payment_to_the_capture(
    world: World, surroundings: Surroundings
) -> None:
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id)
    alarm = Alarm(surroundings)
    alarm.start()
    await world.hear()
    await until(lambda: _is(world, order_id, "captured"), "the order is captured")
    await alarm.stop()
    assert (await world.deal_row(deal_id)).state == "tipped"


async def test_a_stopping_alarm_finishes_the_call_it_has_begun(
    world: World, surroundings: Surroundings
) -> None:
    """6.5: what is under way is finished, so the next process finds nothing leased."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.sandbox.control.fault("slow", path="/v1/payment_intents/*/capture", next_n=1, seconds=1)
    await world.pay(order_id)
    await world.hear()
    alarm = Alarm(surroundings)
    alarm.start()
    await _until_leased(world)
    await alarm.stop()
    assert (await world.order(order_id)).state == "captured"
    assert await _leased(world) == []


async def test_a_call_that_takes_too_long_is_cut_off_and_stays_owed(
    world: World, surroundings: Surroundings
) -> None:
    """The lease ends by itself, and the same key makes the second asking harmless."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.sandbox.control.fault("slow", path="/v1/payment_intents/*/capture", next_n=1, seconds=30)
    await world.pay(order_id)
    await world.hear()
    alarm = Alarm(surroundings)
    alarm.start()
    await _until_leased(world)
    await alarm.stop(finish_s=0)
    assert (await world.order(order_id)).state == "capturing"

    await world.sandbox.control.clear_faults()
    world.clock.advance(minutes=2)
    await world.run()
    assert (await world.order(order_id)).state == "captured"


async def test_what_was_leased_and_not_begun_is_handed_back(world: World, surroundings: Surroundings) -> None:
    """6.5: the next process need not wait for the lease to end, and the try does not count."""
    order_id = await world.join(await world.deal(threshold=1), "ann@example.com")
    await world.pay(order_id)
    await world.hear()
    stopping = asyncio.Event()
    stopping.set()
    assert await drain_effects(surroundings, stopping=stopping) == 0
    async with world.store.begin() as unit:
        assert [effect.tries for effect in await claim(unit, world.clock.at, kinds=KINDS)] == [1]


async def test_stopping_an_alarm_that_never_rang_does_nothing(surroundings: Surroundings) -> None:
    await Alarm(surroundings).stop()


async def _until_leased(world: World) -> None:
    await until(lambda: _leased(world), "an effect is leased")


async def _is(world: World, order_id: str, state: str) -> bool:
    return bool((await world.order(order_id)).state == state)


async def _leased(world: World) -> list[str]:
    rows = await world.rows(select(outbox.c.kind).where(outbox.c.lease.is_not(None)))
    return [row.kind for row in rows]
