"""Serve one application on this machine, and go down in good order when told to."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import uvicorn

from storefront.cli.stopping import Stop

# A request may take ten seconds to finish; then the rest is cut off.
GRACEFUL_S = 12


class Server(uvicorn.Server):
    """Says when it is ready and when it was told to stop; whoever runs it decides when it does."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.told_to_stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours, because the server's own sends the signal on and so ends with another status than 0."""
        numbers = (signal.SIGTERM, signal.SIGINT)
        earlier = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal asks, the second insists."""
        if self.told_to_stop.is_set():
            self.should_exit = self.force_exit = True
        self.told_to_stop.set()


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises Stop if the port is taken or not ours to take."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as fault:
        listening.close()
        if fault.errno == errno.EADDRINUSE:
            raise Stop(
                f"Port {port} is taken. Choose another: PORT={port + 1} and the same command."
            ) from None
        raise Stop(f"Cannot listen on {host}, port {port}: {fault.strerror}.", status=2) from None
    listening.listen(2048)  # whoever comes while we get ready waits instead of being refused
    return listening


def port_of(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


@asynccontextmanager
async def serving(app: Any, listening: socket.socket) -> AsyncIterator[Server]:
    """A server that answers while inside. At the end it finishes what it has, for at most `GRACEFUL_S`.

    Raises Stop if the application refuses to start.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=GRACEFUL_S,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve([listening]), name="web server")
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if task.done() or not server.started:
        await task
        raise Stop("The web application did not start; the lines above say why.", status=2)
    try:
        yield server
    finally:
        server.should_exit = True
        await task
