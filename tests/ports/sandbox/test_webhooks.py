"""Webhooks: signed, repeated until accepted, and bent in every way a network can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import stripe

from integrations.payments.sandbox.server import served
from tests.ports.sandbox.buying import a_hold, a_key, a_session
from tests.ports.sandbox.running import WEBHOOK_SECRET, Receiver, running_sandbox


def construct(receiver: Receiver, place: int = -1, secret: str = WEBHOOK_SECRET) -> stripe.Event:
    """What the client makes of a received message; raises if the signature is not ours."""
    event: stripe.Event = stripe.Webhook.construct_event(
        receiver.bodies[place], receiver.signatures[place], secret
    )
    return event


async def test_a_paid_session_tells_its_story_in_signed_events() -> None:
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        session = await a_session(sandbox.client())
        await sandbox.control.pay(session.id)
        await sandbox.control.flush()
        assert receiver.types() == [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.amount_capturable_updated",
            "checkout.session.completed",
        ]
        event: Any = construct(receiver)
        assert (event.data.object.id, event.data.object.status) == (session.id, "complete")
        assert (event.livemode, event.api_version) == (False, "2026-10-28.endive")


async def test_a_refused_event_is_sent_again_until_it_is_accepted() -> None:
    receiver = Receiver()
    receiver.status = 500
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        client = sandbox.client()
        await client.v1.customers.create_async({}, a_key())
        assert (await sandbox.control.flush())["sent"] == 0
        (event,) = (await client.v1.events.list_async({})).data
        assert event.pending_webhooks == 1
        receiver.status = 204
        await sandbox.control.flush()
        assert (await client.v1.events.retrieve_async(event.id)).pending_webhooks == 0
        assert {received["id"] for received in receiver.events} == {event.id}


async def test_the_answer_does_not_wait_for_a_receiver_that_is_away() -> None:
    async with running_sandbox("http://127.0.0.1:9/away") as sandbox:
        assert (await a_hold(sandbox.client())).status == "requires_capture"


async def test_held_events_come_when_they_are_flushed_and_in_the_order_asked_for() -> None:
    """F12."""
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        await sandbox.control.deliver(hold=True, order="newest_first")
        held = await a_hold(sandbox.client())
        assert {line["about"] for line in await sandbox.control.held()} == {held.id, held.latest_charge}
        assert receiver.events == []
        assert (await sandbox.control.flush())["sent"] == 3
        assert receiver.types() == [
            "payment_intent.amount_capturable_updated",
            "charge.succeeded",
            "payment_intent.created",
        ]


async def test_delayed_events_wait_and_a_flush_does_not() -> None:
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        await sandbox.control.deliver(delay_seconds=3_600)
        await a_hold(sandbox.client())
        assert (await sandbox.control.deliveries())["waiting"] == 3
        assert receiver.events == []
        assert (await sandbox.control.flush())["sent"] == 3


async def test_events_can_be_shuffled() -> None:
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url, seed=3) as sandbox:
        await sandbox.control.deliver(hold=True, order="shuffled")
        for _ in range(5):
            await a_hold(sandbox.client())
        in_order = [line["event"] for line in await sandbox.control.held()]
        await sandbox.control.flush()
        received = [event["id"] for event in receiver.events]
        assert received != in_order
        assert sorted(received) == sorted(in_order)


async def test_events_can_be_duplicated_and_sent_again() -> None:
    """F11."""
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        await sandbox.control.deliver(duplicate=1.0)
        await sandbox.client().v1.customers.create_async({}, a_key())
        await sandbox.control.flush()
        assert len({event["id"] for event in receiver.events}) == 1
        assert len(receiver.events) == 2
        await sandbox.control.deliver()
        await sandbox.control.resend(receiver.events[0]["id"])
        await sandbox.control.flush()
        assert len(receiver.events) == 3


async def test_events_can_be_lost_for_good_and_are_still_listed() -> None:
    """F13."""
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        client = sandbox.client()
        await sandbox.control.deliver(hold=True, drop=1.0, drop_types=["charge.succeeded"])
        await a_hold(client)
        assert await sandbox.control.flush() == {"sent": 2, "lost": 1, "refused": 0}
        listed = (await client.v1.events.list_async({"delivery_success": False})).data
        assert [event.type for event in listed] == ["charge.succeeded"]


async def test_a_stale_snapshot_can_come_last() -> None:
    """An event with an old snapshot may come last."""
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        client = sandbox.client()
        held = await a_hold(client)
        await client.v1.payment_intents.capture_async(held.id, {}, a_key())
        await sandbox.control.stale(held.id, "payment_intent.amount_capturable_updated")
        await sandbox.control.flush()
        last = receiver.events[-1]
        assert last["data"]["object"]["status"] == "requires_capture"
        assert [event["id"] for event in receiver.events].count(last["id"]) == 1
        assert (await client.v1.payment_intents.retrieve_async(held.id)).status == "succeeded"


async def test_signatures_can_be_forged_and_versions_be_others() -> None:
    """F14."""
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox(url) as sandbox:
        await sandbox.control.deliver(hold=True, wrong_signature=1.0, api_version="2020-08-27")
        await sandbox.client().v1.customers.create_async({}, a_key())
        await sandbox.control.flush()
        assert receiver.events[0]["api_version"] == "2020-08-27"
        with pytest.raises(stripe.SignatureVerificationError):
            construct(receiver)


async def test_an_endpoint_gets_only_what_it_asked_for_in_its_own_version() -> None:
    receiver = Receiver()
    async with served(receiver) as (url, _), running_sandbox() as sandbox:
        client = sandbox.client()
        made = await client.v1.webhook_endpoints.create_async(
            {"url": url, "enabled_events": ["charge.succeeded"], "api_version": "2026-10-28.endive"}, a_key()
        )
        await a_hold(client)
        await sandbox.control.flush()
        assert receiver.types() == ["charge.succeeded"]
        assert made.secret is not None
        assert construct(receiver, secret=made.secret).type == "charge.succeeded"


async def test_undelivered_events_survive_a_restart(tmp_path: Path) -> None:
    receiver = Receiver()
    file = tmp_path / "sandbox.db"
    async with served(receiver) as (url, _):
        async with running_sandbox(url, state_path=file) as sandbox:
            await sandbox.control.deliver(hold=True)
            held = await a_hold(sandbox.client())
        async with running_sandbox(url, state_path=file) as sandbox:
            await sandbox.control.flush()
            assert receiver.types()[-1] == "payment_intent.amount_capturable_updated"
            assert (
                await sandbox.client().v1.payment_intents.retrieve_async(held.id)
            ).amount_capturable == 2500
