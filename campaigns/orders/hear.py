"""Act on a notice of the processor: read the object again and apply that, whatever the order of arrival (R54)."""

from __future__ import annotations

from campaigns.foundation.notices import Received, handled, put_back, refuse
from campaigns.orders.apply import OrderUnknown, apply_payment
from campaigns.orders.carry_out import Outside, View
from campaigns.orders.lapse import apply_session
from campaigns.orders.payment_rules import PaymentMismatch
from campaigns.orders.ports import PaymentView, ProcessorError, RefundView
from campaigns.orders.refund import apply_refund


async def hear(notice: Received, outside: Outside) -> None:
    """Handle one leased notice. What it says is only a hint where to look."""
    try:
        views = await _read(notice, outside)
    except ProcessorError as error:
        async with outside.store.begin() as unit:
            await put_back(unit, notice, await outside.clock.now(unit), error=error.code or "no_answer")
        return
    try:
        await _apply(notice, views, outside)
    except OrderUnknown as error:
        async with outside.store.begin() as unit:
            await put_back(unit, notice, await outside.clock.now(unit), error=f"no order {error}")
    except PaymentMismatch as error:
        async with outside.store.begin() as unit:
            await refuse(unit, notice, await outside.clock.now(unit), error=str(error))


async def _read(notice: Received, outside: Outside) -> list[View]:
    """The objects a notice is about, as they are now; none for a kind we do not follow."""
    processor, family = outside.processor, notice.type.split(".")[0]
    if notice.type.startswith("checkout.session."):
        session = await processor.read_session(notice.object_id)
        paid = [await processor.read_payment(session.payment_id)] if session.payment_id else []
        return [session, *paid]
    if family == "payment_intent":
        return [await processor.read_payment(notice.object_id)]
    if family == "refund":
        return [await processor.read_refund(notice.object_id)]
    if family == "charge":
        payment_id = notice.body.get("data", {}).get("object", {}).get("payment_intent")
        return [await processor.read_payment(payment_id)] if isinstance(payment_id, str) else []
    return []


async def _apply(notice: Received, views: list[View], outside: Outside) -> None:
    async with outside.store.begin() as unit:
        now = await outside.clock.now(unit)
        outcomes = []
        # The payment first: a page that expired while its payment was confirmed has not lapsed.
        for view in sorted(views, key=lambda v: not isinstance(v, PaymentView)):
            if isinstance(view, PaymentView):
                outcomes.append(await apply_payment(view, unit=unit, now=now, keys=outside.keys))
            elif isinstance(view, RefundView):
                outcomes.append(await apply_refund(view, unit=unit, now=now))
            else:
                outcomes.append(await apply_session(view, unit=unit, now=now))
        ours = any(outcome != "ignored" for outcome in outcomes)
        await handled(unit, notice.id, now, state="done" if ours else "ignored")
