"""The one place where a Stripe client is built, and where it is decided whom it talks to."""

from __future__ import annotations

import asyncio
from typing import TypeAlias
from weakref import WeakKeyDictionary

from stripe import StripeClient  # noqa: TID251 - the factory itself

from campaigns.foundation.settings import Settings
from integrations.payments.stripe.transport import Transport

Client: TypeAlias = StripeClient

API_VERSION = "2026-10-28.endive"
_SANDBOX_KEY = "sk_test_sandbox_local"


def api_key(settings: Settings) -> str:
    """The key in use: Stripe's, or the sandbox's where none is set."""
    return settings.stripe_api_key.get_secret_value() or _SANDBOX_KEY


def is_live(settings: Settings) -> bool:
    """Whether real money moves. `sk_live_…` and restricted `rk_live_…` keys say so themselves."""
    return "_live_" in api_key(settings)


def api_base(settings: Settings) -> str | None:
    """Where the sandbox listens: as set, or mounted in our own server. None means Stripe itself."""
    if not settings.sandboxed:
        return None
    return settings.stripe_api_base.rstrip("/") or f"http://127.0.0.1:{settings.port}/sandbox/stripe"


def webhook_secrets(settings: Settings) -> tuple[str, ...]:
    """Secrets a notice may be signed with. Several, separated by commas, while one is being replaced (S35).

    The sandbox may do without: it then shares one with us that follows from the installation's secret.
    """
    given = settings.stripe_webhook_secret.get_secret_value()
    secrets = tuple(part.strip() for part in given.split(",") if part.strip())
    if secrets or not settings.sandboxed:
        return secrets
    return tuple(f"whsec_{key.hex()}" for key in settings.keys().all_derived("stripe sandbox webhook"))


def open_client(settings: Settings, transport: Transport) -> Client:
    """A client of a pinned version that never retries: the outbox does, with the stored key."""
    base = api_base(settings)
    return StripeClient(
        api_key(settings),
        stripe_version=API_VERSION,
        base_addresses={"api": base} if base else None,
        max_network_retries=0,
        http_client=transport,
    )


class Clients:
    """One client per event loop, made when it is first asked for: connections do not cross loops."""

    def __init__(self, settings: Settings, *, timeout_s: float) -> None:
        self._settings, self._timeout_s = settings, timeout_s
        self._open: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Client, Transport]] = (
            WeakKeyDictionary()
        )

    def here(self) -> Client:
        """The client of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            transport = Transport(timeout_s=self._timeout_s, through_proxy=not self._settings.sandboxed)
            self._open[loop] = (open_client(self._settings, transport), transport)
        return self._open[loop][0]

    async def close(self) -> None:
        """Close the connections of the running loop. A later call opens new ones."""
        mine = self._open.pop(asyncio.get_running_loop(), None)
        if mine is not None:
            await mine[1].close_async()
