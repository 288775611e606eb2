"""The error table, over real HTTP: a server on loopback answers exactly what a row of the table says."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from campaigns.foundation.money import Money
from campaigns.foundation.settings import Settings
from campaigns.orders.ports import (
    CardRefused,
    OutcomeUnknown,
    ProcessorBusy,
    ProcessorError,
    RefusedForGood,
    ServerError,
    UnexpectedState,
)
from integrations.payments.stripe.processor import StripeProcessor

EUR_10 = Money(1_000, "EUR")


def an_answer(status: int, body: object, **headers: str) -> bytes:
    """One HTTP answer; `body` is JSON unless it is text. Underscores in header names become dashes."""
    text = body if isinstance(body, str) else json.dumps(body)
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(text.encode())}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


def an_error(status: int, **error: object) -> bytes:
    return an_answer(status, {"error": {"type": "invalid_request_error", "message": "No", **error}})


def an_intent(status: str, **fields: object) -> dict[str, Any]:
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "status": status,
        "amount": 1_000,
        "amount_received": 0,
        "currency": "eur",
        "livemode": False,
        "metadata": {"installation": "here", "order": "o1", "attempt": "2"},
        "latest_charge": "ch_1",
        "last_payment_error": None,
        **fields,
    }


class Script:
    """Answers in turn, and what was asked. An answer of None closes the connection without a word."""

    def __init__(self, answers: tuple[bytes | None, ...]) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = [
            line.split(":")[1] for line in head.lower().splitlines() if line.startswith("content-length:")
        ]
        await reader.readexactly(int(length[0]) if length else 0)
        self.asked.append(head)
        answer = self.answers.pop(0)
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def answering(home: Path, *answers: bytes | None) -> AsyncIterator[tuple[StripeProcessor, Script]]:
    script = Script(answers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = Settings(
        home=home,
        installation="here",
        stripe_api_key=SecretStr("sk_test_sandbox_1"),
        stripe_webhook_secret=SecretStr("whsec_1"),
        stripe_api_base=f"http://127.0.0.1:{port}",
    )
    processor = StripeProcessor(settings)
    try:
        yield processor, script
    finally:
        await processor.close()
        server.close()
        await server.wait_closed()


async def refusal_of(
    call: Callable[[StripeProcessor], Awaitable[object]], home: Path, *answers: bytes | None
) -> ProcessorError:
    async with answering(home, *answers) as (processor, _):
        with pytest.raises(ProcessorError) as caught:
            await call(processor)
    return caught.value


async def capture(processor: StripeProcessor) -> object:
    return await processor.capture("pi_1", EUR_10, key="capture:o1:1")


ROWS: list[tuple[str, bytes | None, type[ProcessorError], str]] = [
    ("lost connection", None, OutcomeUnknown, "connection"),
    ("rate limit without a code", an_error(429), ProcessorBusy, "rate_limit"),
    ("lock time-out", an_error(429, code="lock_timeout"), ProcessorBusy, "lock_timeout"),
    ("key in use", an_error(409, code="idempotency_key_in_use"), ProcessorBusy, "idempotency_key_in_use"),
    ("409 without a code", an_error(409), ProcessorBusy, "idempotency_key_in_use"),
    ("500", an_error(500, type="api_error"), ServerError, "http_500"),
    ("HTML 502 of a proxy", an_answer(502, "<html>Bad gateway</html>"), ServerError, "http_502"),
    ("HTML 404 of a proxy", an_answer(404, "<html>Not here</html>"), OutcomeUnknown, "http_404"),
    ("200 that cannot be read", an_answer(200, "<html>Welcome</html>"), OutcomeUnknown, "http_200"),
    (
        "other parameters under the key",
        an_error(400, type="idempotency_error"),
        RefusedForGood,
        "idempotency_error",
    ),
    ("unknown parameter", an_error(400, code="parameter_unknown"), RefusedForGood, "parameter_unknown"),
    ("400 without a code", an_error(400), RefusedForGood, "http_400"),
    ("400 about a parameter", an_error(400, param="expires_at"), RefusedForGood, "invalid_expires_at"),
    ("wrong key", an_error(401), RefusedForGood, "http_401"),
    ("forbidden", an_error(403), RefusedForGood, "http_403"),
    ("no such payment", an_error(404, code="resource_missing"), RefusedForGood, "resource_missing"),
]


@pytest.mark.parametrize(("name", "answer", "kind", "code"), ROWS, ids=[row[0] for row in ROWS])
async def test_every_row_of_the_error_table_has_its_own_error(
    name: str, answer: bytes | None, kind: type[ProcessorError], code: str, tmp_path: Path
) -> None:
    refusal = await refusal_of(capture, tmp_path, answer)
    assert (type(refusal), refusal.code) == (kind, code)


async def test_a_busy_processor_says_when_to_come_back(tmp_path: Path) -> None:
    """F5"""
    refusal = await refusal_of(capture, tmp_path, an_answer(429, {"error": {}}, Retry_After="7"))
    assert isinstance(refusal, ProcessorBusy)
    assert refusal.retry_after_s == 7


async def test_a_nonsense_retry_after_is_no_promise(tmp_path: Path) -> None:
    refusal = await refusal_of(capture, tmp_path, an_answer(429, {"error": {}}, Retry_After="soon"))
    assert isinstance(refusal, ProcessorBusy)
    assert refusal.retry_after_s is None


async def test_a_declined_card_comes_with_the_payment_as_it_is_now(tmp_path: Path) -> None:
    """The payment inside the refusal may be a repeated answer, so it is read again."""
    declined = an_intent("requires_capture")
    now = an_intent("canceled", latest_charge={"id": "ch_1", "created": 1_780_000_000})
    error = an_error(402, type="card_error", code="card_declined", payment_intent=declined)
    refusal = await refusal_of(capture, tmp_path, error, an_answer(200, now))
    assert isinstance(refusal, CardRefused)
    assert refusal.code == "card_declined"
    assert refusal.payment is not None
    assert (refusal.payment.status, refusal.payment.ours, refusal.payment.attempt) == ("canceled", True, 2)
    assert refusal.payment.confirmed_at is not None


async def test_unexpected_state_keeps_the_payment_inside_when_it_cannot_be_read_again(tmp_path: Path) -> None:
    """Rule (d): somebody was faster, and that is news."""
    inside = an_intent("succeeded", amount_received=1_000)
    error = an_error(400, code="payment_intent_unexpected_state", payment_intent=inside)
    refusal = await refusal_of(capture, tmp_path, error, an_error(500))
    assert isinstance(refusal, UnexpectedState)
    assert refusal.payment is not None
    assert (refusal.payment.status, refusal.payment.received_minor) == ("succeeded", 1_000)


async def test_a_repeated_answer_is_read_again_before_it_is_believed(tmp_path: Path) -> None:
    """A replay shows the object as it was the first time."""
    old = an_answer(200, an_intent("requires_capture"), Idempotent_Replayed="true")
    async with answering(tmp_path, old, an_answer(200, an_intent("succeeded"))) as (processor, script):
        payment = await processor.capture("pi_1", EUR_10, key="capture:o1:1")
    assert payment.status == "succeeded"
    assert [asked.split()[0] for asked in script.asked] == ["POST", "GET"]


async def test_calls_carry_the_pinned_version_and_a_key_with_the_installation_in_front(
    tmp_path: Path,
) -> None:
    async with answering(tmp_path, an_answer(200, an_intent("succeeded"))) as (processor, script):
        await processor.capture("pi_1", EUR_10, key="capture:o1:1")
    asked = script.asked[0].lower()
    assert "idempotency-key: here:capture:o1:1" in asked
    assert "stripe-version: 2026-10-28.endive" in asked


async def test_a_failed_call_is_sent_once_because_the_outbox_retries(tmp_path: Path) -> None:
    async with answering(tmp_path, None, an_answer(200, an_intent("succeeded"))) as (processor, script):
        with pytest.raises(OutcomeUnknown):
            await processor.capture("pi_1", EUR_10, key="capture:o1:1")
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("fields", "ours"),
    [
        ({}, True),
        ({"livemode": True}, False),
        ({"metadata": {"installation": "elsewhere", "order": "o1", "attempt": "1"}}, False),
        ({"metadata": {}}, False),
        ({"metadata": None}, False),
    ],
)
async def test_a_payment_is_ours_only_from_this_installation_and_this_mode(
    fields: dict[str, object], ours: bool, tmp_path: Path
) -> None:
    """Rule (f), F15"""
    async with answering(tmp_path, an_answer(200, an_intent("succeeded", **fields))) as (processor, _):
        assert (await processor.read_payment("pi_1")).ours is ours


async def test_an_answer_that_drips_is_cut_off_as_a_whole(tmp_path: Path) -> None:
    """The client's own limit starts anew with every byte."""

    hung_up = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"H")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.02)
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    processor = StripeProcessor(Settings(home=tmp_path, stripe_api_base=base), timeout_s=0.2)
    with pytest.raises(OutcomeUnknown, match="timeout"):
        await processor.read_payment("pi_1")
    await hung_up.wait()
    await processor.close()
    server.close()


async def test_each_event_loop_has_a_client_of_its_own(tmp_path: Path) -> None:
    async with answering(tmp_path, an_answer(200, an_intent("succeeded"))) as (processor, script):
        await processor.read_payment("pi_1")
        script.answers.append(an_answer(200, an_intent("canceled")))

        async def elsewhere() -> str:
            payment = await processor.read_payment("pi_1")
            await processor.close()
            return payment.status

        there = await asyncio.to_thread(asyncio.run, elsewhere())
    assert there == "canceled"
