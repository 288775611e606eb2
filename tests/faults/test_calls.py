"""Calls that go wrong: lost, refused, repeated, too old (F1 to F9). Each is carried out once all the same."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaigns.foundation.effects import outbox
from campaigns.orders.reconcile import reconcile_due
from campaigns.orders.refund import refund
from tests.faults.asking import (
    CAPTURE,
    CHECKOUT,
    REFUND,
    a_capture,
    effect,
    faults_struck,
    keys,
    objects,
    posts,
    refunded,
    voucher_states,
)
from tests.faults.checks import check_after, drain
from tests.faults.killing import killed_at, survive
from tests.world import World

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("fault", ["drop", "error_after", "html"])
async def test_f1_a_lost_answer_to_a_payment_page_leaves_one_page(world: World, fault: str) -> None:
    """F1, I11: asked again with the same key, and bound to the order."""
    deal_id = await world.deal(threshold=1)
    await world.sandbox.control.fault(fault, method="POST", path=CHECKOUT, next_n=1)
    order_id = await world.join(deal_id, "ann@example.com")
    assert (await world.order(order_id)).session_id is None
    assert (await effect(world, "checkout")).state == "unknown"
    await world.advance(minutes=1)
    await world.run()
    sessions = [session["id"] for session in await objects(world, "checkout.session")]
    assert sessions == [(await world.order(order_id)).session_id]
    assert (len(await posts(world, CHECKOUT)), len(await keys(world, CHECKOUT))) == (2, 1)
    await world.pay(order_id)
    await drain(world)
    assert len(await objects(world, "payment_intent")) == 1
    await check_after(world)


async def test_f2_a_crash_between_asking_and_recording_leaves_one_page(world: World) -> None:
    """F2, X2: after the lease the same row and the same key yield the same page; nothing was held meanwhile."""
    deal_id = await world.deal(threshold=1)
    with killed_at("carry_out.answered") as struck:
        await survive(world.join(deal_id, "ann@example.com"))
    assert struck == ["carry_out.answered"]
    held = [intent["status"] for intent in await objects(world, "payment_intent")]
    assert "requires_capture" not in held
    await world.advance(seconds=61)
    await world.run()
    assert len(await objects(world, "checkout.session")) == len(await keys(world, CHECKOUT)) == 1
    assert (await effect(world, "checkout")).tries == 2
    await check_after(world)


@pytest.mark.parametrize("news", ["call", "webhook", "sweep"])
@pytest.mark.parametrize("fault", ["drop", "error_after"])
async def test_f3_a_lost_answer_to_a_capture_captures_once(world: World, fault: str, news: str) -> None:
    """F3, X13, I5, I7: whether the next call, a webhook or the sweep brings the news."""
    order_id = await a_capture(world, units=2)
    await world.sandbox.control.fault(fault, method="POST", path=CAPTURE, next_n=1)
    await world.work()
    assert (await world.order(order_id)).state == "capturing"
    assert (await effect(world, "capture")).state == "unknown"
    if news == "call":
        await world.advance(seconds=5)
        await world.work()
    elif news == "webhook":
        await world.hear()
    else:
        assert await reconcile_due(world.outside, older_than=timedelta(0)) == 1
    assert (await world.order(order_id)).state == "captured"
    assert await voucher_states(world, order_id) == ["issued", "issued"]
    await drain(world)
    assert await faults_struck(world) == [fault]
    assert await keys(world, CAPTURE) == {"test:capture:order:" + order_id + ":1"}
    await check_after(world)


@pytest.mark.parametrize("fault", ["rate_limit", "lock_timeout", "unavailable"])
async def test_f5_a_busy_processor_is_asked_again_later(world: World, fault: str) -> None:
    """F5, X15: the order stays as it was, every row is finished in the end, each under its one key."""
    deal_id = await world.deal(threshold=2)
    ids = [await world.join(deal_id, email) for email in ("ann@example.com", "bo@example.com")]
    for order_id in ids:
        await world.pay(order_id)
    await world.hear()
    await world.sandbox.control.fault(fault, method="POST", path=CAPTURE, next_n=8)
    await world.work()
    assert [(await world.order(order_id)).state for order_id in ids] == ["capturing", "capturing"]
    for _ in range(12):
        await world.advance(minutes=8)
        await world.work()
    assert [(await world.order(order_id)).state for order_id in ids] == ["captured", "captured"]
    assert await faults_struck(world) == [fault] * 8
    bases = {key.split(":r")[0] for key in await keys(world, CAPTURE)}
    assert len(bases) == 2
    if fault != "unavailable":  # a 503 may be saved under the key, so it may earn another (F7)
        assert len(await keys(world, CAPTURE)) == 2
    await drain(world)
    await check_after(world)


async def test_f6_a_key_in_use_is_used_again(world: World) -> None:
    """F6: never a fresh one, for the first may still have its effect."""
    order_id = await a_capture(world)
    await world.sandbox.control.fault("key_in_use", method="POST", path=CAPTURE, next_n=5)
    for _ in range(8):
        await world.work()
        await world.advance(minutes=6)
    assert (await world.order(order_id)).state == "captured"
    assert len(await faults_struck(world)) == 5
    assert len(await keys(world, CAPTURE)) == 1
    await drain(world)
    await check_after(world)


async def test_f7_a_500_saved_under_the_key_is_looked_through(world: World) -> None:
    """F7, X14: after some tries the payment is read, and only since it still stands a new key is used."""
    order_id = await a_capture(world)
    await world.sandbox.control.fault("saved_error", method="POST", path=CAPTURE, next_n=1)
    for _ in range(8):
        await world.work()
        await world.advance(minutes=6)
    assert (await world.order(order_id)).state == "captured"
    key = f"test:capture:order:{order_id}:1"
    sent = [line["key"] for line in await posts(world, CAPTURE)]
    assert sent == [key, key, key, f"{key}:r1"]
    await drain(world)
    await check_after(world)


async def _refund_whose_answer_is_lost(world: World) -> str:
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", units=2)
    await refund(order_id, 1, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    await world.sandbox.control.fault("drop", method="POST", path=REFUND, next_n=1)
    await world.work()
    assert (await effect(world, "refund")).state == "unknown"
    return order_id


async def test_f8_a_refund_whose_key_has_faded_is_looked_for_first(world: World) -> None:
    """F8: a day later the processor no longer knows the key; the refund is found in its list, not made again."""
    order_id = await _refund_whose_answer_is_lost(world)
    world.deaf = True
    await world.advance(hours=25)
    await world.work()
    assert len(await objects(world, "refund")) == len(await posts(world, REFUND)) == 1
    assert ((await world.order(order_id)).state, await refunded(world)) == ("captured", 2500)
    await drain(world)
    await check_after(world)


async def test_f8_a_capture_that_is_a_day_late_is_read_before_it_is_sent(world: World) -> None:
    """F8, X16: nothing had happened, so it is sent, once, under a new key."""
    world.deaf = True
    order_id = await world.join(await world.deal(threshold=1), "ann@example.com")
    await world.pay(order_id)
    await reconcile_due(world.outside, older_than=timedelta(0))
    await world.sandbox.control.fault("unavailable", method="POST", path=CAPTURE, next_n=1)
    await world.work()
    await world.advance(hours=24)
    await world.work()
    assert (await world.order(order_id)).state == "captured"
    key = f"test:capture:order:{order_id}:1"
    assert [line["key"] for line in await posts(world, CAPTURE)] == [key, f"{key}:r1"]
    await drain(world)
    await check_after(world)


async def test_f9_a_key_with_other_parameters_is_buried_with_an_alarm(world: World) -> None:
    """F9: cannot arise by itself, for parameters are frozen; if it does, no money moves by it."""
    order_id = await a_capture(world)
    await world.sandbox.control.fault("drop", method="POST", path=CAPTURE, next_n=1)
    await world.work()
    tampered = {**(await effect(world, "capture")).params, "amount_minor": 2400}
    async with world.store.begin() as unit:
        await unit.run(update(outbox).where(outbox.c.kind == "capture").values(params=tampered))
    await world.advance(minutes=1)
    await world.work()
    row = await effect(world, "capture")
    assert (row.state, row.alerted_at is not None) == ("dead", True)
    assert (await world.order(order_id)).state == "capturing"
    (intent,) = await objects(world, "payment_intent")
    assert intent["amount_received"] == 2500
    await world.advance(minutes=20)
    await reconcile_due(world.outside)
    assert (await world.order(order_id)).state == "captured"
    assert await voucher_states(world, order_id) == ["issued"]
