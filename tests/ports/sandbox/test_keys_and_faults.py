"""Idempotency keys, and every row of the fault table."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import stripe

from tests.ports.sandbox.buying import a_hold, a_key
from tests.ports.sandbox.running import Client, RunningSandbox, running_sandbox

KEY: stripe.RequestOptions = {"idempotency_key": "here:create:7:1"}
CREATE: Any = {"amount": 2500, "currency": "eur", "allowed_payment_method_types": ["card"]}


async def create(client: Client, **more: Any) -> stripe.PaymentIntent:
    """Create the same intent under the same key."""
    params: Any = {**CREATE, **more}
    return await client.v1.payment_intents.create_async(params, KEY)


async def intents_of(sandbox: RunningSandbox) -> int:
    """How many intents exist."""
    return len((await sandbox.control.dump())["objects"].get("payment_intent", []))


async def test_the_same_key_gives_the_same_answer_and_one_effect() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        first, second = await create(client), await create(client)
        assert first.id == second.id
        assert second.last_response.headers["Idempotent-Replayed"] == "true"  # type: ignore[union-attr]
        assert await intents_of(sandbox) == 1


async def test_a_key_with_other_parameters_is_refused() -> None:
    """F9."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await create(client)
        with pytest.raises(stripe.IdempotencyError):
            await create(client, amount=2600)
        assert await intents_of(sandbox) == 1


async def test_a_decline_sticks_to_its_key() -> None:
    """Rule (b)."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        for _ in range(2):
            with pytest.raises(stripe.CardError):
                await create(client, payment_method="pm_card_visa_chargeDeclined", confirm=True)
        assert await intents_of(sandbox) == 1


async def test_a_refused_parameter_does_not_use_up_the_key() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        with pytest.raises(stripe.InvalidRequestError):
            await create(client, amount=1)
        assert (await create(client)).amount == 2500


async def test_keys_fade_after_a_day() -> None:
    """F8."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        first = await create(client)
        await sandbox.control.advance(24 * 3_600 + 1)
        assert (await create(client)).id != first.id


@pytest.mark.parametrize(
    ("kind", "error", "status", "code"),
    [
        ("rate_limit", stripe.RateLimitError, 429, "rate_limit"),
        ("lock_timeout", stripe.RateLimitError, 429, "lock_timeout"),
        ("key_in_use", stripe.APIError, 409, "idempotency_key_in_use"),
        ("unavailable", stripe.APIError, 503, None),
    ],
)
async def test_refused_before_execution_has_no_effect_and_is_not_saved(
    kind: str, error: type[stripe.StripeError], status: int, code: str | None
) -> None:
    """F5, F6."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await sandbox.control.fault(kind, next_n=1, method="POST", path="^/v1/payment_intents$")
        with pytest.raises(error) as refused:
            await create(client)
        body: Any = refused.value.json_body
        assert (refused.value.http_status, body["error"].get("code")) == (status, code)
        assert await intents_of(sandbox) == 0
        await create(client)
        assert await intents_of(sandbox) == 1


async def test_a_connection_dropped_after_the_effect_leaves_the_success_under_the_key() -> None:
    """F1, F3."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await sandbox.control.fault("drop", next_n=1)
        with pytest.raises(stripe.APIConnectionError):
            await create(client)
        assert await intents_of(sandbox) == 1
        await create(client)
        assert await intents_of(sandbox) == 1


async def test_a_500_after_the_effect_is_followed_by_the_success() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await sandbox.control.fault("error_after", next_n=1)
        with pytest.raises(stripe.APIError) as refused:
            await create(client)
        assert refused.value.http_status == 500
        await create(client)
        assert await intents_of(sandbox) == 1


async def test_a_saved_500_has_no_effect_and_is_replayed_for_a_day() -> None:
    """F7."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await sandbox.control.fault("saved_error", next_n=1)
        for _ in range(3):
            with pytest.raises(stripe.APIError) as refused:
                await create(client)
            assert refused.value.http_status == 500
        assert await intents_of(sandbox) == 0
        await client.v1.payment_intents.create_async(CREATE, {"idempotency_key": "here:create:7:1:r1"})
        assert await intents_of(sandbox) == 1


@pytest.mark.parametrize("committed", [True, False])
async def test_a_slow_answer_times_out_with_and_without_the_effect(committed: bool) -> None:
    async with running_sandbox() as sandbox:
        await sandbox.control.fault("slow", next_n=1, seconds=30, committed=committed)
        with pytest.raises(stripe.APIConnectionError):
            await create(sandbox.client(timeout=0.3))
        assert await intents_of(sandbox) == committed


async def test_a_key_whose_request_still_runs_is_in_use() -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await sandbox.control.fault("slow", next_n=1, seconds=30)
        slow = asyncio.create_task(create(sandbox.client(timeout=60)))
        while not await intents_of(sandbox):
            pass
        with pytest.raises(stripe.APIError) as refused:
            await create(client)
        assert refused.value.http_status == 409
        sandbox.sandbox.stopping.set()
        assert (await slow).amount == 2500


@pytest.mark.parametrize("committed", [True, False])
async def test_an_html_502_carries_no_error_object(committed: bool) -> None:
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await sandbox.control.fault("html", next_n=1, committed=committed)
        with pytest.raises(stripe.APIError) as refused:
            await create(client)
        assert (refused.value.http_status, refused.value.error) == (502, None)
        assert await intents_of(sandbox) == committed


async def test_faults_by_rate_are_the_same_for_the_same_seed() -> None:
    async def pattern(seed: int) -> list[int]:
        async with running_sandbox(seed=seed) as sandbox:
            client = sandbox.client()
            await sandbox.control.fault("unavailable", rate=0.5, method="POST")
            for _ in range(12):
                try:
                    await client.v1.customers.create_async({}, a_key())
                except stripe.APIError:
                    continue
            return [line["status"] for line in await sandbox.control.log()]

    first = await pattern(7)
    assert first == await pattern(7)
    assert {200, 503} == set(first)


async def test_the_log_tells_which_keys_were_used_for_what() -> None:
    """Distinct keys per order, kind and attempt."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        await create(client, metadata={"order": "7", "attempt": "1"})
        await create(client, metadata={"order": "7", "attempt": "1"})
        lines = [line for line in await sandbox.control.log() if line["path"] == "/v1/payment_intents"]
        assert {line["key"] for line in lines if line["params"]["metadata"]["order"] == "7"} == {
            "here:create:7:1"
        }
        assert [line["replayed"] for line in lines] == [False, True]
        await sandbox.control.reset()
        assert await sandbox.control.log() == []


async def test_simultaneous_captures_under_different_keys_take_the_money_once() -> None:
    """F4."""
    async with running_sandbox() as sandbox:
        client = sandbox.client()
        held = await a_hold(client)
        captures = [client.v1.payment_intents.capture_async(held.id, {}, a_key()) for _ in range(5)]
        answers = await asyncio.gather(*captures, return_exceptions=True)
        assert sum(isinstance(answer, stripe.PaymentIntent) for answer in answers) == 1
        assert sum(isinstance(answer, stripe.InvalidRequestError) for answer in answers) == 4
