"""Corners of waiting: nobody waits for ever, and nobody waits for somebody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.foundation.effects import claim, outbox
from campaigns.foundation.failpoints import arm, disarm
from campaigns.foundation.ids import new_id
from campaigns.orders.carry_out import carry_out
from campaigns.orders.checkout import claim_checkout
from campaigns.orders.close import decide
from campaigns.orders.join import Ask, join
from campaigns.orders.leave import leave
from campaigns.orders.settle import unsettled_deals
from scheduler.due import do_what_is_due
from tests.faults.checks import check_after
from tests.world import LINKS, World

LADDER = [{"start": 1, "price_minor": 3800}, {"start": 3, "price_minor": 3400}]


async def test_a_deal_that_waits_for_a_card_is_not_in_the_way_of_the_next(world: World) -> None:
    """R18, R46, R50: the list of what can be settled holds only what can go on."""
    slow = await world.deal(threshold=1)
    await world.buy(slow, "ann@example.com", card="pm_card_expiredAtCapture")
    ladder = await world.deal(threshold=1, tiers=LADDER, closes_at=world.clock.at + timedelta(hours=3))
    await world.buy(ladder, "bo@example.com")
    await world.advance(hours=2, minutes=30)
    await world.run()
    assert (await world.deal_row(slow)).state == "settling"
    await world.advance(hours=1)
    assert await unsettled_deals(store=world.store, clock=world.clock, batch=1) == [ladder]
    await do_what_is_due(store=world.store, clock=world.clock)
    assert (await world.deal_row(ladder)).final_price_minor == 3800
    assert await unsettled_deals(store=world.store, clock=world.clock, batch=1) == []
    await world.run()
    assert ((await world.deal_row(ladder)).state, (await world.deal_row(slow)).state) == (
        "settled",
        "settling",
    )


async def test_one_deal_that_cannot_be_decided_keeps_no_other_waiting(world: World) -> None:
    """R46: the error is told when all have had their turn."""
    first = await world.deal(threshold=1)
    second = await world.deal(threshold=1, closes_at=world.clock.at + timedelta(hours=3))
    await world.advance(hours=4)
    left = [RuntimeError("the disk is full")]

    async def fail_once() -> None:
        if left:
            raise left.pop()

    arm("decide.locked", fail_once)
    try:
        with pytest.raises(RuntimeError, match="disk"):
            await do_what_is_due(store=world.store, clock=world.clock)
    finally:
        disarm()
    assert [(await world.deal_row(each)).state for each in (first, second)] == ["open", "failed"]


@pytest.mark.parametrize("tipped", [False, True])
async def test_after_downtime_the_processor_is_asked_before_anybody_lapses(
    world: World, tipped: bool
) -> None:
    """R12, R19, F13, F19: paid in time, nobody was there to hear it, every notice was lost: it counts."""
    deal_id = await world.deal(threshold=2 if tipped else 1)
    if tipped:
        for name in ("cy", "di"):
            await world.buy(deal_id, f"{name}@example.com")
    await world.advance(hours=1, minutes=55)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id)
    await world.advance(hours=20)
    for _ in range(4):
        await do_what_is_due(store=world.store, clock=world.clock)
        await world.work()
    assert (await world.order(order_id)).state == "captured"
    assert (await world.deal_row(deal_id)).state == "settled"
    await check_after(world)


async def test_a_processor_that_does_not_answer_is_not_waited_for_past_the_last_instant(world: World) -> None:
    """R12: asked once in vain, the unpaid order lapses and the deal is decided."""
    deal_id = await world.deal(threshold=1)
    await world.advance(hours=1, minutes=55)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.advance(hours=1)
    await world.sandbox.control.fault("drop", method="POST", path="/v1/.*", next_n=9)
    await do_what_is_due(store=world.store, clock=world.clock)
    assert (await world.deal_row(deal_id)).state == "open"
    await world.work()
    assert await decide(deal_id, store=world.store, clock=world.clock) == "failed"
    assert (await world.order(order_id)).reason == "deal_closed"


async def test_a_payment_page_the_processor_refused_does_not_keep_a_deal_from_settling(world: World) -> None:
    """I3: asked for too late, the page is refused for good; no money hangs on it."""
    deal_id = await world.deal(threshold=1)
    await world.buy(deal_id, "ann@example.com")
    ask = Ask(deal_id, "bo@example.com", 1, new_id("key"))
    placed = await join(ask, store=world.store, clock=world.clock, links=LINKS)
    await world.advance(minutes=50)
    await world.work()
    dead = await world.rows(select(outbox).where(outbox.c.state == "dead"))
    assert [row.kind for row in dead] == ["checkout"]
    await world.advance(hours=2)
    await world.run()
    assert (await world.order(placed.order_id)).state == "lapsed"
    assert (await world.deal_row(deal_id)).state == "settled"


async def test_a_worker_that_waited_past_its_lease_begins_nothing(world: World) -> None:
    """F4, F7: the key may have been renewed meanwhile; a second call under the old one would be a second effect."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id)
    await world.hear()
    async with world.store.begin() as unit:
        (late,) = await claim(unit, world.clock.at, kinds=("capture",))
    await world.advance(seconds=61)
    await world.run()
    asked = len(await world.sandbox.control.log())
    await carry_out(late, world.outside)
    assert len(await world.sandbox.control.log()) == asked
    assert (await world.order(order_id)).state == "captured"


async def test_a_payment_page_that_was_withdrawn_is_not_opened_after_all(world: World) -> None:
    """R22: its buyer left between the lease and the asking."""
    deal_id = await world.deal(threshold=2)
    ask = Ask(deal_id, "bo@example.com", 1, new_id("key"))
    placed = await join(ask, store=world.store, clock=world.clock, links=LINKS)
    effect = await claim_checkout(placed.order_id, store=world.store, clock=world.clock)
    assert effect is not None
    await leave(placed.order_id, store=world.store, clock=world.clock)
    await carry_out(effect, world.outside)
    assert await world.sandbox.control.log() == []
    await world.run()
    await check_after(world)
