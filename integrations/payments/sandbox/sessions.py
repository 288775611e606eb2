"""Checkout sessions: a hosted page where a buyer pays, or leaves a card, once."""

from __future__ import annotations

from integrations.payments.sandbox import intents, setups
from integrations.payments.sandbox.currencies import check_charge, check_currency
from integrations.payments.sandbox.customers import fresh as fresh_customer
from integrations.payments.sandbox.events import emit
from integrations.payments.sandbox.payment_methods import method_types
from integrations.payments.sandbox.refusals import impossible, invalid, missing
from integrations.payments.sandbox.state import DEADLINE, Change, Row
from integrations.payments.sandbox.strictness import unmodelled

_SHORTEST_SECONDS = 30 * 60
_LONGEST_SECONDS = 24 * 3_600


def create(change: Change, params: Row) -> Row:
    """`POST /v1/checkout/sessions`, hosted page only."""
    _check_basics(change, params)
    expires_at = _expires_at(change, params)
    fields = _payment(params) if params["mode"] == "payment" else _setup(params)
    session = change.add("checkout.session", {**_blank(), **fields})
    for name in _COPIED:
        session[name] = params.get(name)
    session.update(
        metadata=params.get("metadata") or {},
        payment_method_types=method_types(params),
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
        expires_at=expires_at,
        url=f"{change.base}/c/pay/{session['id']}",
        **{DEADLINE: expires_at},
    )
    if params["mode"] == "setup":
        session["setup_intent"] = _new_setup(change, session)
    return session


def expire(change: Change, session: Row) -> Row:
    """`POST /v1/checkout/sessions/{id}/expire`; also what happens when its time is over."""
    if session["status"] != "open":
        raise impossible(
            f'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of {session['status']}.",
        )
    session.update(status="expired", url=None, **{DEADLINE: None})
    if session["payment_intent"] is not None:
        intents.mark_canceled(change, change.edit("payment_intent", session["payment_intent"]), "automatic")
    if session["setup_intent"] is not None:
        setups.mark_canceled(change, change.edit("setup_intent", session["setup_intent"]))
    emit(change, "checkout.session.expired", session)
    return session


def complete(change: Change, session: Row) -> None:
    """The buyer has paid or left a card. With manual capture the session is not `paid` until captured."""
    paid = session["mode"] == "payment" and session["_intent_data"].get("capture_method") != "manual"
    session.update(status="complete", url=None, **{DEADLINE: None})
    if paid:
        session["payment_status"] = "paid"
    emit(change, "checkout.session.completed", session)


def intent_of(change: Change, session: Row) -> Row:
    """The session's payment intent; it comes to be with the first try and stays the same for the next."""
    if session["payment_intent"] is not None:
        return change.edit("payment_intent", session["payment_intent"])
    data = session["_intent_data"]
    intent = intents.fresh(
        change,
        {
            **{name: value for name, value in data.items() if name != "metadata"},
            "amount": session["amount_total"],
            "currency": session["currency"],
            "customer": session["customer"],
            "metadata": dict(data.get("metadata") or {}),
            "payment_method_types": session["payment_method_types"],
            "_return_url": session["success_url"],
            "_session": session["id"],
        },
    )
    session["payment_intent"] = intent["id"]
    return intent


def note_buyer(change: Change, session: Row, email: str) -> None:
    """Record who pays, and create the customer if the session asks for one."""
    session["customer_details"] = {
        "address": None,
        "email": email,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
    }
    wanted = session["customer_creation"] == "always" or session["_intent_data"].get("setup_future_usage")
    if session["customer"] is None and wanted:
        session["customer"] = fresh_customer(change, {"email": email})["id"]


def _new_setup(change: Change, session: Row) -> str:
    data = session["_intent_data"]
    setup = setups.fresh(
        change,
        {
            "customer": session["customer"],
            "description": data.get("description"),
            "metadata": dict(data.get("metadata") or {}),
            "payment_method_types": session["payment_method_types"],
            "_return_url": session["success_url"],
            "_session": session["id"],
        },
    )
    setup_id: str = setup["id"]
    return setup_id


def _check_basics(change: Change, params: Row) -> None:
    mode = params.get("mode")
    if mode is None:
        raise missing("mode")
    if mode not in ("payment", "setup"):
        raise invalid(f"The sandbox does not do mode={mode}.", "mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The sandbox has the hosted page only.", "ui_mode")
    if "success_url" not in params:
        raise missing("success_url")
    _check_links_and_buyer(change, params)


def _check_links_and_buyer(change: Change, params: Row) -> None:
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise invalid(f"Not a valid URL: {params[name]}", name, "url_invalid")
    if "customer" in params:
        change.need("customer", params["customer"], param="customer")
        if "customer_email" in params or "customer_creation" in params:
            raise invalid(
                "With a customer, neither customer_email nor customer_creation may be given.", "customer"
            )


def _expires_at(change: Change, params: Row) -> int:
    expires_at: int = params.get("expires_at", change.now + _LONGEST_SECONDS)
    if not change.now + _SHORTEST_SECONDS <= expires_at <= change.now + _LONGEST_SECONDS:
        raise invalid(
            "The expires_at timestamp must be between 30 minutes and 24 hours from now.", "expires_at"
        )
    return expires_at


def _payment(params: Row) -> Row:
    if "setup_intent_data" in params:
        raise invalid("setup_intent_data belongs to mode=setup.", "setup_intent_data")
    unmodelled(params.get("payment_intent_data") or {}, _INTENT_DATA, "payment_intent_data")
    items = params.get("line_items")
    if not items:
        raise missing("line_items")
    total, currencies = 0, set()
    for place, item in enumerate(items):
        price, quantity = _price(item, f"line_items[{place}]")
        currencies.add(check_currency(price["currency"]))
        total += price["unit_amount"] * quantity
    if len(currencies) > 1:
        raise invalid("All line items must have the same currency.", "line_items")
    currency = currencies.pop()
    check_charge(total, currency, "line_items")
    return {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "payment_status": "unpaid",
        "_intent_data": params.get("payment_intent_data") or {},
        "_product": ", ".join(item["price_data"]["product_data"]["name"] for item in items),
    }


def _price(item: Row, path: str) -> tuple[Row, int]:
    unmodelled(item, _ITEM, path)
    price: Row | None = item.get("price_data")
    if price is None:
        raise invalid(
            "The sandbox has no stored prices: give price_data.", f"{path}[price_data]", "parameter_missing"
        )
    unmodelled(price, _PRICE, f"{path}[price_data]")
    if "unit_amount" not in price:
        raise missing(f"{path}[price_data][unit_amount]")
    if "product_data" not in price:
        raise missing(f"{path}[price_data][product_data]")
    quantity: int = item.get("quantity", 0)
    if quantity < 1:
        raise missing(f"{path}[quantity]")
    return price, quantity


def _setup(params: Row) -> Row:
    for name in ("line_items", "payment_intent_data"):
        if name in params:
            raise invalid(f"You can not pass `{name}` in `setup` mode.", name)
    unmodelled(params.get("setup_intent_data") or {}, _SETUP_DATA, "setup_intent_data")
    if "currency" not in params and "allowed_payment_method_types" not in params:
        raise missing("currency")
    return {
        "currency": check_currency(params["currency"]) if "currency" in params else None,
        "payment_status": "no_payment_required",
        "_intent_data": params.get("setup_intent_data") or {},
    }


_ITEM = frozenset({"price_data", "quantity"})
_PRICE = frozenset({"currency", "product_data", "unit_amount"})
_SETUP_DATA = frozenset({"description", "metadata"})
_INTENT_DATA = _SETUP_DATA | {
    "capture_method", "receipt_email", "setup_future_usage", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
}  # fmt: skip
_COPIED = (
    "cancel_url", "client_reference_id", "customer", "customer_creation", "customer_email", "locale", "mode",
    "submit_type", "success_url",
)  # fmt: skip


def _blank() -> Row:
    return {
        "amount_subtotal": None,
        "amount_total": None,
        "customer_details": None,
        "payment_intent": None,
        "setup_intent": None,
        "status": "open",
        "ui_mode": "hosted_page",
        "_product": None,
    }
