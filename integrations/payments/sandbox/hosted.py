"""The hosted pages: pay, answer the issuer's question, and what is shown when a session is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from integrations.payments.sandbox import paying
from integrations.payments.sandbox.addresses import base_of
from integrations.payments.sandbox.control import sandbox_of
from integrations.payments.sandbox.ids import kind_of
from integrations.payments.sandbox.pages import Page, card_groups, render, stylesheet
from integrations.payments.sandbox.paying import Typed
from integrations.payments.sandbox.refusals import Refusal, Row, not_found

if TYPE_CHECKING:
    from integrations.payments.sandbox.engine import Sandbox

AnyRequest = Request[Any, Any, Any]


@get("/c/sandbox.css")
async def css() -> Response[str]:
    """The one style sheet."""
    return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "max-age=300"})


@get("/c/pay/{session_id:str}")
async def show_payment(request: AnyRequest, session_id: FromPath[str]) -> Response[str]:
    """The card form, or what became of the session."""
    sandbox = await sandbox_of(request)
    await sandbox.tick()
    return _payment_page(sandbox, _session(sandbox, session_id))


@post("/c/pay/{session_id:str}")
async def submit_payment(request: AnyRequest, session_id: FromPath[str]) -> Response[Any]:
    """Submit the card form: on to the deal, to the issuer's question, or back with the reason."""
    sandbox = await sandbox_of(request)
    form = await request.form()
    typed = Typed(
        card=str(form.get("test_card") or form.get("number") or ""),
        expiry=str(form.get("exp") or "-"),
        cvc=str(form.get("cvc") or "-"),
        email=str(form.get("email") or "").strip(),
    )
    base = base_of(request.scope, "/c/pay/")
    try:
        await sandbox.change(lambda change: paying.pay(change, session_id, typed), base)
    except Refusal as refusal:
        if refusal.code == "resource_missing":
            raise
        session = _session(sandbox, session_id)
        if session["status"] != "open":
            return _payment_page(sandbox, session)
        return _payment_page(sandbox, session, refusal, typed)
    return _onward(sandbox, _session(sandbox, session_id))


@get("/c/auth/{intent_id:str}")
async def show_question(request: AnyRequest, intent_id: FromPath[str]) -> Response[Any]:
    """The issuer's question, or on if nothing is being asked."""
    sandbox = await sandbox_of(request)
    await sandbox.tick()
    intent = _intent(sandbox, intent_id)
    if intent["status"] != "requires_action":
        return _after_question(sandbox, intent)
    session = _session_of(sandbox, intent)
    targets = _targets(session) if session else (intent["_return_url"],)
    return render(Page("question.html", 200, targets), intent=intent, session=session)


@post("/c/auth/{intent_id:str}")
async def answer_question(request: AnyRequest, intent_id: FromPath[str]) -> Response[Any]:
    """Approve or refuse."""
    sandbox = await sandbox_of(request)
    form = await request.form()
    approved = form.get("answer") == "approve"
    try:
        await sandbox.change(lambda change: paying.answer(change, intent_id, approved=approved))
    except Refusal as refusal:
        if refusal.code == "resource_missing":
            raise
    return _after_question(sandbox, _intent(sandbox, intent_id))


def refused(_: AnyRequest, refusal: Refusal) -> Response[Any]:
    """A refusal outside /v1: a page below /c, JSON elsewhere."""
    if "/c/" in _.scope["path"]:
        return render(Page("gone.html", refusal.status, ()))
    return Response(refusal.body(), status_code=refusal.status)


def _payment_page(
    sandbox: Sandbox, session: Row, refusal: Refusal | None = None, typed: Typed | None = None
) -> Response[str]:
    if session["status"] != "open":
        return render(
            Page("over.html", 200 if session["status"] == "complete" else 410, _targets(session)),
            session=session,
            onward=_success_url(session),
        )
    problem = refusal.message if refusal else _last_problem(sandbox, session)
    status = 402 if refusal else 200
    return render(
        Page("pay.html", status, _targets(session)),
        session=session, problem=problem, field=refusal.param if refusal else None,
        email=_known_email(sandbox, session), typed_email=typed.email if typed else "", groups=card_groups(),
    )  # fmt: skip


def _onward(sandbox: Sandbox, session: Row) -> Response[Any]:
    if session["status"] == "complete":
        return Redirect(_success_url(session), status_code=303)
    intent_id = paying.intent_id_of(session)
    return Redirect(f"../auth/{intent_id}", status_code=303)


def _after_question(sandbox: Sandbox, intent: Row) -> Response[Any]:
    session = _session_of(sandbox, intent)
    if session is not None:
        if session["status"] == "complete":
            return Redirect(_success_url(session), status_code=303)
        return Redirect(f"../pay/{session['id']}", status_code=303)
    if intent["_return_url"] is None:
        return render(Page("answered.html", 200, ()), intent=intent)
    outcome = "succeeded" if intent["status"] in ("succeeded", "requires_capture") else "failed"
    mark = "&" if "?" in intent["_return_url"] else "?"
    query = f"{intent['object']}={intent['id']}&{intent['object']}_client_secret={intent['client_secret']}"
    return Redirect(f"{intent['_return_url']}{mark}{query}&redirect_status={outcome}", status_code=303)


def _success_url(session: Row) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _targets(session: Row) -> tuple[str | None, ...]:
    return (session["success_url"], session["cancel_url"])


def _session(sandbox: Sandbox, session_id: str) -> Row:
    session = sandbox.state.rows("checkout.session").get(session_id)
    if session is None:
        raise not_found("checkout.session", session_id)
    return session


def _intent(sandbox: Sandbox, intent_id: str) -> Row:
    intent = sandbox.state.rows(kind_of(intent_id) or "").get(intent_id)
    if intent is None or intent["object"] not in ("payment_intent", "setup_intent"):
        raise not_found("intent", intent_id)
    return intent


def _session_of(sandbox: Sandbox, intent: Row) -> Row | None:
    return sandbox.state.rows("checkout.session").get(intent["_session"] or "")


def _known_email(sandbox: Sandbox, session: Row) -> str | None:
    customer = sandbox.state.rows("customer").get(session["customer"] or "")
    email: str | None = session["customer_email"] or (customer["email"] if customer else None)
    return email


def _last_problem(sandbox: Sandbox, session: Row) -> str | None:
    intent_id = paying.intent_id_of(session)
    if intent_id is None:
        return None
    intent = _intent(sandbox, intent_id)
    error: Row | None = intent.get("last_payment_error") or intent.get("last_setup_error")
    message: str | None = error["message"] if error else None
    return message
