"""Hand a draft in: a page that says what will happen, then the act (U18)."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath

from campaigns.deals.checks import problems
from campaigns.deals.draft_rows import stored_plan
from campaigns.deals.rules import WindowsOverlap
from campaigns.deals.submit import submit
from campaigns.foundation.errors import InvalidFields
from storefront.consoles.access import OpenedDeal, console_links, go, open_deal
from storefront.consoles.editor_form import both_times, by_field
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.prose import prose
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of


@get("/console/deals/{deal_id:str}/submit", include_in_schema=False)
async def submit_page(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """The whole deal, and either what stands in the way or what handing it in will do."""
    opened = await open_deal(request, deal_id, "submit_deal")
    if opened.deal.state != "draft":
        return go(f"/console/deals/{deal_id}")
    async with site_of(request).store.read() as unit:
        _, plan = await stored_plan(unit, deal_id)
    return await _show(request, opened, errors=by_field(tuple(problems(plan, opened.now))))


@post("/console/deals/{deal_id:str}/submit", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_submitted(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    opened, site = await open_deal(request, deal_id, "submit_deal"), site_of(request)
    try:
        await submit(opened.deal.id, actor=opened.actor, store=site.store, clock=site.clock)
    except InvalidFields as refusal:
        errors = by_field(refusal.errors)
        return await _show(request, opened, errors=errors, status=problem_of(refusal).status)
    except WindowsOverlap as refusal:
        errors = {"opens_at": str(refusal)}
        return await _show(request, opened, errors=errors, status=problem_of(refusal).status)
    return go(f"/console/deals/{deal_id}?done=submitted")


async def _show(
    request: AnyRequest, opened: OpenedDeal, *, errors: Mapping[str, str], status: int = 200
) -> Response[str]:
    return await page(
        request,
        "consoles/submit.html",
        status=status,
        deal=opened.deal,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        errors=errors,
        description_html=prose(opened.deal.description),
        both_times=both_times,
    )


SUBMIT = (submit_page, take_submitted)
