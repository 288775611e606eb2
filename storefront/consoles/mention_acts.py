"""What can be done with a mention: each form does one thing and leads back to the list it stands in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from litestar import Response, post
from litestar.params import FromPath

from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound, Refusal
from campaigns.listening.answer import answer
from campaigns.listening.assign import assign
from campaigns.listening.correct_sentiment import correct_sentiment
from campaigns.listening.dismiss import dismiss, reopen
from campaigns.listening.mark_own import mark_own
from campaigns.listening.reach import Hands
from campaigns.people.rules import SignInNeeded
from storefront.consoles.access import go, texts_of
from storefront.consoles.mentions import back_to, open_mention, show_mention
from storefront.errors import problem_of
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

_NOT_OURS_TO_SHOW = (NotFound, NotAllowed, SignInNeeded)
Work = Callable[[Hands, dict[str, str]], Awaitable[Any]]


@post("/console/mentions/{mention_id:str}/answer", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_answer(request: AnyRequest, mention_id: FromPath[str]) -> Response[str]:
    return await _do(
        request, mention_id, "answered", lambda hands, sent: answer(mention_id, sent["text"], hands)
    )


@post("/console/mentions/{mention_id:str}/assign", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_assignment(request: AnyRequest, mention_id: FromPath[str]) -> Response[str]:
    return await _do(
        request,
        mention_id,
        "assigned",
        lambda hands, sent: assign(mention_id, sent["team"], sent["reason"], hands),
    )


@post(
    "/console/mentions/{mention_id:str}/sentiment",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def take_sentiment(request: AnyRequest, mention_id: FromPath[str]) -> Response[str]:
    return await _do(
        request,
        mention_id,
        "corrected",
        lambda hands, sent: correct_sentiment(mention_id, sent["sentiment"], hands),
    )


@post("/console/mentions/{mention_id:str}/dismiss", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_dismissal(request: AnyRequest, mention_id: FromPath[str]) -> Response[str]:
    return await _do(request, mention_id, "dismissed", lambda hands, _: dismiss(mention_id, hands))


@post("/console/mentions/{mention_id:str}/reopen", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_reopening(request: AnyRequest, mention_id: FromPath[str]) -> Response[str]:
    return await _do(request, mention_id, "reopened", lambda hands, _: reopen(mention_id, hands))


@post("/console/mentions/{mention_id:str}/own", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_own(request: AnyRequest, mention_id: FromPath[str]) -> Response[str]:
    """`own` empty takes the mark back."""
    sent = await texts_of(request, "own")
    own = bool(sent["own"])
    return await _do(
        request,
        mention_id,
        "marked" if own else "unmarked",
        lambda hands, _: mark_own(mention_id, hands, own=own),
    )


async def _do(request: AnyRequest, mention_id: str, done: str, work: Work) -> Response[str]:
    """A refusal stands on the mention's own page, with all that was typed."""
    opened, site = await open_mention(request, mention_id), site_of(request)
    sent = await texts_of(request, "text", "team", "reason", "sentiment", "back")
    hands = Hands(opened.actor, site.store, site.clock, site.keys)
    try:
        await work(hands, sent)
    except InvalidFields as refusal:
        errors = {each.field: each.sentence for each in refusal.errors}
        return await show_mention(request, opened, status=422, typed=sent, errors=errors)
    except _NOT_OURS_TO_SHOW:
        raise
    except Refusal as refusal:
        looked, problem = await open_mention(request, mention_id), problem_of(refusal)
        errors = {"": problem.detail}
        return await show_mention(request, looked, status=problem.status, typed=sent, errors=errors)
    back = back_to(sent["back"], opened.merchant)
    return go(f"{back}&{urlencode({'done': done, 'about': mention_id})}#mentions")


MENTION_ACTS = (
    take_answer,
    take_assignment,
    take_sentiment,
    take_dismissal,
    take_reopening,
    take_own,
)
