"""`Idempotency-Key` on requests that move money or spend vouchers (S27)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
from litestar import Response

from campaigns.foundation.errors import FieldError, InvalidFields, Refusal
from campaigns.people.answers import (
    AnswerKey,
    StoredAnswer,
    begin_answer,
    drop_answer,
    fingerprint,
    keep_answer,
)
from storefront.errors import problem_of
from storefront.pages.problems import JSON_PROBLEM, problem_body, request_id
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, Site, site_of

HEADER = "idempotency-key"
_LONGEST_KEY = 255


@dataclass(frozen=True)
class JsonAnswer:
    """What a request is answered with; `content` is anything that becomes JSON."""

    content: object
    status: int = 200


Work = Callable[[], Awaitable[JsonAnswer]]


async def answer_once(request: AnyRequest, work: Work) -> Response[str]:
    """Carry out `work`, once per `Idempotency-Key` where the request has one; repeats get the first answer.

    Refusals are answers too and are kept; whatever breaks off is not, and may be asked again under its key.
    Raises IdempotencyKeyReused, IdempotencyKeyInUse, InvalidFields.
    """
    key = _key(request)
    if key is None:
        return _json(await _answered(request, work))
    site, asked = site_of(request), await _asked(request, key)
    async with site.store.begin() as unit:
        stored = await begin_answer(unit, asked, await site.clock.now(unit))
    if stored is not None:
        replayed = _json(stored)
        replayed.headers["idempotent-replayed"] = "true"
        return replayed
    return _json(await _first(request, asked, work, site=site))


async def _first(request: AnyRequest, asked: AnswerKey, work: Work, *, site: Site) -> StoredAnswer:
    answer: StoredAnswer | None = None
    try:
        answer = await _answered(request, work)
    finally:
        async with site.store.begin() as unit:
            if answer is None or answer.status in (429, 503):
                await drop_answer(unit, asked)
            else:
                await keep_answer(unit, asked, answer)
    return answer


async def _answered(request: AnyRequest, work: Work) -> StoredAnswer:
    try:
        answer = await work()
    except Refusal as refusal:
        problem = problem_of(refusal)
        if problem.retry_after_s is not None:
            raise  # it will pass; the error handler says when
        return StoredAnswer(problem.status, problem_body(request_id(request), problem).decode())
    return StoredAnswer(answer.status, msgspec.json.encode(answer.content).decode())


def _key(request: AnyRequest) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not (1 <= len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise InvalidFields([FieldError(HEADER, "spelling", "Use 1 to 255 printable ASCII characters.")])
    return key


async def _asked(request: AnyRequest, key: str) -> AnswerKey:
    what = f"{request.method} {request.url.path}"
    body = (await request.body()).decode("latin-1")
    scope = f"{(await actor_behind(request)).label} {what}"
    return AnswerKey(scope, key, fingerprint(what, request.url.query, body))


def _json(answer: StoredAnswer) -> Response[str]:
    media_type = JSON_PROBLEM if answer.status >= 400 else "application/json"
    headers = {"cache-control": "no-store"}
    return Response(answer.body, status_code=answer.status, media_type=media_type, headers=headers)
