"""What every request to the API must bring, checked before anything else is looked at."""

from __future__ import annotations

from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler

from campaigns.foundation.errors import FieldError, InvalidFields, Refusal
from campaigns.people.rules import ANONYMOUS, Actor
from storefront.idempotency import HEADER
from storefront.security.visitor import actor_behind, bearer_of, known_actor
from storefront.site import AnyRequest, Connection

NEEDS_KEY, NEEDS_SECRET_KEY = "needs_idempotency_key", "needs_secret_idempotency_key"
SHORTEST_SECRET_KEY = 16


class IdempotencyKeyMissing(Refusal):
    code = "idempotency_key_missing"
    sentence = "Send an Idempotency-Key header, made before the first try and repeated with every retry."


async def check_request(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard. Raises TokenInvalid, IdempotencyKeyMissing, InvalidFields, and 415 for a body that is not JSON."""
    if bearer_of(connection) is not None:
        # Here and not where it is provided: the framework breaks off one provider when another one fails.
        await actor_behind(connection)
    _check_media_type(connection)
    is_secret = bool(handler.opt.get(NEEDS_SECRET_KEY))
    if not (is_secret or handler.opt.get(NEEDS_KEY)):
        return
    key = connection.headers.get(HEADER)
    if not key:
        raise IdempotencyKeyMissing
    if is_secret and len(key) < SHORTEST_SECRET_KEY:
        # Whoever repeats a stranger's join with the same key is told the stranger's order.
        sentence = f"Use at least {SHORTEST_SECRET_KEY} random characters, such as a UUID."
        raise InvalidFields([FieldError(HEADER, "too_short", sentence)])


def _check_media_type(connection: Connection) -> None:
    has_body = (
        connection.headers.get("content-length", "0") != "0" or "transfer-encoding" in connection.headers
    )
    media_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and media_type != "application/json":
        raise HTTPException(status_code=415)


def provide_program(request: AnyRequest) -> Actor:
    """Who a program acts for. Cookies say nothing here, so no page can be made to use them."""
    return ANONYMOUS if bearer_of(request) is None else known_actor(request)
