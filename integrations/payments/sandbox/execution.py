"""One API request carried out inside one change: replay, check, act, save."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.payments.sandbox import faults, form, idempotency, operations, strictness
from integrations.payments.sandbox.events import API_VERSION
from integrations.payments.sandbox.idempotency import Answer
from integrations.payments.sandbox.refusals import Refusal, invalid
from integrations.payments.sandbox.render import expanded
from integrations.payments.sandbox.state import Change, Row

KEY_PREFIX = "sk_test_sandbox"
"""The only API keys the sandbox accepts start like this."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request below /v1 as it came in. `raw` is the query of a GET or the body of a POST."""

    method: str
    path: str
    raw: str
    key: str | None
    request_id: str
    version: str | None = None
    authorization: str = ""

    @property
    def full_path(self) -> str:
        """The path as it is logged: `/v1/payment_intents`."""
        return f"/v1/{self.path}"


def authenticate(authorization: str) -> None:
    """Refuse anything but a bearer key of the sandbox with 401."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(KEY_PREFIX):
        raise Refusal(
            401, f"Invalid API key. The sandbox accepts only keys starting {KEY_PREFIX}.", executed=False
        )


def check_request(request: ApiRequest) -> None:
    """Refuse what no operation needs to look at: key, path, version, length of the idempotency key."""
    authenticate(request.authorization)
    operations.find(request.method, request.path)
    if request.version not in (None, API_VERSION):
        raise invalid(f"The sandbox speaks API version {API_VERSION} only.", "Stripe-Version")
    if request.key is not None:
        idempotency.check_key(request.key)


def execute(change: Change, request: ApiRequest, *, saved_error: bool = False) -> Answer:
    """The answer; effect and saved copy are in `change`. `saved_error`: save a 500 and do nothing."""
    key = request.key if request.method == "POST" else None
    print_ = idempotency.fingerprint(request.method, request.path, request.raw)
    if key is not None:
        replay = idempotency.saved(change, key, print_)
        if replay is not None:
            return replay
    change.request = {"id": request.request_id, "idempotency_key": key}
    try:
        answer = Answer(500, faults.ERROR.body()) if saved_error else Answer(200, _run(change, request))
    except Refusal as refusal:
        if not refusal.keeps_effects:
            change.written.clear()
        if not refusal.executed:
            raise
        answer = Answer(refusal.status, refusal.body())
    answer = Answer(answer.status, answer.body, request_id=request.request_id)
    if key is not None:
        idempotency.save(change, key, print_, answer)
    return answer


def _run(change: Change, request: ApiRequest) -> Row:
    operation, object_id = operations.find(request.method, request.path)
    params = strictness.check(form.decode(request.raw), operation.shape)
    strictness.unmodelled(params, operation.modelled)
    row = operation.run(change, params, object_id)
    if row.get("object") == "list":
        return row
    return expanded(change, row, params.get("expand") or [])
