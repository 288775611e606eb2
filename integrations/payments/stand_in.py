"""The payment stand-in of an installation: our sandbox of Stripe, in the same process or in its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from campaigns.foundation.settings import Settings
from integrations.payments.sandbox.app import create_sandbox, running
from integrations.payments.sandbox.server import served
from integrations.payments.sandbox.settings import SandboxSettings, utc_now
from integrations.payments.stripe.client import api_key, webhook_secrets

PREFIX = "/sandbox/stripe"
"""Where it is found below our own address."""

Pay = Callable[[str, str], Awaitable[str]]
"""Pay a session with a test card such as `pm_card_visa`: `complete`, `declined` or `requires_action`."""


@dataclass(frozen=True)
class StandIn:
    """An ASGI application below `PREFIX`, with a state file of its own. `key` opens its control."""

    app: Litestar
    key: str

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve a request whose path starts with `PREFIX`."""
        below: Any = {**scope, "path": scope["path"].removeprefix(PREFIX) or "/"}
        await self.app(below, receive, send)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Deliver webhooks while inside; let go of the state file at the end. For an app served by others."""
        return running(self.app)

    @asynccontextmanager
    async def served(self, port: int = 0) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
        """Serve it by itself; its address, without the prefix, and the task that ends with the server."""
        async with served(self.app, port) as found:
            yield found


def state_path(settings: Settings) -> Path:
    """Where the stand-in of an installation remembers its payments."""
    return settings.home / "sandbox.db"


def open_stand_in(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    webhook_url: str | None = None,
    public_base: str | None = None,
) -> StandIn:
    """The stand-in over this installation's state file, one process at a time.

    `now` is its clock. Without `webhook_url` it tells nobody anything. Without `public_base` its pages are
    linked by the address a request came to.
    """
    sandbox = SandboxSettings(
        state_path=state_path(settings),
        public_base=public_base,
        webhook_url=webhook_url,
        webhook_secret=webhook_secrets(settings)[0] if webhook_url else None,
        now=now,
    )
    return StandIn(create_sandbox(sandbox), api_key(settings))


@asynccontextmanager
async def paying(stand_in: StandIn, address: str) -> AsyncIterator[Pay]:
    """Do what buyers do on the payment pages of a served stand-in, while inside."""
    headers = {"Authorization": f"Bearer {stand_in.key}"}
    async with httpx.AsyncClient(headers=headers, base_url=address, timeout=30, trust_env=False) as client:

        async def pay(session_id: str, card: str) -> str:
            answer = await client.post(f"/_sandbox/pay/{session_id}", json={"card": card})
            return str(answer.raise_for_status().json()["outcome"])

        yield pay
