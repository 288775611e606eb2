"""The sandbox as its own process on its own file: what it answered survives the process."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import stripe

from integrations.payments.sandbox.app import create_sandbox
from integrations.payments.sandbox.settings import SandboxSettings
from tests.ports.sandbox.buying import a_hold, a_key
from tests.ports.sandbox.running import RunningSandbox, running_sandbox

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def process(file: Path) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A sandbox in a process of its own; its address."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "integrations.payments.sandbox", "--port", "0", "--state", str(file),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    try:
        line = json.loads(await asyncio.wait_for(running.stdout.readline(), 30))
        assert line["address"].startswith("http://127.0.0.1:")
        yield line["address"], running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()
        running._transport.close()  # type: ignore[attr-defined]


@pytest.mark.faults
async def test_a_killed_process_loses_nothing_it_answered(tmp_path: Path) -> None:
    file = tmp_path / "own" / "sandbox.db"
    key: stripe.RequestOptions = {"idempotency_key": "capture:7:1"}
    async with running_sandbox() as other:
        async with process(file) as (address, running):
            client = other.client(address=address)
            held = await a_hold(client)
            taken = await client.v1.payment_intents.capture_async(held.id, {}, key)
            running.send_signal(signal.SIGKILL)
            await running.wait()
        async with process(file) as (address, running):
            client = other.client(address=address)
            assert (await client.v1.payment_intents.retrieve_async(held.id)).status == "succeeded"
            replay = await client.v1.payment_intents.capture_async(held.id, {}, key)
            assert replay.latest_charge == taken.latest_charge
            running.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(running.wait(), 30) in (0, -signal.SIGTERM)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_clock_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    async with running_sandbox(state_path=file) as sandbox:
        later = await sandbox.control.advance(30 * 86_400)
    async with running_sandbox(state_path=file) as sandbox:
        assert await sandbox.control.now() >= later


async def test_a_refused_request_leaves_no_trace_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    async with running_sandbox(state_path=file) as sandbox:
        client = sandbox.client()
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.create_async({"amount": 2500, "currency": "xxx"}, a_key())
        with pytest.raises(stripe.CardError):
            await a_hold(client, "pm_card_visa_chargeDeclined")
    database = sqlite3.connect(file)
    kinds = {kind for (kind,) in database.execute("SELECT DISTINCT kind FROM object")}
    database.close()
    assert {"payment_intent", "charge", "answer", "event"} <= kinds
    assert "refund" not in kinds


async def test_a_reset_forgets_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    async with running_sandbox(state_path=file) as sandbox:
        await a_hold(sandbox.client())
        await sandbox.control.reset()
    async with running_sandbox(state_path=file) as sandbox:
        assert await objects(sandbox) == {}


async def objects(sandbox: RunningSandbox) -> dict[str, object]:
    """All rows by kind."""
    found: dict[str, object] = (await sandbox.control.dump())["objects"]
    return found


def test_an_endpoint_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        create_sandbox(SandboxSettings(webhook_url="http://127.0.0.1:1/hooks"))
