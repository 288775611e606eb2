"""Control below /_sandbox: what tests and demos do to the sandbox, and no application can ask of Stripe."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from litestar import Request, Router, delete, get, post
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from integrations.payments.sandbox import disputes, events, paying
from integrations.payments.sandbox.addresses import base_of
from integrations.payments.sandbox.clock import SandboxClock
from integrations.payments.sandbox.delivery import Policy
from integrations.payments.sandbox.execution import authenticate
from integrations.payments.sandbox.ids import random_text
from integrations.payments.sandbox.paying import Typed
from integrations.payments.sandbox.refusals import Refusal, not_found
from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import Change, Row

if TYPE_CHECKING:
    from integrations.payments.sandbox.engine import Sandbox

AnyConnection = ASGIConnection[Any, Any, Any, Any]
AnyRequest = Request[Any, Any, Any]


def needs_key(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Only programs that hold a sandbox key, so no web page can press these buttons for somebody."""
    authenticate(connection.headers.get("authorization", ""))


async def sandbox_of(connection: AnyConnection) -> Sandbox:
    """The running sandbox of this application."""
    sandbox: Sandbox = connection.app.state.sandbox
    await sandbox.start()
    return sandbox


@get("/state")
async def state(request: AnyRequest) -> Row:
    """Everything: clock, faults, delivery, and every row by kind."""
    sandbox = await sandbox_of(request)
    await sandbox.tick()
    courier = sandbox.courier
    return {
        "seed": sandbox.settings.seed,
        "now": sandbox.clock.now(),
        "clock": sandbox.clock.dump(),
        "faults": sandbox.faults.dump(),
        "delivery": courier.policy.dump(),
        "waiting": len(courier.waiting),
        "held": len(courier.held),
        "objects": {
            kind: [shown(row) for row in rows.values()] for kind, rows in sandbox.state.tables.items() if rows
        },
    }


@get("/log")
async def log(request: AnyRequest) -> list[Row]:
    """The requests below /v1, oldest first: method, path, key, params, status, replayed, fault, object."""
    return list((await sandbox_of(request)).log)


@post("/reset")
async def reset(request: AnyRequest) -> Row:
    """Forget everything but the configured webhook endpoint."""
    await (await sandbox_of(request)).reset()
    return {"reset": True}


@get("/clock")
async def show_clock(request: AnyRequest) -> Row:
    """The sandbox's time."""
    sandbox = await sandbox_of(request)
    return {"now": sandbox.clock.now(), **sandbox.clock.dump()}


@post("/clock", status_code=200)
async def set_clock(request: AnyRequest, data: JSONBody[Row]) -> Row:
    """`freeze` (true or false) first, then `advance_seconds`; what falls due happens before the answer."""
    sandbox = await sandbox_of(request)
    freeze, seconds = data.get("freeze"), float(data.get("advance_seconds", 0))

    def move(clock: SandboxClock) -> None:
        if freeze is not None:
            clock.freeze() if freeze else clock.thaw()
        clock.advance(seconds)

    await sandbox.move_clock(move)
    return {"now": sandbox.clock.now(), **sandbox.clock.dump()}


@post("/faults")
async def add_fault(request: AnyRequest, data: JSONBody[Row]) -> Row:
    """Put a fault in force; the fields of `faults.Fault`."""
    return asdict((await sandbox_of(request)).faults.add(data))


@delete("/faults", status_code=200)
async def clear_faults(request: AnyRequest) -> Row:
    """No faults any more."""
    (await sandbox_of(request)).faults.clear()
    return {"faults": []}


@get("/delivery")
async def show_delivery(request: AnyRequest) -> Row:
    """The policy, what waits, what is held (oldest first) and a line for each try so far."""
    sandbox = await sandbox_of(request)
    courier = sandbox.courier
    held = [_held_line(sandbox, delivery_id) for delivery_id in courier.held]
    return {
        "policy": courier.policy.dump(),
        "waiting": len(courier.waiting),
        "held": held,
        "tries": list(courier.lines),
    }


@post("/delivery", status_code=200)
async def set_delivery(request: AnyRequest, data: JSONBody[Row]) -> Row:
    """Replace the delivery policy; fields left out are as in `delivery.Policy`."""
    courier = (await sandbox_of(request)).courier
    courier.policy = Policy(**{**data, "drop_types": tuple(data.get("drop_types", ()))})
    return courier.policy.dump()


@post("/delivery/flush", status_code=200)
async def flush(request: AnyRequest) -> Row:
    """Try everything that waits or is held once, now."""
    return dict(await (await sandbox_of(request)).courier.flush())


@post("/delivery/resend", status_code=200)
async def resend(request: AnyRequest, data: JSONBody[Row]) -> Row:
    """Deliver an event again, with the same id: `{"event": "evt_…"}`."""
    sandbox = await sandbox_of(request)
    await sandbox.change(lambda change: _resend(change, str(data["event"])))
    return {"event": data["event"]}


@post("/delivery/stale", status_code=200)
async def stale(request: AnyRequest, data: JSONBody[Row]) -> Row:
    """A new event with the oldest snapshot of an object (or of `type`): `{"object": "pi_…", "type": …}`."""
    sandbox = await sandbox_of(request)
    return await sandbox.change(lambda change: _stale(change, str(data["object"]), data.get("type")))


@post("/disputes")
async def dispute(request: AnyRequest, data: JSONBody[Row]) -> Row:
    """Open a dispute: `{"payment_intent": "pi_…", "inquiry": false, "reason": "fraudulent"}`."""
    sandbox = await sandbox_of(request)
    return shown(await sandbox.change(lambda change: _dispute(change, data)))


@post("/disputes/{dispute_id:str}/close", status_code=200)
async def close_dispute(request: AnyRequest, dispute_id: FromPath[str], data: JSONBody[Row]) -> Row:
    """Decide a dispute: `{"won": true}`."""
    sandbox = await sandbox_of(request)
    won = bool(data["won"])
    return shown(
        await sandbox.change(
            lambda change: disputes.close(change, change.edit("dispute", dispute_id), won=won)
        )
    )


@post("/pay/{session_id:str}", status_code=200)
async def pay(request: AnyRequest, session_id: FromPath[str], data: JSONBody[Row]) -> Row:
    """Pay a session without its page: `{"card": number or pm_card_…, "approve": true, "email": …}`.

    approve: how a question of the issuer is answered; null leaves it open.
    outcome: `complete`, `declined`, or `requires_action`; with the session, its intent and the error, if any.
    """
    sandbox = await sandbox_of(request)
    typed = Typed(card=str(data["card"]), email=str(data.get("email") or ""))
    base, approve = base_of(request.scope, "/_sandbox/"), data.get("approve", True)
    try:
        session = await sandbox.change(lambda change: paying.pay(change, session_id, typed), base)
        intent_id = paying.intent_id_of(session)
        if session["status"] == "open" and approve is not None and intent_id is not None:
            await sandbox.change(lambda change: paying.answer(change, intent_id, approved=bool(approve)))
    except Refusal as refusal:
        if refusal.status != 402:
            raise
        return _outcome(sandbox, session_id, refusal.body()["error"])
    return _outcome(sandbox, session_id, None)


@post("/authenticate/{intent_id:str}", status_code=200)
async def authenticate_intent(request: AnyRequest, intent_id: FromPath[str], data: JSONBody[Row]) -> Row:
    """Answer the issuer's question about an intent: `{"approve": true}`; the intent afterwards."""
    sandbox = await sandbox_of(request)
    approved = bool(data["approve"])
    try:
        return shown(await sandbox.change(lambda change: paying.answer(change, intent_id, approved=approved)))
    except Refusal as refusal:
        intent: Row | None = refusal.about.get("payment_intent") or refusal.about.get("setup_intent")
        if intent is None:
            raise
        return intent


def control_router() -> Router:
    """Everything below /_sandbox."""
    return Router(
        path="/_sandbox",
        guards=[needs_key],
        route_handlers=[
            state, log, reset, show_clock, set_clock, add_fault, clear_faults, show_delivery, set_delivery,
            flush, resend, stale, dispute, close_dispute, pay, authenticate_intent,
        ],
    )  # fmt: skip


def _held_line(sandbox: Sandbox, delivery_id: str) -> Row:
    event = sandbox.state.rows("event")[sandbox.state.rows("delivery")[delivery_id]["event"]]
    return {"event": event["id"], "type": event["type"], "about": event["_about"]}


def _outcome(sandbox: Sandbox, session_id: str, error: Row | None) -> Row:
    session = sandbox.state.rows("checkout.session")[session_id]
    kind = "setup_intent" if session["mode"] == "setup" else "payment_intent"
    intent = sandbox.state.rows(kind).get(session[kind] or "")
    outcome = "declined" if error else "complete" if session["status"] == "complete" else "requires_action"
    return {
        "outcome": outcome,
        "session": shown(session),
        "intent": shown(intent) if intent else None,
        "error": error,
    }


def _resend(change: Change, event_id: str) -> None:
    event = change.edit("event", event_id)
    for endpoint in change.all("webhook_endpoint"):
        event["pending_webhooks"] += 1
        row = {"id": random_text(), "event": event_id, "endpoint": endpoint["id"], "state": "new", "tries": 0}
        change.put("delivery", row)


def _stale(change: Change, object_id: str, event_type: str | None) -> Row:
    for event in change.all("event"):
        if event["_about"] == object_id and event_type in (None, event["type"]):
            return shown(events.emit_again(change, event))
    raise not_found("event", object_id, "object")


def _dispute(change: Change, data: Row) -> Row:
    intent = change.need("payment_intent", str(data["payment_intent"]), param="payment_intent")
    charge = change.edit("charge", intent["latest_charge"] or "", param="charge")
    return disputes.open_dispute(
        change, charge, inquiry=bool(data.get("inquiry")), reason=str(data.get("reason", "fraudulent"))
    )
