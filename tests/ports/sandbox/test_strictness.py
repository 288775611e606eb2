"""What the sandbox refuses because Stripe would, or because it does not model it."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from integrations.payments.sandbox import form, strictness
from integrations.payments.sandbox.currencies import shown
from integrations.payments.sandbox.operations import OPERATIONS
from integrations.payments.sandbox.refusals import Refusal
from tests.ports.sandbox.buying import a_hold, a_key, a_session, an_intent, session_params
from tests.ports.sandbox.running import API_KEY, running_sandbox

INTENT = {"amount": "2500", "currency": "eur"}
PRICE = {"currency": "eur", "unit_amount": 2500, "product_data": {"name": "Ten coffees"}}


def refusal_of(fields: dict[str, Any], shape: type) -> tuple[str | None, str | None]:
    """Code and parameter of the refusal of a decoded form."""
    with pytest.raises(Refusal) as refused:
        strictness.check(fields, shape)
    assert refused.value.status == 400
    return refused.value.code, refused.value.param


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"amount": "2500"}, ("parameter_missing", "currency")),
        ({**INTENT, "colour": "red"}, ("parameter_unknown", "colour")),
        ({**INTENT, "payment_method_types": {"0": "card"}}, ("parameter_unknown", "payment_method_types")),
        ({**INTENT, "amount": "25.00"}, ("parameter_invalid_integer", "amount")),
        ({**INTENT, "confirm": "yes"}, (None, "confirm")),
        ({**INTENT, "capture_method": "later"}, (None, "capture_method")),
        ({**INTENT, "metadata": "7"}, (None, "metadata")),
        ({**INTENT, "metadata": {"k" * 41: "7"}}, (None, f"metadata[{'k' * 41}]")),
        ({**INTENT, "description": ""}, ("parameter_invalid_empty", "description")),
        (
            {**INTENT, "allowed_payment_method_types": {"0": "gold"}},
            (None, "allowed_payment_method_types[0]"),
        ),
        (
            {**INTENT, "automatic_payment_methods": {"enabled": "true", "colour": "red"}},
            ("parameter_unknown", "automatic_payment_methods[colour]"),
        ),
    ],
)
def test_a_form_is_held_against_the_declared_parameters(
    fields: dict[str, Any], refused: tuple[str | None, str | None]
) -> None:
    assert refusal_of(fields, stripe.params.PaymentIntentCreateParams) == refused


def test_every_parameter_the_sandbox_says_it_models_is_one_of_the_clients() -> None:
    for operation in OPERATIONS:
        assert operation.modelled <= set(strictness.fields_of(operation.shape)), operation.path


def test_values_come_out_in_their_types() -> None:
    tree = form.decode(
        "amount=2500&currency=eur&confirm=true&off_session=true&metadata[order]=7&expand[0]=latest_charge"
    )
    assert strictness.check(tree, stripe.params.PaymentIntentCreateParams) == {
        "amount": 2500,
        "currency": "eur",
        "confirm": True,
        "off_session": True,
        "metadata": {"order": "7"},
        "expand": ["latest_charge"],
    }


@given(st.text(max_size=200))
def test_no_text_makes_the_form_reader_fall_over(raw: str) -> None:
    # Two parameters are required, so whatever else the text says, the form is refused, and never otherwise.
    with pytest.raises(Refusal) as refused:
        strictness.check(form.decode(raw), stripe.params.PaymentIntentCreateParams)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "eur", "amount_too_small"),
        (0, "eur", "parameter_invalid_integer"),
        (100_000_000, "eur", "amount_too_large"),
        (250_050, "isk", "invalid_charge_amount_no_decimal_compatible"),
        (2_501, "kwd", "parameter_invalid_integer"),
        (2_500, "ugx", None),
    ],
)
async def test_an_amount_the_currency_does_not_allow_is_refused(
    amount: int, currency: str, code: str | None
) -> None:
    async with running_sandbox() as sandbox:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await an_intent(sandbox.client(), amount=amount, currency=currency)
        assert refused.value.error.code == code  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"mode": None}, "mode"),
        ({"mode": "subscription"}, "mode"),
        ({"success_url": None}, "success_url"),
        ({"success_url": "deals"}, "success_url"),
        ({"line_items": None}, "line_items"),
        ({"line_items": [{"price_data": PRICE}]}, "line_items[0][quantity]"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]"),
        (
            {"payment_intent_data": {"application_fee_amount": 5}},
            "payment_intent_data[application_fee_amount]",
        ),
        ({"customer": "cus_nobody"}, "customer"),
        ({"allowed_payment_method_types": ["card", "alipay"]}, "allowed_payment_method_types"),
        ({"allow_promotion_codes": True}, "allow_promotion_codes"),
        ({"ui_mode": "embedded_page"}, "ui_mode"),
        ({"mode": "setup"}, "line_items"),
        ({"setup_intent_data": {"description": "x"}}, "setup_intent_data"),
    ],
)
async def test_a_session_that_makes_no_sense_is_refused(changed: dict[str, Any], param: str) -> None:
    async with running_sandbox() as sandbox:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await a_session(sandbox.client(), **changed)
        assert refused.value.param == param


async def test_a_setup_session_needs_a_currency_or_explicit_methods() -> None:
    async with running_sandbox() as sandbox:
        params: Any = {**session_params(), "mode": "setup"}
        for name in ("line_items", "payment_intent_data", "allowed_payment_method_types"):
            del params[name]
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await sandbox.client().v1.checkout.sessions.create_async(params, a_key())
        assert refused.value.param == "currency"


@pytest.mark.parametrize("seconds", [29 * 60, 24 * 3_600 + 60])
async def test_a_session_lives_between_half_an_hour_and_a_day(seconds: int) -> None:
    """Half an hour to a day, by the sandbox clock."""
    async with running_sandbox() as sandbox:
        now = await sandbox.control.freeze()
        client = sandbox.client()
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await a_session(client, expires_at=now + seconds)
        assert refused.value.param == "expires_at"
        session = await a_session(client, expires_at=now + 30 * 60)
        await sandbox.control.advance(30 * 60)
        assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", "sk_test_51", "pk_test_sandbox"])
async def test_only_sandbox_keys_are_accepted(key: str) -> None:
    async with running_sandbox() as sandbox:
        with pytest.raises(stripe.AuthenticationError):
            await a_hold(sandbox.client(api_key=key))


async def test_what_is_not_served_is_404_in_stripes_shape() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.products.list_async()
        assert refused.value.http_status == 404
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.payment_intents.retrieve_async("pi_nobody")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.list_async({"expand": ["latest_charge"]})


async def test_another_api_version_is_refused() -> None:
    async with running_sandbox() as sandbox, httpx.AsyncClient(trust_env=False) as http:
        headers = {"Authorization": f"Bearer {API_KEY}", "Stripe-Version": "2019-01-01"}
        answer = await http.get(f"{sandbox.address}/v1/events", headers=headers)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "Stripe-Version")


async def test_control_needs_a_sandbox_key_too() -> None:
    async with running_sandbox() as sandbox, httpx.AsyncClient(trust_env=False) as http:
        assert (await http.post(f"{sandbox.address}/_sandbox/reset")).status_code == 401
        assert (await http.get(f"{sandbox.address}/_sandbox/state")).status_code == 401


def test_amounts_are_shown_with_their_currencys_digits() -> None:
    assert [shown(2_500, "eur"), shown(2_500, "jpy"), shown(12_340, "kwd")] == [
        "25.00 EUR",
        "2,500 JPY",
        "12.340 KWD",
    ]


async def test_a_list_can_end_before_an_instant() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await an_intent(client)
        found = await client.v1.payment_intents.list_async({"created": {"lt": int(time.time()) - 60}})
        assert (found.data, found.has_more) == ([], False)
