"""Start a sandbox on a free loopback port, and talk to it: for every test that needs a payment processor."""

from __future__ import annotations

import json
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import stripe

from integrations.payments.sandbox.app import create_sandbox
from integrations.payments.sandbox.engine import Sandbox
from integrations.payments.sandbox.events import API_VERSION
from integrations.payments.sandbox.server import served
from integrations.payments.sandbox.settings import SandboxSettings, utc_now

API_KEY = "sk_test_sandbox_tests"
WEBHOOK_SECRET = "whsec_sandbox_tests"

Row = dict[str, Any]

Client = stripe.StripeClient  # noqa: TID251 the sandbox is tried with the client itself, without an adapter


class Control:
    """The sandbox's control, as a test uses it. A refused control request raises `httpx.HTTPStatusError`."""

    def __init__(self, address: str, api_key: str = API_KEY) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{address}/_sandbox",
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=60,
            trust_env=False,
        )

    async def pay(self, session_id: str, card: str = "pm_card_visa", approve: bool | None = True) -> Row:
        """Complete the hosted page: `outcome`, `session`, `intent`, `error`. `approve` answers the issuer."""
        return await self._post(f"/pay/{session_id}", {"card": card, "approve": approve})

    async def authenticate(self, intent_id: str, approve: bool = True) -> Row:
        """Answer the issuer's question about an intent; the intent afterwards."""
        return await self._post(f"/authenticate/{intent_id}", {"approve": approve})

    async def advance(self, seconds: float) -> int:
        """Move the clock forward; what falls due has happened when this returns. The new time."""
        return int((await self._post("/clock", {"advance_seconds": seconds}))["now"])

    async def freeze(self, frozen: bool = True) -> int:
        """Let the clock stand still, or run again. Its time."""
        return int((await self._post("/clock", {"freeze": frozen}))["now"])

    async def now(self) -> int:
        """The sandbox's time in seconds."""
        answer = await self._client.get("/clock")
        return int(answer.raise_for_status().json()["now"])

    async def fault(self, kind: str, **fields: Any) -> Row:
        """Put a fault in force: `method`, `path` (a pattern), `rate`, `next_n`, `seconds`, `committed`."""
        return await self._post("/faults", {"kind": kind, **fields})

    async def clear_faults(self) -> None:
        """No faults any more."""
        (await self._client.delete("/faults")).raise_for_status()

    async def deliver(self, **policy: Any) -> Row:
        """Replace the delivery policy: `hold`, `drop`, `drop_types`, `duplicate`, `delay_seconds`, `order`,
        `wrong_signature`, `api_version`. Without fields: in order, at once, unharmed."""
        return await self._post("/delivery", policy)

    async def held(self) -> list[Row]:
        """Held deliveries, oldest first: `event`, `type`, `about`."""
        held: list[Row] = (await self.deliveries())["held"]
        return held

    async def deliveries(self) -> Row:
        """Policy, number waiting, held, and the `tries` made so far."""
        answer: Row = (await self._client.get("/delivery")).raise_for_status().json()
        return answer

    async def flush(self) -> Row:
        """Try all that waits or is held once, now: counts of `sent`, `lost`, `refused`."""
        return await self._post("/delivery/flush", {})

    async def resend(self, event_id: str) -> None:
        """Deliver an event again with the same id."""
        await self._post("/delivery/resend", {"event": event_id})

    async def stale(self, object_id: str, event_type: str | None = None) -> Row:
        """A new event with the oldest snapshot of an object; the event."""
        return await self._post("/delivery/stale", {"object": object_id, "type": event_type})

    async def dispute(self, intent_id: str, inquiry: bool = False) -> Row:
        """Open a dispute over a captured payment."""
        return await self._post("/disputes", {"payment_intent": intent_id, "inquiry": inquiry})

    async def close_dispute(self, dispute_id: str, won: bool) -> Row:
        """Decide a dispute."""
        return await self._post(f"/disputes/{dispute_id}/close", {"won": won})

    async def dump(self) -> Row:
        """Everything the sandbox knows; rows below `objects` by kind."""
        state: Row = (await self._client.get("/state")).raise_for_status().json()
        return state

    async def log(self) -> list[Row]:
        """The API requests so far: method, path, key, params, status, replayed, fault, object."""
        lines: list[Row] = (await self._client.get("/log")).raise_for_status().json()
        return lines

    async def reset(self) -> None:
        """Forget everything but the configured webhook endpoint."""
        await self._post("/reset", {})

    async def close(self) -> None:
        """Let go of the connection."""
        await self._client.aclose()

    async def _post(self, path: str, body: Row) -> Row:
        answer: Row = (await self._client.post(path, json=body)).raise_for_status().json()
        return answer


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that is being served."""

    address: str
    api_key: str
    webhook_secret: str
    control: Control
    sandbox: Sandbox
    transports: list[stripe.HTTPXClient] = field(default_factory=list)

    def client(self, *, api_key: str = API_KEY, timeout: float = 10, address: str | None = None) -> Client:
        """The real client, built as the application builds it; it is closed with the sandbox."""
        # The client hands httpx its bodies in a way httpx warns of; that is between the two.
        warnings.filterwarnings("ignore", message="Use 'content=", category=DeprecationWarning)
        transport = stripe.HTTPXClient(timeout=timeout)
        self.transports.append(transport)
        return Client(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": address or self.address},
            max_network_retries=0,
            http_client=transport,
        )

    async def close(self) -> None:
        """Let go of every connection."""
        for transport in self.transports:
            await transport.close_async()  # type: ignore[no-untyped-call]
        await self.control.close()
        await self.sandbox.stop()


@asynccontextmanager
async def running_sandbox(
    webhook_url: str | None = None,
    *,
    state_path: Path | None = None,
    public_base: str | None = None,
    seed: int = 1,
    now: Callable[[], datetime] = utc_now,
) -> AsyncIterator[RunningSandbox]:
    """A sandbox of its own, served while inside."""
    app = create_sandbox(
        SandboxSettings(
            state_path=state_path,
            public_base=public_base,
            webhook_url=webhook_url,
            webhook_secret=WEBHOOK_SECRET if webhook_url else None,
            seed=seed,
            now=now,
        )
    )
    async with served(app) as (address, _):
        sandbox = RunningSandbox(address, API_KEY, WEBHOOK_SECRET, Control(address), app.state.sandbox)
        try:
            yield sandbox
        finally:
            await sandbox.close()


class Receiver:
    """A webhook endpoint that keeps what it was sent. `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.events: list[Row] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        await self._take(dict(scope["headers"]), body)
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, headers: dict[bytes, bytes], body: bytes) -> None:
        self.bodies.append(body)
        self.signatures.append(headers[b"stripe-signature"].decode())
        self.events.append(json.loads(body))

    def types(self) -> list[str]:
        """The types of the events received, in order."""
        return [event["type"] for event in self.events]
