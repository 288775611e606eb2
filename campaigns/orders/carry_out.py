"""Carry out one owed call: ask the processor outside any transaction, then record what it said (rule 2, 3, 4).

What the answer means is decided in `apply`; here stands only what a call that went wrong means for its effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import Leased, bury, finish, postpone, renew_key, sending
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store, Unit
from campaigns.orders.apply import apply_payment
from campaigns.orders.checkout import bind_session, checkout_of, refuse_checkout
from campaigns.orders.lapse import apply_session
from campaigns.orders.payment_rules import PaymentMismatch
from campaigns.orders.ports import (
    CardRefused,
    OutcomeUnknown,
    PaymentProcessor,
    PaymentView,
    ProcessorBusy,
    ProcessorError,
    RefundView,
    RefusedForGood,
    ServerError,
    SessionView,
    UnexpectedState,
)
from campaigns.orders.refund import apply_refund

View = SessionView | PaymentView | RefundView
# A payment like this is undecided; look again with the same key.
_UNDER_WAY = ("processing", "requires_action", "requires_confirmation")


@dataclass(frozen=True)
class Outside:
    """What carrying out needs: where to record, what time it is, whom to ask."""

    store: Store
    clock: Clock
    processor: PaymentProcessor
    keys: Keys


async def carry_out(effect: Leased, outside: Outside) -> None:
    """One try of a leased money effect. Never raises for what the processor does; the row says what came of it."""
    async with outside.store.begin() as unit:
        now = await outside.clock.now(unit)
        first = effect.read_first(now)
        if not await sending(unit, effect, now):
            return
    try:
        answer = await (_look_up if first else _ask)(effect, outside)
        await failpoint("carry_out.answered")
    except (CardRefused, UnexpectedState) as error:
        await _overtaken(effect, error, outside)
    except ProcessorError as error:
        await _went_wrong(effect, error, outside)
    else:
        await _record(effect, answer, outside)


async def _ask(effect: Leased, outside: Outside) -> View | None:
    return await _CALLS[effect.kind](effect, outside.processor)


async def _open(effect: Leased, processor: PaymentProcessor) -> View:
    return await processor.open_checkout(checkout_of(effect.params), key=effect.call_key)


async def _expire(effect: Leased, processor: PaymentProcessor) -> View:
    session = await processor.expire_session(effect.params["session_id"], key=effect.call_key)
    return await _what_became(session, processor)


async def _what_became(session: SessionView, processor: PaymentProcessor) -> View:
    """A page that was completed before it could be closed: its payment is the answer, notice or no notice (F19)."""
    if session.status == "complete" and session.payment_id:
        return await processor.read_payment(session.payment_id)
    return session


async def _capture(effect: Leased, processor: PaymentProcessor) -> View:
    return await processor.capture(effect.params["payment_id"], _money(effect), key=effect.call_key)


async def _release(effect: Leased, processor: PaymentProcessor) -> View:
    return await processor.release(effect.params["payment_id"], key=effect.call_key)


async def _refund(effect: Leased, processor: PaymentProcessor) -> View:
    params = effect.params
    return await processor.refund(
        params["payment_id"], _money(effect), refund_id=params["refund_id"], key=effect.call_key
    )


def _money(effect: Leased) -> Money:
    return Money(effect.params["amount_minor"], effect.params["currency"])


_CALLS: dict[str, Callable[[Leased, PaymentProcessor], Awaitable[View]]] = {
    "checkout": _open,
    "expire_checkout": _expire,
    "capture": _capture,
    "release": _release,
    "refund": _refund,
}


async def _look_up(effect: Leased, outside: Outside) -> View | None:
    """Ask what became of earlier tries before anything is sent again (F7, F8). None: it did not happen."""
    if effect.kind == "checkout":
        return None  # a page whose address nobody has can be paid by nobody
    if effect.kind == "expire_checkout":
        session = await outside.processor.read_session(effect.params["session_id"])
        return None if session.status == "open" else await _what_became(session, outside.processor)
    if effect.kind == "refund":
        async for refund in outside.processor.refunds_of(effect.params["payment_id"]):
            if refund.our_refund == effect.params["refund_id"]:
                return refund
        return None
    payment = await outside.processor.read_payment(effect.params["payment_id"])
    return None if payment.status == "requires_capture" else payment


async def _overtaken(effect: Leased, error: ProcessorError, outside: Outside) -> None:
    """Declined, or somebody was faster: what became of the payment is the answer (rule d)."""
    try:
        if effect.kind == "refund":
            answer = await _look_up(effect, outside)
        else:
            answer = error.payment or await outside.processor.read_payment(effect.params["payment_id"])
    except ProcessorError as unclear:
        await _went_wrong(effect, unclear, outside)
        return
    if answer is None:
        await _went_wrong(effect, RefusedForGood(error.code), outside)  # no refund there, and none to be had
    else:
        await _record(effect, answer, outside)


async def _record(effect: Leased, answer: View | None, outside: Outside) -> None:
    """Apply the answer and close the effect, in one transaction."""
    async with outside.store.begin() as unit:
        now = await outside.clock.now(unit)
        if answer is None:
            await renew_key(unit, effect, now)
            return
        if isinstance(answer, PaymentView) and _is_under_way(effect, answer):
            await postpone(unit, effect, now, error=answer.status, state="unknown")
            return
        await failpoint(f"record.{effect.kind}")
        try:
            await apply(answer, effect, unit=unit, now=now, keys=outside.keys)
        except PaymentMismatch as error:
            await bury(unit, effect, now, error=str(error))
            return
        await finish(unit, effect.id, _reference(answer), now)


def _is_under_way(effect: Leased, payment: PaymentView) -> bool:
    """Whether a call has not come to its end; a hold that stands was neither captured nor released."""
    held = payment.status == "requires_capture" and effect.kind in ("capture", "release")
    return held or payment.status in _UNDER_WAY


async def apply(answer: View, effect: Leased, *, unit: Unit, now: datetime, keys: Keys) -> None:
    """Hand an answer to the function that turns its kind of truth into order state."""
    if isinstance(answer, PaymentView):
        await apply_payment(answer, unit=unit, now=now, keys=keys)
    elif isinstance(answer, RefundView):
        await apply_refund(answer, unit=unit, now=now)
    elif effect.kind == "checkout":
        await bind_session(answer, effect, unit=unit, now=now)
    else:
        await apply_session(answer, unit=unit, now=now)


def _reference(answer: Any) -> str:
    for name in ("refund_id", "session_id", "payment_id"):
        if reference := getattr(answer, name, None):
            return str(reference)
    return "answered"


async def _went_wrong(effect: Leased, error: ProcessorError, outside: Outside) -> None:
    """No answer to apply: the same key later, unless it was refused for good."""
    async with outside.store.begin() as unit:
        now = await outside.clock.now(unit)
        if isinstance(error, ServerError):
            await postpone(unit, effect, now, error="server_error", state="unknown")
        elif isinstance(error, ProcessorBusy):
            await postpone(unit, effect, now, error=error.code or "busy", wait_s=error.retry_after_s)
        elif isinstance(error, OutcomeUnknown):
            await postpone(unit, effect, now, error=error.code or "no_answer", state="unknown")
        else:
            await bury(unit, effect, now, error=error.code or "refused")
            if effect.kind == "checkout":
                await refuse_checkout(effect, unit=unit, now=now)
