"""(e) The deadline: a join that waits for the deal's lock across it is refused, for the clock is read after."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, text

from campaigns.deals.rows import lock_deal
from campaigns.foundation import clock as clocks
from campaigns.foundation.clock import Clock, DatabaseClock, ManualClock
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Store, Unit
from campaigns.orders import join as joining
from campaigns.orders.join import Ask, Placed, join
from campaigns.orders.rows import orders
from campaigns.orders.rules import DealClosed
from tests.races.conftest import Open
from tests.races.meeting import of_kind, race
from tests.races.scenes import somebody_waits
from tests.races.unguarded import without
from tests.waiting import until
from tests.world import LINKS, World

pytestmark = pytest.mark.races


class Watched(ManualClock):
    """A clock that tells when somebody has looked at it."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock.at)
        self.seen = asyncio.Event()

    async def now(self, unit: Unit) -> datetime:
        self.seen.set()
        return self.at


async def _begun(store: Store) -> asyncio.Event:
    """Set when the store, connected already, is about to begin a writing transaction."""
    async with store.begin():
        pass
    begun, loop = asyncio.Event(), asyncio.get_running_loop()
    event.listen(
        store._writer.sync_engine,
        "before_cursor_execute",
        lambda *_: loop.call_soon_threadsafe(begun.set),
    )
    return begun


async def test_a_join_that_waits_across_the_close_is_refused(world: World, stores: Open) -> None:
    """I14, X25, R11: the lock was held from before the close until after it."""
    deal_id = await world.deal()
    closes_at = (await world.deal_row(deal_id)).closes_at
    holder, joiner = stores(2)
    clock, begun = Watched(world.clock), await _begun(joiner)
    clock.at = closes_at - timedelta(milliseconds=1)
    ask = Ask(deal_id, "ann@example.com", 1, new_id("key"))
    async with holder.begin() as unit:
        await lock_deal(unit, deal_id)
        task = asyncio.create_task(join(ask, store=joiner, clock=clock, links=LINKS))
        await asyncio.wait_for((clock.seen if holder.is_postgresql else begun).wait(), 20)
        clock.at = closes_at
    with pytest.raises(DealClosed):
        await task
    assert await world.rows(select(orders)) == []


async def test_with_the_clock_read_before_the_lock_it_is_accepted_late(world: World, stores: Open) -> None:
    """M9: by a copy that asks what time it is, and then waits."""
    deal_id = await world.deal()
    closes_at = (await world.deal_row(deal_id)).closes_at
    holder, joiner = stores(2)
    clock = Watched(world.clock)
    clock.at = closes_at - timedelta(milliseconds=1)
    copy = without(
        joining,
        (
            "    async with store.begin() as unit:\n        return await place(ask, email, unit=unit, clock=clock,",
            (
                "    async with store.read() as unit:\n        early = ManualClock(await clock.now(unit))\n"
                "    async with store.begin() as unit:\n        return await place(ask, email, unit=unit, clock=early,"
            ),
        ),
        ManualClock=ManualClock,
    )
    ask = Ask(deal_id, "ann@example.com", 1, new_id("key"))
    async with holder.begin() as unit:
        await lock_deal(unit, deal_id)
        task = asyncio.create_task(copy.join(ask, store=joiner, clock=clock, links=LINKS))
        await asyncio.wait_for(clock.seen.wait(), 20)
        clock.at = closes_at
    assert isinstance(await task, Placed)
    assert clock.at >= closes_at


async def _join_across_the_close(world: World, stores: Open, clock: Clock) -> object:
    """PostgreSQL's own clock: the lock is held until the deal has closed by it, while a join waits."""
    holder, joiner = stores(2)
    async with holder.read() as unit:
        now = await DatabaseClock().now(unit)
    deal_id = await world.deal(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(seconds=1))
    ask = Ask(deal_id, "ann@example.com", 1, new_id("key"))
    late = text("SELECT clock_timestamp() >= closes_at FROM deal WHERE id = :id").bindparams(id=deal_id)
    async with holder.begin() as unit:
        await lock_deal(unit, deal_id)
        task = asyncio.create_task(join(ask, store=joiner, clock=clock, links=LINKS))
        await until(lambda: somebody_waits(world), "the join waits for the lock")
        await until(lambda: unit.value(late), "the deal has closed")
    return (await race(task))[0]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_the_databases_clock_does_not_stand_still_while_a_join_waits(
    world: World, stores: Open
) -> None:
    """I14, X25."""
    assert isinstance(await _join_across_the_close(world, stores, DatabaseClock()), DealClosed)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_with_now_for_clock_timestamp_a_waiting_join_gets_in_late(world: World, stores: Open) -> None:
    """M9: now() is the start of the transaction, however long it has waited since."""
    frozen = without(clocks, ("SELECT clock_timestamp()", "SELECT now()")).DatabaseClock()
    assert isinstance(await _join_across_the_close(world, stores, frozen), Placed)


async def test_of_many_joins_around_the_close_those_before_it_are_accepted(
    world: World, stores: Open
) -> None:
    """X25, I14, I2: the clock passes the close while they race; accepted means placed before it."""
    deal_id = await world.deal()
    closes_at = (await world.deal_row(deal_id)).closes_at
    clock = Ticking(closes_at - timedelta(milliseconds=30))
    asks = [Ask(deal_id, f"buyer{n}@example.com", 1, new_id("key")) for n in range(20)]
    opened = stores(20)
    answers = await race(
        *(join(ask, store=s, clock=clock, links=LINKS) for ask, s in zip(asks, opened, strict=True))
    )
    placed = await world.rows(select(orders.c.placed_at))
    assert len(of_kind(answers, Placed)) + len(of_kind(answers, DealClosed)) == 20
    assert 0 < len(of_kind(answers, Placed)) == len(placed) < 20
    assert all(row.placed_at < closes_at for row in placed)
    assert (await world.deal_row(deal_id)).units_taken == len(placed)


class Ticking(ManualClock):
    """A clock that is a millisecond later whenever somebody looks."""

    async def now(self, unit: Unit) -> datetime:
        return self.advance(milliseconds=1)
