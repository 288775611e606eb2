"""Serving the sandbox on this machine, and only on this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from litestar.types import ASGIApp

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """Says when it is ready, instead of being asked again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def served(app: ASGIApp, port: int = 0) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    """The address of the served application and the task that ends with the server. Port 0: a free one."""
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(), name="sandbox server")
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if not server.started:
        await task
        raise RuntimeError("The sandbox's server did not start.")
    try:
        yield f"http://{HOST}:{server.servers[0].sockets[0].getsockname()[1]}", task
    finally:
        server.should_exit = True
        await task
