"""What orders ask of whoever moves the money. Plain data on both sides; no client library shows through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from campaigns.foundation.money import Money
from campaigns.foundation.notices import Notice

PaymentStatus = Literal[
    "requires_payment_method", "requires_confirmation", "requires_action", "processing",
    "requires_capture", "succeeded", "canceled",
]  # fmt: skip
SessionStatus = Literal["open", "complete", "expired"]
RefundStatus = Literal["pending", "succeeded", "failed"]


@dataclass(frozen=True)
class Checkout:
    """A hosted payment page to be opened: holds `amount` on a card, charges nothing.

    `expires_at` is frozen with the order, so that asking again with the same key asks for the same thing.
    """

    order_id: str
    deal_id: str
    attempt: int
    amount: Money
    title: str
    units: int
    email: str
    expires_at: datetime
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class SessionView:
    """A hosted payment page as the processor has it. `url` only while it is open."""

    session_id: str
    status: SessionStatus
    url: str | None
    payment_id: str | None
    order_id: str | None
    ours: bool


@dataclass(frozen=True)
class PaymentView:
    """A payment as the processor has it now: the truth that orders follow.

    `ours` says that it is from this installation and this mode. `confirmed_at` is when the card was authorized;
    `capture_before` is when the hold ends. Amounts are minor units of `currency`.
    """

    payment_id: str
    status: PaymentStatus
    amount_minor: int
    received_minor: int
    currency: str
    ours: bool
    order_id: str | None
    attempt: int
    confirmed_at: datetime | None = None
    capture_before: datetime | None = None
    card_brand: str | None = None
    card_last4: str | None = None
    card_fingerprint: str | None = None
    error_code: str | None = None


@dataclass(frozen=True)
class RefundView:
    """A refund as the processor has it. `our_refund` is the id of our refund row, if we made it."""

    refund_id: str
    payment_id: str
    status: RefundStatus
    amount_minor: int
    currency: str
    our_refund: str | None


class ProcessorError(Exception):
    """The processor did not do what was asked. `code` is its own word for why."""

    def __init__(self, code: str = "", *, payment: PaymentView | None = None) -> None:
        super().__init__(code)
        self.code, self.payment = code, payment


class OutcomeUnknown(ProcessorError):
    """Time-out or lost connection: it may have been carried out. The same key asks again."""


class ProcessorBusy(ProcessorError):
    """Rate limit, or the same key is still running. The same key asks again, later."""

    def __init__(self, code: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s


class ServerError(ProcessorError):
    """A 500 that may be saved under the key and replayed for a day (F7)."""


class CardRefused(ProcessorError):
    """Final for this key: declined or wants authentication. `payment` is what became of it, where known."""


class UnexpectedState(ProcessorError):
    """Somebody was faster. `payment` is the truth to apply."""


class RefusedForGood(ProcessorError):
    """A fault in the request or the configuration: asking again will not help."""


class NoticeForged(Exception):
    """The signature is missing, wrong, too old or from the future: 401, nothing stored (F14)."""


class NoticeMalformed(Exception):
    """Not a notice at all: 400."""


@runtime_checkable
class PaymentProcessor(Protocol):
    """Every call takes at most 10 s and raises ProcessorError. `key` makes asking again harmless."""

    async def open_checkout(self, checkout: Checkout, *, key: str) -> SessionView: ...

    async def read_session(self, session_id: str) -> SessionView: ...

    async def expire_session(self, session_id: str, *, key: str) -> SessionView:
        """Close the page. One that is complete or expired already is answered as it is, not refused."""
        ...

    async def read_payment(self, payment_id: str) -> PaymentView: ...

    async def capture(self, payment_id: str, amount: Money, *, key: str) -> PaymentView: ...

    async def release(self, payment_id: str, *, key: str) -> PaymentView: ...

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str, key: str) -> RefundView: ...

    async def read_refund(self, refund_id: str) -> RefundView: ...

    def refunds_of(self, payment_id: str) -> AsyncIterator[RefundView]: ...

    def payments_since(self, instant: datetime) -> AsyncIterator[PaymentView]:
        """Every payment of this installation created since, newest first (the sweep, F13)."""
        ...

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        """Verify a webhook over its raw bytes. Raises NoticeForged or NoticeMalformed."""
        ...

    async def close(self) -> None: ...
