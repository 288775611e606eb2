"""Copies of our own code with one thing done wrongly. Each must be caught by the test named for the failure."""

import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from campaigns.foundation.money import Money
from campaigns.orders import apply, fulfil, hear
from campaigns.orders import carry_out as carrying
from campaigns.orders.ports import PaymentView
from campaigns.orders.reconcile import reconcile_due
from integrations.payments.stripe import checkout, processor
from integrations.payments.stripe.views import Origin, payment_view
from scheduler import notices
from tests.faults import test_calls, test_every_failpoint, test_notices, test_orders
from tests.races.unguarded import let_go, loose, without
from tests.world import World, settings_for

pytestmark = pytest.mark.faults


async def is_caught(test: Awaitable[None]) -> None:
    """A named test, run on a broken world, fails by what it asserts and not by accident."""
    with pytest.raises(AssertionError):
        await test


@asynccontextmanager
async def paying_through(world: World, module: Any) -> AsyncIterator[None]:
    """Inside, the world speaks to its processor through a copy of the adapter."""
    other = module.StripeProcessor(settings_for(world.sandbox.address))
    world.outside = replace(world.outside, processor=other)
    try:
        yield
    finally:
        await other.close()


def settle_by(world: World, **using: Any) -> None:
    """From now on answers and notices are applied by copies."""
    applying = without(apply, **using)
    world.call = without(carrying, apply_payment=applying.apply_payment).carry_out
    hearing = without(hear, apply_payment=applying.apply_payment)
    world.listen = without(notices, hear=hearing.hear).drain_notices


async def test_without_a_key_on_create_two_pages_are_opened(world: World) -> None:
    """F1, 5.6: no create key."""
    under_key = "client.v1.checkout.sessions.create_async(parameters, self._under(key))"
    copy = without(processor, (under_key, "client.v1.checkout.sessions.create_async(parameters)"))
    async with paying_through(world, copy):
        await is_caught(test_calls.test_f1_a_lost_answer_to_a_payment_page_leaves_one_page(world, "drop"))


async def test_automatic_capture_takes_money_before_the_tip(world: World) -> None:
    """Promise 1, 5.6."""
    asked = without(checkout, ('"capture_method": "manual"', '"capture_method": "automatic"'))
    frozen = "session_parameters(checkout, self._origin.installation)"
    copy = without(
        processor, (frozen, "asked(checkout, self._origin.installation)"), asked=asked.session_parameters
    )
    async with paying_through(world, copy):
        await is_caught(test_orders.test_no_money_moves_before_the_tip(world))


async def test_a_random_key_on_capture_is_seen_in_the_processors_log(world: World) -> None:
    """F3, M1, 5.6: the state of the payment hides it, its log does not."""
    sent = 'effect.params["payment_id"], _money(effect), key=effect.call_key'
    copy = without(carrying, (sent, f"{sent} + secrets.token_hex(4)"), secrets=secrets)
    world.call = copy.carry_out
    await is_caught(test_calls.test_f3_a_lost_answer_to_a_capture_captures_once(world, "drop", "call"))


async def test_a_new_key_after_a_409_is_seen_in_the_processors_log(world: World) -> None:
    """F6, 5.6."""
    busy = 'await postpone(unit, effect, now, error=error.code or "busy", wait_s=error.retry_after_s)'
    world.call = without(carrying, (busy, "await renew_key(unit, effect, now)")).carry_out
    await is_caught(test_calls.test_f6_a_key_in_use_is_used_again(world))


async def test_a_faded_key_sent_blindly_refunds_twice(world: World) -> None:
    """F8."""
    world.call = without(carrying, ("first = effect.read_first(now)", "first = False")).carry_out
    await is_caught(test_calls.test_f8_a_refund_whose_key_has_faded_is_looked_for_first(world))


async def test_a_believed_snapshot_tips_on_a_hold_that_has_ended(world: World) -> None:
    """F12, 5.6: trusting the webhook."""

    def snapshot(body: dict[str, Any]) -> PaymentView:
        return payment_view(body["data"]["object"], Origin("test", live=False))

    read_again = "return [await processor.read_payment(notice.object_id)]"
    copy = without(hear, (read_again, "return [snapshot(notice.body)]"), snapshot=snapshot)
    world.listen = without(notices, hear=copy.hear).drain_notices
    await is_caught(test_notices.test_f12_a_stale_snapshot_tips_nothing(world))


async def test_without_rule_f_a_wrong_amount_counts(world: World) -> None:
    """F15, 5.6."""
    settle_by(world, check_ours=lambda *_: None)
    wrong = Money(2400, "USD")
    await is_caught(test_notices.test_f15_a_payment_of_ours_that_differs_moves_nothing(world, wrong, True))


async def test_vouchers_in_a_transaction_of_their_own_are_lost_by_a_kill(world: World) -> None:
    """M5, X4, I7, 5.6."""
    before = 'await failpoint("fulfil.before_vouchers")'
    copy = without(fulfil, (before, f"await let_go(unit)\n    {before}"), let_go=let_go)
    world.outside = replace(world.outside, store=loose(world.store))
    settle_by(world, fulfil=copy.fulfil)
    await is_caught(
        test_every_failpoint.test_killed_there_the_story_ends_well_all_the_same(
            world, "fulfil.before_vouchers"
        )
    )


async def test_without_the_sweep_a_hold_that_has_ended_goes_on_counting(world: World) -> None:
    """F13, M14, 5.6: every webhook is lost and nobody ever asks, so the next buyer tips the deal on it."""
    deal_id = await world.deal(threshold=2)
    order_id = await world.buy(deal_id, "ann@example.com")
    payment_id = (await world.order(order_id)).payment_id
    await world.sandbox.client().v1.payment_intents.cancel_async(payment_id)
    world.deaf = True
    await world.advance(hours=1)
    await world.run()
    assert (await world.order(order_id)).state == "authorized"
    await reconcile_due(world.outside)
    assert (await world.order(order_id)).state == "lapsed"
