"""The operations served below /v1: exactly these, everything else is 404."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stripe import params
from stripe.params import checkout

from integrations.payments.sandbox import customers, endpoints, intents, lists, refunds, sessions, setups
from integrations.payments.sandbox.refusals import unknown_path
from integrations.payments.sandbox.state import Change, Row

Act = Callable[[Change, Row], Row]
ActOn = Callable[[Change, Row, Row], Row]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and path. `shape` declares its parameters, `modelled` are those the sandbox acts on.

    act: creates an object. act_on: does something to the object named in the path.
    Neither: shows that object, or a list.
    """

    method: str
    path: str
    kind: str
    shape: type
    modelled: frozenset[str]
    act: Act | None = None
    act_on: ActOn | None = None

    @property
    def needs_id(self) -> bool:
        """Whether the path names one object."""
        return "{id}" in self.path

    def run(self, change: Change, given: Row, object_id: str) -> Row:
        """Carry out the operation; the row or list to answer."""
        if self.act is not None:
            return self.act(change, given)
        if self.act_on is not None:
            return self.act_on(change, change.edit(self.kind, object_id, param="intent"), given)
        if self.needs_id:
            return change.need(self.kind, object_id)
        return lists.page(change, self.kind, given, f"/v1/{self.path}")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split()) | {"expand"}


def _create(path: str, kind: str, shape: type, names: str, act: Act) -> Operation:
    return Operation("POST", path, kind, shape, _names(names), act=act)


def _do(path: str, kind: str, shape: type, names: str, act_on: ActOn) -> Operation:
    return Operation("POST", path, kind, shape, _names(names), act_on=act_on)


def _show(path: str, kind: str, shape: type) -> Operation:
    return Operation("GET", f"{path}/{{id}}", kind, shape, _names(""))


def _list(path: str, kind: str, shape: type, filters: str) -> Operation:
    paging = "created ending_before limit starting_after"
    return Operation("GET", path, kind, shape, _names(f"{paging} {filters}"))


_INTENT = """
    allowed_payment_method_types amount automatic_payment_methods capture_method confirm confirmation_method
    currency customer description error_on_requires_action metadata off_session payment_method receipt_email
    return_url setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group
"""
_CONFIRM = """
    capture_method error_on_requires_action off_session payment_method receipt_email return_url
    setup_future_usage
"""
_SETUP = """
    allowed_payment_method_types automatic_payment_methods confirm customer description metadata
    payment_method return_url usage
"""
_SESSION = """
    allowed_payment_method_types cancel_url client_reference_id currency customer customer_creation
    customer_email expires_at line_items locale metadata mode payment_intent_data setup_intent_data
    submit_type success_url ui_mode
"""
_CUSTOMER = "description email metadata name phone preferred_locales"
_REFUND = "amount charge metadata payment_intent reason"
_ENDPOINT = "api_version description enabled_events metadata url"


def _expire(change: Change, session: Row, _: Row) -> Row:
    return sessions.expire(change, session)


_ON_CUSTOMERS = (
    _create("customers", "customer", params.CustomerCreateParams, _CUSTOMER, customers.create),
    _show("customers", "customer", params.CustomerRetrieveParams),
)
_ON_SESSIONS = (
    _create("checkout/sessions", "checkout.session", checkout.SessionCreateParams, _SESSION, sessions.create),
    _show("checkout/sessions", "checkout.session", checkout.SessionRetrieveParams),
    _do("checkout/sessions/{id}/expire", "checkout.session", checkout.SessionExpireParams, "", _expire),
)
_ON_SETUPS = (
    _create("setup_intents", "setup_intent", params.SetupIntentCreateParams, _SETUP, setups.create),
    _show("setup_intents", "setup_intent", params.SetupIntentRetrieveParams),
    _do(
        "setup_intents/{id}/confirm",
        "setup_intent",
        params.SetupIntentConfirmParams,
        "payment_method return_url",
        setups.confirm,
    ),
)
_ON_INTENTS = (
    _create("payment_intents", "payment_intent", params.PaymentIntentCreateParams, _INTENT, intents.create),
    _list("payment_intents", "payment_intent", params.PaymentIntentListParams, "customer"),
    _show("payment_intents", "payment_intent", params.PaymentIntentRetrieveParams),
    _do(
        "payment_intents/{id}/confirm",
        "payment_intent",
        params.PaymentIntentConfirmParams,
        _CONFIRM,
        intents.confirm,
    ),
    _do(
        "payment_intents/{id}/capture",
        "payment_intent",
        params.PaymentIntentCaptureParams,
        "amount_to_capture metadata",
        intents.capture,
    ),
    _do(
        "payment_intents/{id}/cancel",
        "payment_intent",
        params.PaymentIntentCancelParams,
        "cancellation_reason",
        intents.cancel,
    ),
)
_ON_REFUNDS = (
    _create("refunds", "refund", params.RefundCreateParams, _REFUND, refunds.create),
    _list("refunds", "refund", params.RefundListParams, "charge payment_intent"),
    _show("refunds", "refund", params.RefundRetrieveParams),
)
_ON_THE_REST = (
    _list("disputes", "dispute", params.DisputeListParams, "charge payment_intent"),
    _show("disputes", "dispute", params.DisputeRetrieveParams),
    _list(
        "balance_transactions",
        "balance_transaction",
        params.BalanceTransactionListParams,
        "currency source type",
    ),
    _show("balance_transactions", "balance_transaction", params.BalanceTransactionRetrieveParams),
    _list("events", "event", params.EventListParams, "delivery_success type types"),
    _show("events", "event", params.EventRetrieveParams),
    _create(
        "webhook_endpoints",
        "webhook_endpoint",
        params.WebhookEndpointCreateParams,
        _ENDPOINT,
        endpoints.create,
    ),
)

OPERATIONS = (*_ON_CUSTOMERS, *_ON_SESSIONS, *_ON_SETUPS, *_ON_INTENTS, *_ON_REFUNDS, *_ON_THE_REST)


def find(method: str, path: str) -> tuple[Operation, str]:
    """The operation at a method and path (without /v1/) and the id in it; refuses unknown ones with 404."""
    parts = path.split("/")
    for operation in OPERATIONS:
        pattern = operation.path.split("/")
        if operation.method != method or len(pattern) != len(parts):
            continue
        pairs = list(zip(pattern, parts, strict=True))
        if all(want in (part, "{id}") for want, part in pairs):
            return operation, next((part for want, part in pairs if want == "{id}"), "")
    raise unknown_path(method, f"/v1/{path}")
