"""Money that goes back: refunds, disputes, and what they leave in the balance."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.ports.sandbox.buying import a_key, an_intent
from tests.ports.sandbox.running import Client, running_sandbox

HOUR = 3_600


async def taken(client: Client, card: str = "pm_card_visa", **fields: Any) -> Any:
    """A payment of 25.00 EUR."""
    return await an_intent(client, payment_method=card, confirm=True, capture_method="automatic", **fields)


async def refund(client: Client, intent_id: str, amount: int | None = None) -> stripe.Refund:
    """Refund all that is left, or `amount`."""
    params: Any = {"payment_intent": intent_id, "metadata": {"refund": "1"}}
    if amount is not None:
        params["amount"] = amount
    return await client.v1.refunds.create_async(params, a_key())


async def test_refunds_never_exceed_what_was_captured() -> None:
    """F23."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        payment = await taken(client)
        assert (await refund(client, payment.id, 1000)).status == "succeeded"
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await refund(client, payment.id, 1501)
        assert refused.value.code == "charge_already_refunded"
        assert (await refund(client, payment.id)).amount == 1500
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await refund(client, payment.id)
        assert refused.value.code == "charge_already_refunded"
        listed = await client.v1.refunds.list_async({"payment_intent": payment.id})
        assert [row.amount for row in listed.data] == [1500, 1000]


async def test_only_a_captured_payment_can_be_refunded() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        held = await an_intent(client, payment_method="pm_card_visa", confirm=True)
        with pytest.raises(stripe.InvalidRequestError):
            await refund(client, held.id)


async def test_a_pending_refund_succeeds_later() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        made = await refund(client, (await taken(client, "pm_card_pendingRefund")).id)
        assert (made.status, made.pending_reason) == ("pending", "processing")
        await sandbox.control.advance(2 * HOUR)
        assert (await client.v1.refunds.retrieve_async(made.id)).status == "succeeded"


async def test_a_refund_can_fail_later_and_then_be_made_again() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        payment = await taken(client, "pm_card_refundFail")
        made = await refund(client, payment.id)
        assert made.status == "succeeded"
        await sandbox.control.advance(2 * HOUR)
        assert (await client.v1.refunds.retrieve_async(made.id)).status == "failed"
        assert [
            event.type for event in (await client.v1.events.list_async({"types": ["refund.failed"]})).data
        ]
        assert (await refund(client, payment.id)).amount == 2500


async def test_the_balance_tells_every_movement_with_its_fee() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        payment = await taken(client)
        await refund(client, payment.id, 500)
        rows = (await client.v1.balance_transactions.list_async({})).data
        assert [(row.type, row.amount, row.fee, row.status) for row in rows] == [
            ("refund", -500, 0, "pending"),
            ("charge", 2500, 103, "pending"),
        ]
        await sandbox.control.advance(49 * HOUR)
        assert (await client.v1.balance_transactions.retrieve_async(rows[1].id)).status == "available"


async def test_a_dispute_takes_the_money_and_stops_refunds() -> None:
    """F24."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        payment = await taken(client, "pm_card_createDispute")
        (dispute,) = (await client.v1.disputes.list_async({"payment_intent": payment.id})).data
        assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 2500)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await refund(client, payment.id)
        assert refused.value.code == "charge_disputed"
        assert (await sandbox.control.close_dispute(dispute.id, won=True))["status"] == "won"
        types = [
            event.type for event in (await client.v1.events.list_async({"type": "charge.dispute.*"})).data
        ]
        assert types == [
            "charge.dispute.closed",
            "charge.dispute.funds_reinstated",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.created",
        ]
        assert (await refund(client, payment.id)).status == "succeeded"


async def test_an_inquiry_takes_no_money() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        payment = await taken(client, "pm_card_createDisputeInquiry")
        (dispute,) = (await client.v1.disputes.list_async({})).data
        assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
        assert (await refund(client, payment.id)).status == "succeeded"


async def test_a_dispute_can_be_injected_over_any_captured_payment() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        payment = await taken(client)
        dispute = await sandbox.control.dispute(payment.id)
        found = await client.v1.disputes.retrieve_async(dispute["id"])
        assert found.payment_intent == payment.id
        assert (await sandbox.control.close_dispute(dispute["id"], won=False))["status"] == "lost"
