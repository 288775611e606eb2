"""Declines (402 with the intent inside), and cards whose issuer asks the buyer."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from integrations.payments.sandbox.cards import CARDS, Card
from tests.ports.sandbox.buying import a_hold, a_key, a_session, an_intent
from tests.ports.sandbox.running import RunningSandbox, running_sandbox

DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000009979": ("card_declined", "stolen_card"),
    "4000000000000069": ("expired_card", "expired_card"),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc"),
    "4000000000000119": ("processing_error", "processing_error"),
    "4100000000000019": ("card_declined", "fraudulent"),
    "4000000000000341": ("card_declined", "generic_decline"),
    "4242424242424241": ("incorrect_number", None),
    "4111111111111111": ("card_declined", "test_mode_live_card"),
}
SETTLED = [card for card in CARDS if card.authentication == "none" and card.charge_decline is None]


@pytest.mark.parametrize(("number", "codes"), DECLINES.items())
async def test_a_declined_number_leaves_the_session_open_and_says_why(
    number: str, codes: tuple[str, str | None]
) -> None:
    async with running_sandbox() as sandbox:
        session = await a_session(sandbox.client())
        declined = await sandbox.control.pay(session.id, number)
        assert declined["outcome"] == "declined"
        assert (declined["error"]["code"], declined["error"].get("decline_code")) == codes
        assert declined["session"]["status"] == "open"
        assert (await sandbox.control.pay(session.id))["outcome"] == "complete"


@pytest.mark.parametrize("card", SETTLED, ids=lambda card: card.name)
async def test_a_working_card_holds_and_keeps_its_brand_and_fingerprint(card: Card) -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        first, second = [await a_hold(client, card.name, expand=["payment_method"]) for _ in range(2)]
        assert first.status == "requires_capture"
        assert (first.payment_method.card.brand, first.payment_method.card.last4) == (card.brand, card.last4)
        assert first.payment_method.card.fingerprint == second.payment_method.card.fingerprint
        assert first.payment_method.id != second.payment_method.id


async def test_a_decline_carries_the_intent_and_is_remembered_on_it() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        intent = await an_intent(client, metadata={"order": "7"})
        with pytest.raises(stripe.CardError) as refused:
            await client.v1.payment_intents.confirm_async(
                intent.id, {"payment_method": "pm_card_visa_chargeDeclined"}, a_key()
            )
        error: Any = refused.value.error
        assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
        assert (error.decline_code, error.payment_intent.id) == ("generic_decline", intent.id)
        assert error.payment_intent.status == "requires_payment_method"
        kept: Any = await client.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
        assert kept.last_payment_error.decline_code == "generic_decline"
        assert (kept.payment_method, kept.latest_charge.status) == (None, "failed")
        again = await client.v1.payment_intents.confirm_async(
            intent.id, {"payment_method": "pm_card_visa"}, a_key()
        )
        assert (again.status, again.last_payment_error) == ("requires_capture", None)


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184", "4000000000003220"])
async def test_an_approved_question_completes_and_a_refused_one_leaves_the_session_open(number: str) -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        session = await a_session(client)
        asked = await sandbox.control.pay(session.id, number, approve=None)
        assert (asked["outcome"], asked["intent"]["status"]) == ("requires_action", "requires_action")
        url = asked["intent"]["next_action"]["redirect_to_url"]["url"]
        assert url == f"{sandbox.address}/c/auth/{asked['intent']['id']}"
        refused = await sandbox.control.pay(session.id, number, approve=False)
        assert refused["error"]["code"] == "payment_intent_authentication_failure"
        assert (await sandbox.control.pay(session.id, number))["outcome"] == "complete"


@pytest.mark.parametrize(
    ("number", "code"), [("4000008260003178", "insufficient_funds"), ("4000008400001629", "generic_decline")]
)
async def test_some_cards_decline_after_the_question_was_approved(number: str, code: str) -> None:
    async with running_sandbox() as sandbox:
        session = await a_session(sandbox.client())
        declined = await sandbox.control.pay(session.id, number)
        assert (declined["outcome"], declined["error"]["decline_code"]) == ("declined", code)


async def test_an_own_page_intent_leads_to_the_issuer_and_back() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        intent = await an_intent(client)
        asked = await client.v1.payment_intents.confirm_async(
            intent.id,
            {"payment_method": "pm_card_authenticationRequired", "return_url": "https://deals.example/back"},
            a_key(),
        )
        assert (asked.status, asked.next_action.type) == (  # type: ignore[union-attr]
            "requires_action",
            "redirect_to_url",
        )
        assert (await sandbox.control.authenticate(intent.id))["status"] == "requires_capture"


async def test_error_on_requires_action_declines_instead_of_asking() -> None:
    async with running_sandbox() as sandbox:
        with pytest.raises(stripe.CardError) as refused:
            await a_hold(sandbox.client(), "pm_card_authenticationRequired", error_on_requires_action=True)
        assert refused.value.code == "authentication_required"


async def _number_of_cards_that_charge(sandbox: RunningSandbox) -> int:
    charges = (await sandbox.control.dump())["objects"].get("charge", [])
    return sum(charge["status"] == "succeeded" for charge in charges)


async def test_a_wrong_number_never_reaches_the_issuer() -> None:
    async with running_sandbox() as sandbox:
        session = await a_session(sandbox.client())
        answer = await sandbox.control.pay(session.id, "4242424242424241")
        assert (answer["intent"], await _number_of_cards_that_charge(sandbox)) == (None, 0)
