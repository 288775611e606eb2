"""The operations served below /v1: exactly these, everything else is 404."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stripe import params as stripe_params
from stripe.params import checkout

from integrations.payments.sandbox import customers, endpoints, intents, lists, refunds, sessions, setups
from integrations.payments.sandbox.refusals import unknown_path
from integrations.payments.sandbox.state import Change, Row

Act = Callable[[Change, Row], Row]
ActOn = Callable[[Change, Row, Row], Row]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and path. `modelled` are the parameters the sandbox acts on; None means all of `shape`.

    act: creates an object. act_on: does something to the object named in the path. Neither: shows it, or a list.
    """

    method: str
    path: str
    kind: str
    shape: type
    modelled: frozenset[str] | None = None
    act: Act | None = None
    act_on: ActOn | None = None

    @property
    def needs_id(self) -> bool:
        """Whether the path names one object."""
        return "{id}" in self.path

    def run(self, change: Change, params: Row, object_id: str) -> Row:
        """Carry out the operation; the row or list to answer."""
        if self.act is not None:
            return self.act(change, params)
        if self.act_on is not None:
            return self.act_on(change, change.edit(self.kind, object_id, param="intent"), params)
        if self.needs_id:
            return change.need(self.kind, object_id)
        return lists.page(change, self.kind, params, f"/v1/{self.path}")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split()) | {"expand"}


_INTENT = _names(
    "allowed_payment_method_types amount automatic_payment_methods capture_method confirm confirmation_method currency"
    " customer description error_on_requires_action metadata off_session payment_method receipt_email return_url"
    " setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group"
)
_CONFIRM = _names(
    "capture_method error_on_requires_action off_session payment_method receipt_email return_url setup_future_usage"
)
_SETUP = _names(
    "allowed_payment_method_types automatic_payment_methods confirm customer description metadata payment_method"
    " return_url usage"
)
_SESSION = _names(
    "allowed_payment_method_types cancel_url client_reference_id currency customer customer_creation customer_email"
    " expires_at line_items locale metadata mode payment_intent_data setup_intent_data submit_type success_url ui_mode"
)
_CUSTOMER = _names("description email metadata name phone preferred_locales")
_REFUND = _names("amount charge metadata payment_intent reason")
_ENDPOINT = _names("api_version description enabled_events metadata url")
_PAGE = "created ending_before limit starting_after"

_SHOW = _names("")

OPERATIONS = (
    Operation(
        "POST", "customers", "customer", stripe_params.CustomerCreateParams, _CUSTOMER, customers.create
    ),
    Operation("GET", "customers/{id}", "customer", stripe_params.CustomerRetrieveParams, _SHOW),
    Operation(
        "POST", "checkout/sessions", "checkout.session", checkout.SessionCreateParams, _SESSION, sessions.create
    ),
    Operation("GET", "checkout/sessions/{id}", "checkout.session", checkout.SessionRetrieveParams, _SHOW),
    Operation(
        "POST", "checkout/sessions/{id}/expire", "checkout.session", checkout.SessionExpireParams, _SHOW,
        act_on=lambda change, session, _: sessions.expire(change, session),
    ),
    Operation(
        "POST", "setup_intents", "setup_intent", stripe_params.SetupIntentCreateParams, _SETUP, setups.create
    ),
    Operation("GET", "setup_intents/{id}", "setup_intent", stripe_params.SetupIntentRetrieveParams, _SHOW),
    Operation(
        "POST", "setup_intents/{id}/confirm", "setup_intent", stripe_params.SetupIntentConfirmParams,
        _names("payment_method return_url"), act_on=setups.confirm,
    ),
    Operation(
        "POST", "payment_intents", "payment_intent", stripe_params.PaymentIntentCreateParams, _INTENT,
        intents.create,
    ),
    Operation(
        "GET", "payment_intents", "payment_intent", stripe_params.PaymentIntentListParams,
        _names(f"{_PAGE} customer"),
    ),
    Operation("GET", "payment_intents/{id}", "payment_intent", stripe_params.PaymentIntentRetrieveParams, _SHOW),
    Operation(
        "POST", "payment_intents/{id}/confirm", "payment_intent", stripe_params.PaymentIntentConfirmParams, _CONFIRM,
        act_on=intents.confirm,
    ),
    Operation(
        "POST", "payment_intents/{id}/capture", "payment_intent", stripe_params.PaymentIntentCaptureParams,
        _names("amount_to_capture metadata"), act_on=intents.capture,
    ),
    Operation(
        "POST", "payment_intents/{id}/cancel", "payment_intent", stripe_params.PaymentIntentCancelParams,
        _names("cancellation_reason"), act_on=intents.cancel,
    ),
    Operation("POST", "refunds", "refund", stripe_params.RefundCreateParams, _REFUND, refunds.create),
    Operation(
        "GET", "refunds", "refund", stripe_params.RefundListParams, _names(f"{_PAGE} charge payment_intent")
    ),
    Operation("GET", "refunds/{id}", "refund", stripe_params.RefundRetrieveParams, _SHOW),
    Operation(
        "GET", "disputes", "dispute", stripe_params.DisputeListParams, _names(f"{_PAGE} charge payment_intent")
    ),
    Operation("GET", "disputes/{id}", "dispute", stripe_params.DisputeRetrieveParams, _SHOW),
    Operation(
        "GET", "balance_transactions", "balance_transaction", stripe_params.BalanceTransactionListParams,
        _names(f"{_PAGE} currency source type"),
    ),
    Operation(
        "GET", "balance_transactions/{id}", "balance_transaction", stripe_params.BalanceTransactionRetrieveParams,
        _SHOW,
    ),
    Operation(
        "GET", "events", "event", stripe_params.EventListParams, _names(f"{_PAGE} delivery_success type types")
    ),
    Operation("GET", "events/{id}", "event", stripe_params.EventRetrieveParams, _SHOW),
    Operation(
        "POST", "webhook_endpoints", "webhook_endpoint", stripe_params.WebhookEndpointCreateParams, _ENDPOINT,
        endpoints.create,
    ),
)  # fmt: skip


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
