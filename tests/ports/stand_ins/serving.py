"""Serve a stand-in on a free loopback port, with switches for faults in front."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from integrations.payments.sandbox.server import served
from tests.ports.stand_ins.faults import Faults


@asynccontextmanager
async def faulty(app: Any) -> AsyncIterator[tuple[str, Faults]]:
    """The address and the switches of an application that is served while inside."""
    faults = Faults(app)
    log = logging.getLogger("uvicorn.error")
    was_disabled, log.disabled = (
        log.disabled,
        True,
    )  # half an answer is an error to uvicorn, and is meant here
    try:
        async with served(faults) as (address, _):
            try:
                yield address, faults
            finally:
                faults.release()
    finally:
        log.disabled = was_disabled


class Forward:
    """An ASGI application that hands everything to a server at another address, and its answer back."""

    def __init__(self, address: str) -> None:
        self._client = httpx.AsyncClient(base_url=address, trust_env=False, timeout=30)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), bool(part.get("more_body"))
        path = scope["raw_path"].decode() + ("?" + scope["query_string"].decode()).rstrip("?")
        headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
        answer = await self._client.request(scope["method"], path, content=body, headers=headers)
        kept = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower() not in (b"transfer-encoding", b"connection", b"content-encoding")
        ]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        await send({"type": "http.response.body", "body": answer.content})

    async def close(self) -> None:
        await self._client.aclose()
