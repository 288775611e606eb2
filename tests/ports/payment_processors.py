"""A payment processor in front of a running sandbox, as the application has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from campaigns.foundation.money import Money
from campaigns.foundation.settings import Settings
from campaigns.orders.ports import Checkout
from integrations.payments.stripe.client import Client, Clients
from integrations.payments.stripe.processor import StripeProcessor
from tests.ports.sandbox.running import RunningSandbox, running_sandbox

EUR_76 = Money(7_600, "EUR")


def a_checkout(order_id: str = "o1", *, amount: Money = EUR_76, units: int = 2, attempt: int = 1) -> Checkout:
    return Checkout(
        order_id=order_id,
        deal_id="d1",
        attempt=attempt,
        amount=amount,
        title="Dinner for two",
        units=units,
        email="mara@example.com",
        expires_at=datetime.now(UTC) + timedelta(hours=2),
        success_url="http://127.0.0.1:8000/orders/o1",
        cancel_url="http://127.0.0.1:8000/deals/d1",
    )


@dataclass(frozen=True)
class Paying:
    """A processor, the sandbox behind it, and a bare client for what the processor never does."""

    processor: StripeProcessor
    client: Client
    sandbox: RunningSandbox
    home: Path

    async def hold(self, order_id: str = "o1", *, card: str = "pm_card_visa") -> str:
        """Open a page, pay on it, and answer the id of the payment that now holds 76.00 EUR."""
        session = await self.processor.open_checkout(a_checkout(order_id), key=f"cs:{order_id}:1")
        await self.sandbox.control.pay(session.session_id, card=card)
        payment_id = (await self.processor.read_session(session.session_id)).payment_id
        assert payment_id is not None
        return payment_id

    @asynccontextmanager
    async def neighbour(self, installation: str, *, timeout_s: float = 10) -> AsyncIterator[StripeProcessor]:
        """Another processor on the same account."""
        settings = settings_for(self.sandbox, self.home, installation)
        processor = StripeProcessor(settings, timeout_s=timeout_s)
        try:
            yield processor
        finally:
            await processor.close()


def settings_for(sandbox: RunningSandbox, home: Path, installation: str) -> Settings:
    return Settings(
        home=home,
        installation=installation,
        stripe_api_key=SecretStr(sandbox.api_key),
        stripe_webhook_secret=SecretStr(sandbox.webhook_secret),
        stripe_api_base=sandbox.address,
    )


@asynccontextmanager
async def paying(home: Path, *, webhook_url: str | None = None) -> AsyncIterator[Paying]:
    async with running_sandbox(webhook_url) as sandbox:
        settings = settings_for(sandbox, home, "here")
        processor, clients = StripeProcessor(settings), Clients(settings, timeout_s=10)
        try:
            yield Paying(processor, clients.here(), sandbox, home)
        finally:
            await clients.close()
            await processor.close()
