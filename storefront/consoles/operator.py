"""The platform's own pages: what waits for review, and payments that need a person."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.deals.queries import review_queue
from campaigns.deals.review import Approve, SendBack, review
from campaigns.deals.rules import ReasonsNeeded, WindowsOverlap
from campaigns.foundation.errors import InvalidFields
from campaigns.orders.trouble import read_trouble
from campaigns.people.rules import require
from storefront.backlog import read_backlog
from storefront.consoles.access import OpenedDeal, go, open_deal, texts_of
from storefront.consoles.editor_form import both_times, by_field
from storefront.consoles.phrases import EFFECTS, ORDER_REASONS, ORDER_STATES
from storefront.errors import problem_of
from storefront.health import why_not_ready
from storefront.pages.render import page
from storefront.prose import prose
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

LINKS = (("Overview", "/operator"),)
_READY_WORDS = {
    "draining": "This process is going down.",
    "disk_full": "The disk is almost full.",
    "migrations_missing": "The database is of another version.",
    "database_unreachable": "The database does not answer.",
}


@get("/operator", include_in_schema=False)
async def operator_page(request: AnyRequest, done: FromQuery[str] = "") -> Response[str]:
    """Reads only; what is listed here is mended by hand and by the worker."""
    site, actor = site_of(request), await actor_behind(request)
    require(actor, "see_operator")
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        queue, trouble = await review_queue(unit, now), await read_trouble(unit)
    reason = await why_not_ready(site)
    return await page(
        request,
        "consoles/operator.html",
        links=LINKS,
        queue=queue,
        trouble=trouble,
        backlog=await read_backlog(store=site.store, clock=site.clock),
        unready=_READY_WORDS.get(reason, reason) if reason else "",
        now=now,
        done=done,
        effects=EFFECTS,
        order_states=ORDER_STATES,
        order_reasons=ORDER_REASONS,
    )


@get("/operator/deals/{deal_id:str}", include_in_schema=False)
async def review_page(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """A whole deal, with the two verdicts while it waits for one."""
    return await _show(request, await open_deal(request, deal_id, "review_deal"))


@post("/operator/deals/{deal_id:str}/approve", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_approval(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """Publish it. What has come in the way since it was handed in is listed instead."""
    opened, site = await open_deal(request, deal_id, "review_deal"), site_of(request)
    try:
        await review(opened.deal.id, Approve(), actor=opened.actor, store=site.store, clock=site.clock)
    except InvalidFields as refusal:
        errors, status = by_field(refusal.errors), problem_of(refusal).status
        return await _show(request, opened, status=status, errors=errors)
    except WindowsOverlap as refusal:
        errors, status = {"opens_at": str(refusal)}, problem_of(refusal).status
        return await _show(request, opened, status=status, errors=errors)
    return go("/operator?done=approved")


@post("/operator/deals/{deal_id:str}/send-back", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_sent_back(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    opened, site = await open_deal(request, deal_id, "review_deal"), site_of(request)
    reasons = (await texts_of(request, "reasons"))["reasons"]
    try:
        await review(
            opened.deal.id, SendBack(reasons), actor=opened.actor, store=site.store, clock=site.clock
        )
    except ReasonsNeeded as refusal:
        errors, status = {"reasons": str(refusal)}, problem_of(refusal).status
        return await _show(request, opened, status=status, errors=errors, reasons=reasons)
    return go("/operator?done=sent_back")


async def _show(
    request: AnyRequest,
    opened: OpenedDeal,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    reasons: str = "",
) -> Response[str]:
    return await page(
        request,
        "consoles/review.html",
        status=status,
        deal=opened.deal,
        merchant=opened.merchant,
        links=LINKS,
        errors=errors or {},
        reasons=reasons,
        description_html=prose(opened.deal.description),
        both_times=both_times,
    )


OPERATOR_PAGES = (operator_page, review_page, take_approval, take_sent_back)
