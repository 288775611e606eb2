"""Errors as people and programs see them: a page, a message for htmx, or problem+json (U21, S13)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from litestar import Response

from storefront.errors import Problem, problem_of
from storefront.pages.render import hand_out_form_cookie, page_as_known
from storefront.security.csrf import CsrfRefused, renew_form_cookie
from storefront.security.visitor import known_session
from storefront.site import AnyRequest

_log = structlog.get_logger("storefront")
_PROGRAMS = ("/api/", "/webhooks/", "/health/", "/metrics", "/schema")
_HEADLINES = {
    403: "This is not open to you",
    404: "Nothing here",
    409: "Something changed meanwhile",
    410: "No longer here",
    413: "Too large",
    429: "Too many tries",
    500: "Something went wrong",
    503: "Busy for a moment",
}
JSON_PROBLEM = "application/problem+json"


def answer_problem(request: AnyRequest, error: Exception) -> Response[Any]:
    """The exception handler of the whole storefront."""
    problem = problem_of(error)
    if problem.status >= 500:
        _log.error("request_failed", code=problem.code, exc_info=error)
    answer = _answer(request, problem)
    if problem.retry_after_s is not None:
        answer.headers["retry-after"] = str(problem.retry_after_s)
    if isinstance(error, CsrfRefused) and not error.details and known_session(request) is None:
        # Whatever was wrong with the old cookie, the next page starts with a good one. Another site's form
        # must not bring that about, or it could spoil the forms a person has open here.
        renew_form_cookie(request)
        hand_out_form_cookie(request, answer)
    return answer


def _answer(request: AnyRequest, problem: Problem) -> Response[Any]:
    if is_program(request):
        return problem_json(request_id(request), problem)
    sign_in = f"/sign-in?next={quote(_back(request), safe='/')}"
    is_htmx = request.headers.get("hx-request") == "true"
    if problem.code == "sign_in_needed":
        headers = {"hx-redirect": sign_in} if is_htmx else {"location": sign_in}
        return Response("", status_code=204 if is_htmx else 303, headers=headers)
    return page_as_known(
        request,
        "errors/partial.html" if is_htmx else "errors/error.html",
        status=problem.status,
        problem=problem,
        headline=_HEADLINES.get(problem.status, problem.title),
        reference=request_id(request),
    )


def is_program(request: AnyRequest) -> bool:
    """Whether the answer is read by a program: by the address asked, or by what it says it accepts."""
    if request.url.path.startswith(_PROGRAMS):
        return True
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted and "hx-request" not in request.headers


def _back(request: AnyRequest) -> str:
    """Where to go after signing in: the page itself; from a form, the front page."""
    return request.url.path if request.method == "GET" else "/"


def request_id(request: AnyRequest) -> str:
    return str(request.scope["state"].get("request_id", ""))


def problem_json(reference: str, problem: Problem) -> Response[bytes]:
    """A problem as RFC 9457 writes it, with our `code` and, for forms, `errors` by field."""
    return Response(
        problem_body(reference, problem),
        media_type=JSON_PROBLEM,
        status_code=problem.status,
        headers={"cache-control": "no-store"} | _challenge(problem),
    )


def problem_body(reference: str, problem: Problem) -> bytes:
    body: dict[str, Any] = {
        "type": f"urn:quorum:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "instance": reference,
    }
    if problem.errors:
        body["errors"] = [
            {"field": error.field, "code": error.code, "detail": error.sentence} for error in problem.errors
        ]
    return msgspec.json.encode(body)


def _challenge(problem: Problem) -> dict[str, str]:
    return {"www-authenticate": "Bearer"} if problem.status == 401 else {}
