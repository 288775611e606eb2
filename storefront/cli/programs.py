"""The programs that keep running: everything in one process, or web, worker and payment stand-in apart."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.failpoints import arm_from_environment
from campaigns.foundation.logs import configure_logs
from campaigns.foundation.revision import at_head
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store, open_store
from integrations.adapters import STAND_IN_PREFIX, Adapters, StandIn, build_adapters, open_stand_in
from scheduler.main import ringing, surroundings_of
from storefront.asgi import Storefront, create_app
from storefront.cli.server import bind, serving
from storefront.cli.stopping import UNFIT, Stop

Told = Callable[[Settings], Awaitable[None]]


@dataclass(frozen=True)
class Together:
    """The storefront, and below its prefix the payment stand-in, which our rules for requests leave alone."""

    storefront: Storefront
    stand_in: StandIn

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        below = scope["type"] == "http" and scope["path"].startswith(f"{STAND_IN_PREFIX}/")
        await (self.stand_in if below else self.storefront)(scope, receive, send)


@dataclass(frozen=True)
class Opened:
    """What every program of an installation stands on."""

    store: Store
    adapters: Adapters
    storefront: Storefront


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """The storefront over this installation's database and adapters; closed at the end. Raises Stop."""
    store, adapters = open_store(settings.database), build_adapters(settings)
    try:
        if not await at_head(store):
            raise Stop("The database does not have this version's tables. Run: quorum migrate", status=UNFIT)
        keys, clock = settings.keys(), DatabaseClock()
        app = create_app(settings=settings, store=store, clock=clock, adapters=adapters, keys=keys)
        yield Opened(store, adapters, app)
    finally:
        await adapters.close()
        await store.close()


async def serve_all(settings: Settings, listening: socket.socket, *, on_ready: Told) -> None:
    """Web, worker and, without a Stripe key, the payment stand-in in this process, until told to stop.

    The port of `settings` is the one of the bound socket. Raises Stop.
    """
    stand_in = _mounted(settings) if _mounts(settings) else None
    async with opened(settings) as parts, _delivering(stand_in):
        app = Together(parts.storefront, stand_in) if stand_in else parts.storefront
        prepare(settings)
        async with serving(app, listening) as server:
            surroundings = surroundings_of(
                settings, store=parts.store, clock=DatabaseClock(), adapters=parts.adapters
            )
            # The alarm stops before the server does: its calls may go to the stand-in in this very process.
            async with ringing(surroundings):
                await on_ready(settings)
                await server.told_to_stop.wait()


async def serve_web(settings: Settings, listening: socket.socket, *, on_ready: Told) -> None:
    """The web alone, until told to stop. Raises Stop."""
    async with opened(settings) as parts:
        prepare(settings)
        async with serving(parts.storefront, listening) as server:
            await on_ready(settings)
            await server.told_to_stop.wait()


async def serve_stand_in(settings: Settings, port: int, webhook_url: str, *, on_ready: Told) -> None:
    """The payment stand-in alone, for several web and worker processes, until told to stop. Raises Stop."""
    bind("127.0.0.1", port).close()
    stand_in = open_stand_in(settings, webhook_url=webhook_url)
    prepare(settings)
    stop = asyncio.Event()
    async with stand_in.served(port) as (address, task):
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await on_ready(settings.model_copy(update={"stripe_api_base": address}))
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({told, task}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()


def prepare(settings: Settings) -> None:
    """Logs and, in tests, failpoints. Last, because libraries set up their own logs when they are built."""
    configure_logs(settings.log_level, settings.keys())
    if settings.failpoint:
        arm_from_environment(settings.failpoint)


def need_processor(settings: Settings) -> None:
    """Several processes need one processor between them. Raises Stop if there is none."""
    if _mounts(settings):
        raise Stop(
            "There is nobody to pay: set STRIPE_API_KEY, or start quorum sandbox and set"
            " QUORUM_STRIPE_API_BASE to its address. Everything in one process is quorum serve.",
            status=UNFIT,
        )


def _mounts(settings: Settings) -> bool:
    return settings.sandboxed and not settings.stripe_api_base


def _mounted(settings: Settings) -> StandIn:
    own = f"http://127.0.0.1:{settings.port}"
    return open_stand_in(
        settings,
        webhook_url=f"{own}/webhooks/stripe",
        public_base=f"{settings.address}{STAND_IN_PREFIX}",
    )


@asynccontextmanager
async def _delivering(stand_in: StandIn | None) -> AsyncIterator[None]:
    if stand_in is None:
        yield
        return
    async with stand_in.running():
        yield
