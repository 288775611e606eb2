"""Holds: created, captured in whole or part, canceled, expired."""

from __future__ import annotations

import pytest
import stripe

from tests.ports.sandbox.buying import a_hold, a_key, a_session, an_intent
from tests.ports.sandbox.running import running_sandbox

DAY = 86_400


async def test_a_paid_session_holds_the_money_and_names_when_the_hold_ends() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        session = await a_session(client)
        assert session.url == f"{sandbox.address}/c/pay/{session.id}"
        assert session.payment_intent is None
        paid = await sandbox.control.pay(session.id)
        assert paid["outcome"] == "complete"
        intent = await client.v1.payment_intents.retrieve_async(
            paid["intent"]["id"], {"expand": ["latest_charge"]}
        )
        assert (intent.status, intent.amount_capturable, intent.livemode) == ("requires_capture", 2500, False)
        assert intent.metadata.to_dict() == {"order": "7", "attempt": "1"}
        charge = intent.latest_charge
        assert isinstance(charge, stripe.Charge)
        card = charge.payment_method_details.card  # type: ignore[union-attr]
        assert card is not None
        assert card.capture_before == charge.created + 7 * DAY
        assert (card.brand, card.last4, card.country) == ("visa", "4242", "US")
        session = await client.v1.checkout.sessions.retrieve_async(session.id)
        assert (session.status, session.payment_status) == ("complete", "unpaid")


async def test_a_capture_takes_the_money_once_and_books_the_fee() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        intent = await a_hold(client)
        taken = await client.v1.payment_intents.capture_async(
            intent.id, {"expand": ["latest_charge.balance_transaction"]}, a_key()
        )
        assert (taken.status, taken.amount_received) == ("succeeded", 2500)
        transaction = taken.latest_charge.balance_transaction  # type: ignore[union-attr]
        assert (transaction.fee, transaction.net) == (103, 2397)  # type: ignore[union-attr]
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.payment_intents.capture_async(intent.id, {}, a_key())
        assert refused.value.code == "payment_intent_unexpected_state"
        assert refused.value.error.payment_intent.status == "succeeded"  # type: ignore[union-attr]


async def test_a_part_can_be_captured_and_the_rest_is_let_go() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        intent = await a_hold(client)
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 2501}, a_key())
        taken = await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 2000}, a_key())
        assert (taken.amount, taken.amount_received, taken.amount_capturable) == (2500, 2000, 0)


async def test_a_canceled_hold_cannot_be_captured() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        intent = await a_hold(client)
        gone = await client.v1.payment_intents.cancel_async(
            intent.id, {"cancellation_reason": "requested_by_customer"}, a_key()
        )
        assert (gone.status, gone.amount_capturable) == ("canceled", 0)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.payment_intents.capture_async(intent.id, {}, a_key())
        assert refused.value.error.payment_intent.status == "canceled"  # type: ignore[union-attr]


async def test_a_hold_nobody_captures_expires_on_the_sandbox_clock() -> None:
    """F20."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        intent = await a_hold(client)
        await sandbox.control.advance(7 * DAY - 60)
        assert (await client.v1.payment_intents.retrieve_async(intent.id)).status == "requires_capture"
        await sandbox.control.advance(120)
        gone = await client.v1.payment_intents.retrieve_async(intent.id)
        assert (gone.status, gone.cancellation_reason) == ("canceled", "expired")
        types = [event.type for event in (await client.v1.events.list_async({"limit": 2})).data]
        assert types == ["payment_intent.canceled", "charge.expired"]


async def test_the_card_that_loses_its_hold_declines_the_capture_and_cancels() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        intent = await a_hold(client, "pm_card_expiredAtCapture")
        with pytest.raises(stripe.CardError) as refused:
            await client.v1.payment_intents.capture_async(intent.id, {}, a_key())
        assert refused.value.code == "capture_charge_authorization_expired"
        assert (await client.v1.payment_intents.retrieve_async(intent.id)).status == "canceled"


async def test_the_intent_of_an_open_session_is_neither_confirmed_nor_canceled() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        session = await a_session(client)
        declined = await sandbox.control.pay(session.id, "4000000000009995")
        assert (declined["outcome"], declined["error"]["decline_code"]) == ("declined", "insufficient_funds")
        intent_id = declined["intent"]["id"]
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.cancel_async(intent_id, {}, a_key())
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.confirm_async(
                intent_id, {"payment_method": "pm_card_visa"}, a_key()
            )
        paid = await sandbox.control.pay(session.id)
        assert paid["intent"]["id"] == intent_id


async def test_an_expired_session_cancels_its_intent_and_cannot_be_paid() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        session = await a_session(client)
        intent_id = (await sandbox.control.pay(session.id, "pm_card_visa_chargeDeclined"))["intent"]["id"]
        over = await client.v1.checkout.sessions.expire_async(session.id, {}, a_key())
        assert (over.status, over.url) == ("expired", None)
        assert (await client.v1.payment_intents.retrieve_async(intent_id)).status == "canceled"
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.checkout.sessions.expire_async(session.id, {}, a_key())


async def test_intents_are_listed_newest_first_and_page_by_page() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        made = [(await an_intent(client)).id for _ in range(5)]
        first = await client.v1.payment_intents.list_async({"limit": 2})
        assert ([row.id for row in first.data], first.has_more) == (made[:2:-1], True)
        rest = await client.v1.payment_intents.list_async({"limit": 9, "starting_after": made[3]})
        assert ([row.id for row in rest.data], rest.has_more) == (made[2::-1], False)
        later = await sandbox.control.now() + 5
        assert (await client.v1.payment_intents.list_async({"created": {"gte": later}})).data == []
