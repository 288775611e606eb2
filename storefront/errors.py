"""The one table from what went wrong to HTTP, and what is said about it. Nothing else decides a status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from litestar.exceptions import HTTPException, ValidationException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from campaigns.foundation.errors import FieldError, InvalidFields, Refusal
from campaigns.orders.ports import NoticeForged, NoticeMalformed, ProcessorError
from storefront.misfits import field_errors

STATUS: dict[str, int] = {
    # who asks
    "sign_in_needed": 401,
    "sign_in_refused": 401,
    "token_invalid": 401,
    "device_unknown": 401,
    "notice_forged": 401,
    "not_allowed": 403,
    "sign_in_again": 403,
    "csrf_refused": 403,
    "too_many_tries": 429,
    # what is asked for
    "bad_request": 400,
    "idempotency_key_missing": 400,
    "unknown_host": 400,
    "notice_malformed": 400,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "gone": 410,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    # how it is written
    "invalid_fields": 422,
    "invalid_email": 422,
    "unknown_currency": 422,
    "not_an_amount": 422,
    "too_few": 422,
    "too_many": 422,
    "idempotency_key_reused": 422,
    "request_key_reused": 422,
    "invalid_deal_file": 422,
    "not_a_position": 422,
    "reasons_needed": 422,
    "unknown_zone": 422,
    # what the deal or the order says
    "already_joining": 409,
    "buyer_limit": 409,
    "check_in_already_decided": 409,
    "campaign_ended": 409,
    "campaign_not_draft": 409,
    "campaign_not_running": 409,
    "campaign_without_deals": 409,
    "deal_in_campaign": 409,
    "deal_is_over": 409,
    "other_currency": 409,
    "deal_changed_meanwhile": 409,
    "deal_closed": 409,
    "deal_not_draft": 409,
    "deal_not_in_review": 409,
    "deal_not_open": 409,
    "deal_not_taken_back": 409,
    "idempotency_key_in_use": 409,
    "may_not_cancel": 409,
    "may_not_leave": 409,
    "may_not_refund": 409,
    "may_not_waive": 409,
    "mention_answered": 409,
    "mention_dismissed": 409,
    "mention_removed": 409,
    "mention_waits": 409,
    "not_enough_left": 409,
    "nothing_to_mend": 409,
    "nothing_to_share": 409,
    "offer_in_use": 409,
    "published_terms_stand": 409,
    "self_check_in_not_offered": 409,
    "slug_taken": 409,
    "sold_out": 409,
    "voucher_not_redeemed": 409,
    "windows_overlap": 409,
    # what feeds, templates and posts say
    "network_not_offered": 422,
    "feed_credential_refused": 422,
    "feed_address_refused": 422,
    "post_too_long": 422,
    "feed_not_connected": 409,
    "template_not_draft": 409,
    "template_changed_meanwhile": 409,
    "post_not_draft": 409,
    "post_not_waiting": 409,
    "post_not_failed": 409,
    "post_not_published": 409,
    "answered_already": 409,
    # our side
    "feed_not_reached": 503,
    "internal_error": 500,
    "payment_unavailable": 503,
    "try_again": 503,
}

_BY_STATUS = {
    400: "bad_request",
    401: "sign_in_needed",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    410: "gone",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "too_many_tries",
    503: "try_again",
}

# Said where the exception itself is not written for people.
_SENTENCES = {
    "sign_in_needed": "Sign in first.",
    "notice_forged": "The signature of this notice is not good.",
    "not_allowed": "Your sign-in does not let you do this.",
    "too_many_tries": "Too many tries. Try again in a few minutes.",
    "bad_request": "We could not read this request.",
    "unknown_host": "This server does not answer to that name.",
    "notice_malformed": "This is not a notice.",
    "not_found": "There is nothing at this address.",
    "method_not_allowed": "This address does not take such a request.",
    "not_acceptable": "We cannot answer in any of the formats you accept.",
    "gone": "This was here once and is not any more.",
    "body_too_large": "This is more than we take at once.",
    "unsupported_media_type": "We cannot read this format here.",
    "invalid_fields": InvalidFields.sentence,
    "internal_error": "Something went wrong on our side. If you were paying, we are checking your payment.",
    "payment_unavailable": "The payment service does not answer. Asking again does not pay twice.",
    "try_again": "We are busy for a moment. Try again; asking again does not pay twice.",
}

_RETRY_AFTER_S = {"try_again": 2, "payment_unavailable": 5, "idempotency_key_in_use": 1}
# PostgreSQL: lock not available, serialization, deadlock, canceled, too many connections, down, starting.
_PASSING = frozenset("55P03 40001 40P01 57014 53300 57P01 57P03 25P03".split())


@dataclass(frozen=True)
class Problem:
    """What an answer says about an error; `detail` is safe to show to anybody."""

    status: int
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    retry_after_s: int | None = None

    @property
    def title(self) -> str:
        return self.code.replace("_", " ").capitalize()


def sentence_of(code: str) -> str:
    """What is said where the exception itself is not written for people. Raises KeyError for other codes."""
    return _SENTENCES[code]


def problem_of(error: Exception) -> Problem:
    """The problem an exception amounts to; what is not known here is `internal_error` and says nothing."""
    if isinstance(error, InvalidFields):
        return _problem(error.code, str(error), error.errors)
    if isinstance(error, Refusal):
        return _problem(error.code, str(error), retry_after_s=_whole(error.details.get("retry_after_s")))
    if isinstance(error, ValidationException):
        return _problem("invalid_fields", errors=field_errors(error.extra))
    return _problem(_code_of(error))


def _code_of(error: Exception) -> str:
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, "internal_error")
    if isinstance(error, ProcessorError):
        return "payment_unavailable"
    if isinstance(error, NoticeForged):
        return "notice_forged"
    if isinstance(error, NoticeMalformed):
        return "notice_malformed"
    return "try_again" if _is_passing(error) else "internal_error"


def _is_passing(error: Exception) -> bool:
    """Whether the database may well say yes in a moment: a lock not obtained in time, a lost connection."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(error, DBAPIError) and (error.connection_invalidated or state in _PASSING)


def _problem(
    code: str, detail: str = "", errors: Iterable[FieldError] = (), *, retry_after_s: int | None = None
) -> Problem:
    wait = retry_after_s or _RETRY_AFTER_S.get(code)
    return Problem(STATUS[code], code, detail or _SENTENCES[code], tuple(errors), wait)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
