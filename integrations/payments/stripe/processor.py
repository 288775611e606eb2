"""Payments through Stripe, or through our sandbox of it: the same code speaks to both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import stripe

from campaigns.foundation.effects import CALL_TIMEOUT_S
from campaigns.foundation.money import Money
from campaigns.foundation.notices import Notice
from campaigns.foundation.settings import Settings
from campaigns.orders.ports import (
    Checkout,
    OutcomeUnknown,
    PaymentView,
    ProcessorError,
    RefundView,
    RefusedForGood,
    SessionView,
)
from integrations.payments.stripe import notices
from integrations.payments.stripe.checkout import session_parameters
from integrations.payments.stripe.client import Client, Clients, is_live, webhook_secrets
from integrations.payments.stripe.faults import is_replay, port_error
from integrations.payments.stripe.views import Origin, payment_view, refund_view, session_view

if TYPE_CHECKING:
    from stripe import PaymentIntent, RequestOptions
    from stripe.params import (
        PaymentIntentCancelParams,
        PaymentIntentCaptureParams,
        PaymentIntentListParams,
        RefundCreateParams,
        RefundListParams,
    )

_PAGE = 100


class StripeProcessor:
    """A PaymentProcessor. Keys are sent with the installation in front, so that accounts can be shared.

    An answer that merely repeats an earlier one under its key is read again before it is believed.
    """

    def __init__(self, settings: Settings, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._origin = Origin(settings.installation, live=is_live(settings))
        self._clients = Clients(settings, timeout_s=timeout_s)
        self._secrets = webhook_secrets(settings)

    async def open_checkout(self, checkout: Checkout, *, key: str) -> SessionView:
        parameters = session_parameters(checkout, self._origin.installation)
        async with self._asking() as client:
            session = await client.v1.checkout.sessions.create_async(parameters, self._under(key))
            if _repeated(session):
                session = await client.v1.checkout.sessions.retrieve_async(session.id)
            return session_view(session.to_dict(), self._origin)

    async def read_session(self, session_id: str) -> SessionView:
        async with self._asking() as client:
            session = await client.v1.checkout.sessions.retrieve_async(session_id)
            return session_view(session.to_dict(), self._origin)

    async def expire_session(self, session_id: str, *, key: str) -> SessionView:
        async with self._asking() as client:
            sessions = client.v1.checkout.sessions
            try:
                session = await sessions.expire_async(session_id, {}, self._under(key))
            except stripe.InvalidRequestError:
                session = await sessions.retrieve_async(session_id)
                if session.status == "open":
                    raise  # it was refused for another reason than being over
            else:
                if _repeated(session):
                    session = await sessions.retrieve_async(session_id)
            return session_view(session.to_dict(), self._origin)

    async def read_payment(self, payment_id: str) -> PaymentView:
        async with self._asking() as client:
            return await self._read(client, payment_id)

    async def capture(self, payment_id: str, amount: Money, *, key: str) -> PaymentView:
        parameters: PaymentIntentCaptureParams = {
            "amount_to_capture": amount.amount_minor,
            "expand": ["latest_charge"],
        }
        async with self._asking() as client:
            sent = client.v1.payment_intents.capture_async(payment_id, parameters, self._under(key))
            return await self._moved(client, payment_id, sent)

    async def release(self, payment_id: str, *, key: str) -> PaymentView:
        parameters: PaymentIntentCancelParams = {"expand": ["latest_charge"]}
        async with self._asking() as client:
            sent = client.v1.payment_intents.cancel_async(payment_id, parameters, self._under(key))
            return await self._moved(client, payment_id, sent)

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str, key: str) -> RefundView:
        parameters: RefundCreateParams = {
            "payment_intent": payment_id,
            "amount": amount.amount_minor,
            "metadata": {"installation": self._origin.installation, "refund": refund_id},
        }
        async with self._asking() as client:
            refund = await client.v1.refunds.create_async(parameters, self._under(key))
            if _repeated(refund):
                refund = await client.v1.refunds.retrieve_async(refund.id)
            return refund_view(refund.to_dict(), self._origin)

    async def read_refund(self, refund_id: str) -> RefundView:
        async with self._asking() as client:
            refund = await client.v1.refunds.retrieve_async(refund_id)
            return refund_view(refund.to_dict(), self._origin)

    async def refunds_of(self, payment_id: str) -> AsyncIterator[RefundView]:
        """Every refund of a payment, ours or made elsewhere, newest first. Each page is one call."""
        parameters: RefundListParams = {"payment_intent": payment_id, "limit": _PAGE}
        more = True
        while more:
            async with self._asking() as client:
                page = await client.v1.refunds.list_async(parameters)
            for refund in page.data:
                yield refund_view(refund.to_dict(), self._origin)
                parameters["starting_after"] = refund.id
            more = page.has_more

    async def payments_since(self, instant: datetime) -> AsyncIterator[PaymentView]:
        """Every payment of this installation created since, newest first. Each page is one call."""
        parameters: PaymentIntentListParams = {
            "created": {"gte": int(instant.timestamp())},
            "limit": _PAGE,
            "expand": ["data.latest_charge"],
        }
        more = True
        while more:
            async with self._asking() as client:
                page = await client.v1.payment_intents.list_async(parameters)
            for intent in page.data:
                view = payment_view(intent.to_dict(), self._origin)
                parameters["starting_after"] = view.payment_id
                if view.ours:
                    yield view
            more = page.has_more

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        return notices.read_notice(body, signature, self._secrets, now=now)

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._clients.close()

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[Client]:
        """The client, for at most `timeout_s` in all; what goes wrong leaves as an error of the port."""
        try:
            # The client's own limit counts each phase of a call, so an answer that drips could outlast it.
            async with asyncio.timeout(self._timeout_s):
                yield self._clients.here()
        except TimeoutError as late:
            raise OutcomeUnknown("timeout") from late
        except stripe.StripeError as fault:
            raise port_error(fault, self._origin) from fault

    def _under(self, key: str) -> RequestOptions:
        return {"idempotency_key": f"{self._origin.installation}:{key}"}

    async def _read(self, client: Client, payment_id: str) -> PaymentView:
        intent = await client.v1.payment_intents.retrieve_async(payment_id, {"expand": ["latest_charge"]})
        return payment_view(intent.to_dict(), self._origin)

    async def _moved(self, client: Client, payment_id: str, sent: Awaitable[PaymentIntent]) -> PaymentView:
        try:
            intent = await sent
        except (stripe.CardError, stripe.InvalidRequestError) as fault:
            error = port_error(fault, self._origin)
            if not isinstance(error, RefusedForGood):
                await self._look_again(client, payment_id, error)
            raise error from fault
        if _repeated(intent):
            return await self._read(client, payment_id)
        return payment_view(intent.to_dict(), self._origin)

    async def _look_again(self, client: Client, payment_id: str, error: ProcessorError) -> None:
        """Put the payment as it is now into a refusal: the one inside may be a repeated, older answer."""
        try:
            error.payment = await self._read(client, payment_id)
        except stripe.StripeError:
            return  # the payment inside the refusal is then the best we have


def _repeated(answer: stripe.StripeObject) -> bool:
    return answer.last_response is not None and is_replay(answer.last_response.headers)
