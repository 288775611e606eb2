"""A world that has seen most of what can happen."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from campaigns.deals.rows import deal_venues
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from campaigns.orders.queries import vouchers_of
from campaigns.orders.waive import waive
from campaigns.vouchers.redeem import Scan, redeem
from campaigns.vouchers.rows import vouchers
from tests.world import World, a_world


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> AsyncIterator[World]:
    """A deal that tipped, with a voucher redeemed; one that failed, one that was waived, one still open."""
    async with a_world(store, clock) as opened:
        await _play(opened)
        yield opened


async def _play(world: World) -> None:
    tipped, failed = await world.deal(threshold=3), await world.deal(threshold=3)
    waived = await world.deal(threshold=3)
    for email in ("ann@example.com", "bo@example.com", "cy@example.com"):
        await world.buy(tipped, email)
    for email in ("ann@example.com", "bo@example.com"):
        await world.buy(failed, email)
    await world.buy(waived, "dee@example.com")
    await waive(waived, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await world.advance(minutes=1)
    await _redeem_one(world, tipped)
    await world.advance(hours=3)
    await world.run()
    still_open = await world.deal(threshold=3, capacity=10)
    await world.buy(still_open, "ann@example.com")
    await world.join(still_open, "bo@example.com")


async def _redeem_one(world: World, deal_id: str) -> None:
    async with world.store.read() as unit:
        issued = await vouchers_of(unit, world.keys, vouchers.c.deal_id == deal_id)
        venue_id = await unit.value(select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == deal_id))
    scan = Scan(issued[0].code, venue_id, "first scan")
    await redeem(scan, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
