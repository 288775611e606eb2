"""Windows, grace and clocks."""

from datetime import timedelta

import pytest

from campaigns.foundation.ids import new_id
from campaigns.orders.join import Ask, join
from campaigns.orders.rules import DealClosed, DealNotOpen, RequestKeyReused
from tests.world import LINKS, World


async def test_a_join_at_the_opening_is_in_and_at_the_closing_is_out(world: World) -> None:
    """R11, I14: the window is half-open, and the row decides, not the timer (R17)."""
    opens_at = world.clock.at + timedelta(minutes=5)
    deal_id = await world.deal(opens_at=opens_at, closes_at=opens_at + timedelta(hours=1))
    with pytest.raises(DealNotOpen):
        await world.join(deal_id, "early@example.com")
    world.clock.at = opens_at
    await world.join(deal_id, "ann@example.com")
    world.clock.at = opens_at + timedelta(hours=1) - timedelta(microseconds=1)
    await world.join(deal_id, "bo@example.com")
    world.clock.at = opens_at + timedelta(hours=1)
    with pytest.raises(DealClosed):
        await world.join(deal_id, "cy@example.com")


async def test_a_payment_begun_in_time_may_be_confirmed_in_the_grace(world: World) -> None:
    """R12: the deal waits for it, and it tips the deal."""
    deal_id = await world.deal(threshold=1)
    await world.advance(hours=1, minutes=55)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.advance(minutes=10)
    await world.run()
    assert (await world.deal_row(deal_id)).state == "open"

    await world.pay(order_id)
    await world.run()

    assert (await world.order(order_id)).state == "captured"
    assert (await world.deal_row(deal_id)).tipped_by == "threshold"


async def test_a_page_still_open_at_the_end_of_the_grace_is_closed_and_its_place_freed_once(
    world: World,
) -> None:
    """F19, R22."""
    deal_id = await world.deal(threshold=1, place_minutes=60)
    await world.advance(hours=1, minutes=50)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.advance(minutes=25)
    await world.run()
    order, deal = await world.order(order_id), await world.deal_row(deal_id)
    assert (order.state, order.reason) == ("lapsed", "deal_closed")
    assert (deal.state, deal.units_taken) == ("failed", 0)
    session = await world.outside.processor.read_session(order.session_id)
    assert session.status == "expired"


async def test_a_place_lapses_after_its_minutes_once_the_processor_was_asked(world: World) -> None:
    """R22, R24: then its capacity is free for somebody else."""
    deal_id = await world.deal(threshold=2, capacity=1, place_minutes=30)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.advance(minutes=30)
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.reason) == ("lapsed", "place_lapsed")
    await world.join(deal_id, "bo@example.com")


async def test_a_payment_just_before_its_place_lapses_counts(world: World) -> None:
    """R12, F19: the processor is asked, and says that it was paid."""
    deal_id = await world.deal(threshold=1, place_minutes=30)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id)
    await world.advance(minutes=30)
    await world.run()
    assert (await world.order(order_id)).state == "captured"


async def test_a_payment_completed_after_the_failure_is_released_and_not_counted(world: World) -> None:
    """F18: decided without the processor's answer, then the payment arrives after all."""
    deal_id = await world.deal(threshold=1, place_minutes=60)
    await world.advance(hours=1, minutes=59)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.sandbox.control.fault("rate_limit", path=".*/expire", rate=1.0)
    await world.advance(minutes=26)
    await world.run()
    assert (await world.deal_row(deal_id)).state == "failed"
    assert (await world.order(order_id)).state == "lapsed"

    await world.pay(order_id)
    await world.sandbox.control.clear_faults()
    await world.advance(minutes=10)
    await world.run()

    order = await world.order(order_id)
    assert (order.state, order.reason) == ("released", "too_late")
    assert (await world.deal_row(deal_id)).units_taken == 0


async def test_without_a_grace_nothing_is_confirmed_after_the_close(world: World) -> None:
    """R12: `late_payment` strict is a grace of no minutes."""
    deal_id = await world.deal(threshold=1, grace_minutes=0)
    await world.advance(hours=1, minutes=55)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.advance(minutes=5)
    await world.pay(order_id)
    await world.run()
    order = await world.order(order_id)
    assert (order.state, order.reason) == ("released", "too_late")
    assert (await world.deal_row(deal_id)).state == "failed"


async def test_overdue_deals_are_decided_as_of_their_own_deadline(world: World) -> None:
    """R19: confirmed before the deadline, decided long after it: it tips."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    await world.pay(order_id)
    await world.advance(hours=20)
    await world.run()
    assert (await world.deal_row(deal_id)).tipped_by == "threshold"
    assert (await world.order(order_id)).state == "captured"


async def test_a_repeated_request_key_gets_the_first_answer(world: World) -> None:
    """R27, X28: and with other contents it is refused."""
    deal_id = await world.deal()
    ask = Ask(deal_id, "ann@example.com", 2, new_id("key"))
    first = await join(ask, store=world.store, clock=world.clock, links=LINKS)
    again = await join(ask, store=world.store, clock=world.clock, links=LINKS)
    assert (again.order_id, again.repeated) == (first.order_id, True)
    assert (await world.deal_row(deal_id)).units_taken == 2
    other = Ask(deal_id, "ann@example.com", 3, ask.request_key)
    with pytest.raises(RequestKeyReused):
        await join(other, store=world.store, clock=world.clock, links=LINKS)
