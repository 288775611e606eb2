"""The deal a buyer comes from, as a page of another origin, and an application the sandbox is mounted in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar

from integrations.payments.sandbox.app import create_sandbox, mounted, running
from integrations.payments.sandbox.server import served
from integrations.payments.sandbox.settings import SandboxSettings
from tests.ports.sandbox.running import API_KEY, WEBHOOK_SECRET, Control, RunningSandbox


async def deal(scope: Any, receive: Any, send: Any) -> None:
    """Answers every address with a page that names it."""
    if scope["type"] != "http":
        return
    query = scope["query_string"].decode()
    text = f"<!doctype html><title>Deal</title><h1>The deal</h1><p id=where>{scope['path']}?{query}</p>"
    headers = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


@asynccontextmanager
async def mounted_sandbox(path: str = "/sandbox/stripe") -> AsyncIterator[RunningSandbox]:
    """A sandbox below a path of another application."""
    app = create_sandbox(SandboxSettings())
    host = Litestar(
        route_handlers=[mounted(path, app)], lifespan=[lambda _: running(app)], openapi_config=None
    )
    async with served(host) as (address, _):
        below = f"{address}{path}"
        sandbox = RunningSandbox(below, API_KEY, WEBHOOK_SECRET, Control(below), app.state.sandbox)
        try:
            yield sandbox
        finally:
            await sandbox.close()
