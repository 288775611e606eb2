"""Webhooks that come early, twice, late, never, or from somebody else (F10 to F15)."""

import json
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any, Self

import pytest
import stripe
from sqlalchemy import select

from campaigns.foundation.facts import facts, moved, record
from campaigns.foundation.ids import new_id
from campaigns.foundation.money import Money
from campaigns.foundation.notices import inbox
from campaigns.orders.ports import Checkout
from campaigns.orders.reconcile import reconcile_due, sweep_payments
from campaigns.orders.rows import orders, take_units
from campaigns.orders.rules import ORDER
from campaigns.people.identify import identify
from integrations.payments.stripe.processor import StripeProcessor
from tests.faults.asking import a_capture, objects, voucher_states
from tests.faults.checks import check_after, drain
from tests.ports.sandbox.running import API_KEY, WEBHOOK_SECRET
from tests.storefront.shop import open_shop, shop_settings
from tests.world import World, settings_for

pytestmark = pytest.mark.faults


async def notices(world: World) -> list[str]:
    return [row.state for row in await world.rows(select(inbox).order_by(inbox.c.id))]


def a_page(world: World, order_id: str, **changes: Any) -> Checkout:
    """What the processor is asked for an order of one unit at 25.00."""
    asked: dict[str, Any] = {
        "order_id": order_id, "deal_id": "deal_x", "attempt": 1, "amount": Money(2500, "USD"), "title": "Dinner",
        "units": 1, "email": "ann@example.com", "expires_at": world.clock.at + timedelta(hours=1),
        "success_url": "http://127.0.0.1:8000/paid", "cancel_url": "http://127.0.0.1:8000/",
    }  # fmt: skip
    return Checkout(**(asked | changes))


async def _place(world: World, deal_id: str, like: str, order_id: str) -> None:
    """The transaction of a join becomes visible: an order like another's, under an id known before."""
    row = dict((await world.order(like))._mapping) | {
        "id": order_id, "state": "pending", "session_id": None, "session_url": None, "payment_id": None,
        "request_key": new_id("key"), "card_fingerprint": None, "buyer_id": await _another(world),
    }  # fmt: skip
    async with world.store.begin() as unit:
        await unit.run(orders.insert().values(row | {"counts_as": row["buyer_id"]}))
        await take_units(unit, deal_id, 1)
        fact = moved(
            ORDER, f"order:{order_id}", "", "pending", world.clock.at, order_id=order_id, deal_id=deal_id
        )
        await record(unit, [fact])


async def _another(world: World) -> str:
    async with world.store.begin() as unit:
        return await identify(unit, "bo@example.com", world.clock.at)


async def test_f10_a_webhook_before_our_own_commit_is_kept(world: World) -> None:
    """F10: matched by its metadata once the order is there, and the end is as if it had come later."""
    deal_id = await world.deal(threshold=3)
    ann = await world.join(deal_id, "ann@example.com")
    early = new_id("ord")
    session = await world.outside.processor.open_checkout(
        a_page(world, early, email="bo@example.com"), key="early"
    )
    await world.sandbox.control.pay(session.session_id)
    await world.hear()
    assert "pending" in await notices(world)
    await _place(world, deal_id, ann, early)
    await world.advance(minutes=1)
    await world.hear()
    assert (await world.order(early)).state == "authorized"
    assert set(await notices(world)) <= {"done", "ignored"}
    await check_after(world)


async def test_f11_a_repeated_webhook_has_one_effect_and_one_letter(world: World) -> None:
    """F11, I13."""
    order_id = await a_capture(world)
    for _ in range(3):
        await world.hear(repeat=True)
    await world.run()
    events = await objects(world, "event")
    assert len(await notices(world)) == len(events)
    assert await voucher_states(world, order_id) == ["issued"]
    subjects = [letter.subject for letter in world.post.to("ann@example.com")]
    assert len(subjects) == len(set(subjects))
    await check_after(world)


async def test_f12_webhooks_in_any_order_end_alike(world: World) -> None:
    """F12, I15: every order of the first three events, each on an order of its own, and a stale one last."""
    ends = set()
    for number, order in enumerate(permutations(range(3))):
        order_id = await world.join(await world.deal(threshold=1), f"buyer{number}@example.com")
        await world.pay(order_id)
        await world.hear(shuffle=Reordered(order))
        await world.work()
        order_row = await world.order(order_id)
        await world.sandbox.control.stale(order_row.payment_id)
        await world.run()
        moves = select(facts.c.to_state).where(facts.c.order_id == order_id, facts.c.machine == "order")
        ends.add(tuple(row.to_state for row in await world.rows(moves.order_by(facts.c.id))))
    assert ends == {("pending", "authorized", "capturing", "captured")}
    await check_after(world)


async def test_f12_a_stale_snapshot_tips_nothing(world: World) -> None:
    """F12, 5.6: notices say that the hold stands, the last one too; it has ended, and the object itself is asked."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    payment_id = (await world.pay(order_id))["intent"]["id"]
    await world.sandbox.client().v1.payment_intents.cancel_async(payment_id)
    await world.hear()
    await world.sandbox.control.stale(payment_id, "payment_intent.amount_capturable_updated")
    await world.hear()
    assert (await world.order(order_id)).state == "lapsed"
    assert (await world.deal_row(deal_id)).tipped_at is None
    await drain(world)
    await check_after(world)


class Reordered(Random):
    """What `hear` shuffles with: a fixed order of the newest events."""

    def __new__(cls, order: tuple[int, ...]) -> Self:
        return super().__new__(cls)

    def __init__(self, order: tuple[int, ...]) -> None:
        self._order = order

    def shuffle(self, events: Any) -> None:
        newest = events[-len(self._order) :]
        events[:] = [newest[place] for place in self._order]


async def test_f13_without_any_webhook_everything_ends_the_same(world: World) -> None:
    """F13, X19, C1: one paid, one not, a tip, a refused page, all found by asking; only later."""
    world.deaf = True
    deal_id = await world.deal(threshold=2)
    paid = [await world.join(deal_id, email) for email in ("ann@example.com", "bo@example.com")]
    idle = await world.join(deal_id, "cy@example.com")
    for order_id in paid:
        await world.pay(order_id)
    await world.advance(minutes=11)
    await reconcile_due(world.outside)
    await world.run()
    assert [(await world.order(order_id)).state for order_id in paid] == ["captured", "captured"]
    await world.advance(hours=3)
    await drain(world)
    assert (await world.order(idle)).state == "lapsed"
    assert (await world.deal_row(deal_id)).state == "settled"
    await check_after(world)


async def test_f13_no_order_is_forgotten_because_it_is_old_or_far_behind(world: World) -> None:
    """F13: a hold of three days ago behind many others, ended at the processor without our hearing of it."""
    deal_id = await world.deal(threshold=9, closes_at=world.clock.at + timedelta(days=5))
    ids = sorted([await world.buy(deal_id, f"buyer{number}@example.com") for number in range(4)])
    world.deaf = True
    await world.advance(days=3)
    payment_id = (await world.order(ids[-1])).payment_id
    await world.sandbox.client().v1.payment_intents.cancel_async(payment_id)
    assert await reconcile_due(world.outside, batch=1) == 4
    order = await world.order(ids[-1])
    assert (order.state, order.reason) == ("lapsed", "hold_ended")
    await drain(world)
    await check_after(world)


def _signed(body: str, at: datetime, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    header = stripe.WebhookSignature.generate_signature_header(body, secret, int(at.timestamp()))
    return {"stripe-signature": header}


async def test_f14_only_what_the_processor_signed_just_now_is_stored(world: World, tmp_path: Path) -> None:
    """F14, X20, S26: forged, changed, old, future: 401; no notice at all: 400; nothing stored. Twice the same: one."""
    secrets = f"whsec_next,{WEBHOOK_SECRET}"
    settings = shop_settings(
        tmp_path, stripe_api_key=API_KEY, stripe_api_base=world.sandbox.address, stripe_webhook_secret=secrets
    )
    shop = open_shop(settings, world.store, world.clock)
    event = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "api_version": "x"}
    body, now = json.dumps({**event, "data": {"object": {"id": "pi_1"}}}), world.clock.at
    refused = {
        "unsigned": (body, {}),
        "forged": (body, _signed(body, now, "whsec_somebody_else")),
        "changed": (body.replace("pi_1", "pi_2"), _signed(body, now)),
        "written again": (json.dumps(json.loads(body), indent=1), _signed(body, now)),
        "old": (body, _signed(body, now - timedelta(seconds=301))),
        "future": (body, _signed(body, now + timedelta(seconds=301))),
        "empty secret": (body, _signed(body, now, "")),
    }
    client = shop.browser().client
    said = {
        why: (await client.post("/webhooks/stripe", content=sent, headers=headers)).status_code
        for why, (sent, headers) in refused.items()
    }
    assert said == dict.fromkeys(refused, 401)
    malformed = await client.post("/webhooks/stripe", content="{", headers=_signed("{", now))
    assert malformed.status_code == 400
    assert await notices(world) == []
    for secret in ("whsec_next", WEBHOOK_SECRET):  # while one is being replaced, both are good
        answer = await client.post("/webhooks/stripe", content=body, headers=_signed(body, now, secret))
        assert answer.status_code == 200
    assert await notices(world) == ["pending"]
    await shop.close()


async def test_f15_a_payment_of_somebody_else_is_ignored(world: World) -> None:
    """F15: another installation on the same account, even with the name of an order of ours."""
    order_id = await world.join(await world.deal(threshold=1), "ann@example.com")
    settings = settings_for(world.sandbox.address).model_copy(update={"installation": "neighbour"})
    neighbour = StripeProcessor(settings)
    session = await neighbour.open_checkout(a_page(world, order_id), key="theirs")
    await world.sandbox.control.pay(session.session_id)
    await world.run()
    await neighbour.close()
    assert set(await notices(world)) == {"ignored"}
    assert (await world.order(order_id)).state == "pending"
    await check_after(world)


@pytest.mark.parametrize("wrong", [Money(2400, "USD"), Money(2500, "EUR")])
@pytest.mark.parametrize("heard", [True, False])
async def test_f15_a_payment_of_ours_that_differs_moves_nothing(
    world: World, wrong: Money, heard: bool
) -> None:
    """F15, rule f: the notice is dead and waits for a person; not counted, never captured, no voucher."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.join(deal_id, "ann@example.com")
    session = await world.outside.processor.open_checkout(a_page(world, order_id, amount=wrong), key="wrong")
    await world.sandbox.control.pay(session.session_id)
    world.deaf = not heard
    await world.run()
    await sweep_payments(world.outside, world.clock.at - timedelta(days=1))
    assert ("dead" in await notices(world)) == heard
    assert ((await world.order(order_id)).state, (await world.deal_row(deal_id)).state) == ("pending", "open")
    (intent,) = [i for i in await objects(world, "payment_intent") if i["amount"] == wrong.amount_minor]
    assert intent["status"] == "requires_capture"
    assert await voucher_states(world, order_id) == []
