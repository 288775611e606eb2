"""Cards saved for later: setup sessions, setup intents, and charging without the buyer."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.ports.sandbox.buying import a_key, a_session, an_intent
from tests.ports.sandbox.running import Client, RunningSandbox, running_sandbox

SETUP = {
    "mode": "setup",
    "line_items": None,
    "payment_intent_data": None,
    "setup_intent_data": {"metadata": {"order": "7"}},
}


async def saved_card(sandbox: RunningSandbox, client: Client, card: str) -> tuple[str, str]:
    """Customer and payment method of a card saved on the hosted page."""
    customer = await client.v1.customers.create_async({"email": "ada@example.com"}, a_key())
    session = await a_session(client, **SETUP, customer=customer.id)
    paid = await sandbox.control.pay(session.id, card)
    assert (paid["outcome"], paid["session"]["payment_status"]) == ("complete", "no_payment_required")
    setup: Any = await client.v1.setup_intents.retrieve_async(
        paid["intent"]["id"], {"expand": ["payment_method"]}
    )
    assert (setup.status, setup.metadata.to_dict()) == ("succeeded", {"order": "7"})
    assert setup.payment_method.customer == customer.id
    return customer.id, setup.payment_method.id


async def charge_later(client: Client, customer: str, method: str, **more: Any) -> Any:
    """Create the intent unconfirmed, then confirm it without the buyer, as the application does."""
    intent = await an_intent(client, customer=customer, **more)
    return await client.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": method, "off_session": True}, a_key()
    )


async def test_a_saved_card_is_charged_without_the_buyer() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        customer, method = await saved_card(sandbox, client, "pm_card_visa")
        taken = await charge_later(client, customer, method, capture_method="automatic")
        assert (taken.status, taken.amount_received) == ("succeeded", 2500)


@pytest.mark.parametrize(
    ("card", "seconds"), [("pm_card_visa", 4 * 86_400 + 18 * 3_600), ("pm_card_mastercard", 7 * 86_400)]
)
async def test_a_hold_without_the_buyer_is_shorter_on_visa(card: str, seconds: int) -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        customer, method = await saved_card(sandbox, client, card)
        held = await charge_later(client, customer, method, expand=["latest_charge"])
        charge: Any = (
            await client.v1.payment_intents.retrieve_async(held.id, {"expand": ["latest_charge"]})
        ).latest_charge
        assert charge.payment_method_details.card.capture_before - charge.created == seconds


async def test_a_card_that_asks_once_works_later_and_one_that_always_asks_does_not() -> None:
    """F21."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        customer, method = await saved_card(sandbox, client, "4000002500003155")
        assert (await charge_later(client, customer, method)).status == "requires_capture"
        customer, method = await saved_card(sandbox, client, "4000002760003184")
        with pytest.raises(stripe.CardError) as refused:
            await charge_later(client, customer, method)
        error: Any = refused.value.error
        assert (error.code, error.payment_intent.status) == (
            "authentication_required",
            "requires_payment_method",
        )
        asked = await client.v1.payment_intents.confirm_async(
            error.payment_intent.id,
            {"payment_method": method, "return_url": "https://deals.example/back"},
            a_key(),
        )
        assert asked.status == "requires_action"


async def test_a_card_can_be_saved_and_decline_every_charge() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        customer, method = await saved_card(sandbox, client, "4000000000000341")
        with pytest.raises(stripe.CardError) as refused:
            await charge_later(client, customer, method)
        assert refused.value.error.decline_code == "generic_decline"  # type: ignore[union-attr]


async def test_a_declined_card_is_not_saved() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        setup = await client.v1.setup_intents.create_async(
            {"payment_method": "pm_card_visa_chargeDeclined", "allowed_payment_method_types": ["card"]},
            a_key(),
        )
        with pytest.raises(stripe.CardError) as refused:
            await client.v1.setup_intents.confirm_async(setup.id, {}, a_key())
        error: Any = refused.value.error
        assert error.setup_intent.last_setup_error.code == "card_declined"


async def test_charging_later_needs_the_customer_of_the_card() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        _, method = await saved_card(sandbox, client, "pm_card_visa")
        other = await client.v1.customers.create_async({}, a_key())
        with pytest.raises(stripe.InvalidRequestError):
            await charge_later(client, other.id, method)
        intent = await an_intent(client)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.payment_intents.confirm_async(
                intent.id, {"payment_method": "pm_card_visa", "off_session": True}, a_key()
            )
        assert refused.value.code == "parameter_missing"


async def test_a_held_card_can_be_kept_and_charged_after_the_hold_was_let_go() -> None:
    """R41."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        customer = await client.v1.customers.create_async({}, a_key())
        data = {"capture_method": "manual", "setup_future_usage": "off_session"}
        session = await a_session(client, customer=customer.id, payment_intent_data=data)
        paid = await sandbox.control.pay(session.id)
        await client.v1.payment_intents.cancel_async(paid["intent"]["id"], {}, a_key())
        again = await charge_later(client, customer.id, paid["intent"]["payment_method"])
        assert again.status == "requires_capture"


async def test_a_card_used_without_a_customer_cannot_be_used_again() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        paid = await sandbox.control.pay((await a_session(client)).id)
        with pytest.raises(stripe.InvalidRequestError):
            await an_intent(client, payment_method=paid["intent"]["payment_method"], confirm=True)
