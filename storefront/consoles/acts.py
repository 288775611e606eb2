"""Waive a minimum, cancel a deal: each has a page that says what will happen and to whom (U18)."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath

from campaigns.orders.cancel import MayNotCancel, cancel
from campaigns.orders.takings import outlook, takings
from campaigns.orders.waive import MayNotWaive, waive
from storefront.consoles.access import OpenedDeal, console_links, go, open_deal, texts_of
from storefront.consoles.fresh import sign_in_first
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

_LONGEST_REASON = 500
_REASON_NEEDED = "Say why. Buyers read this sentence in their letter."
_REASON_TOO_LONG = f"Write at most {_LONGEST_REASON} characters."


@get("/console/deals/{deal_id:str}/waive", include_in_schema=False)
async def waive_page(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """What honouring the deal below its threshold will do (R60)."""
    return await _waive_review(request, await open_deal(request, deal_id, "waive"))


@post("/console/deals/{deal_id:str}/waive", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_waiver(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    opened, site = await open_deal(request, deal_id, "waive"), site_of(request)
    try:
        await waive(opened.deal.id, actor=opened.actor, store=site.store, clock=site.clock, keys=site.keys)
    except MayNotWaive as refusal:
        looked = await open_deal(request, deal_id, "waive")
        return await _waive_review(request, looked, refusal=refusal)
    return go(f"/console/deals/{deal_id}?done=waived")


async def _waive_review(
    request: AnyRequest, opened: OpenedDeal, *, refusal: MayNotWaive | None = None
) -> Response[str]:
    async with site_of(request).store.read() as unit:
        sums = await takings(unit, opened.deal)
    deal = opened.deal
    return await page(
        request,
        "consoles/waive.html",
        status=problem_of(refusal).status if refusal else 200,
        deal=deal,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        takings=sums,
        possible=deal.state == "open" and deal.may_waive and deal.buyers_active > 0,
        refusal=str(refusal) if refusal else "",
    )


@get("/console/deals/{deal_id:str}/cancel", include_in_schema=False)
async def cancel_page(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """Every hold, refund and used voucher that canceling is about (R39)."""
    opened = await open_deal(request, deal_id, "cancel_deal")
    again = sign_in_first(request, opened.now, f"/console/deals/{opened.deal.id}/cancel")
    return again or await _cancel_review(request, opened)


@post("/console/deals/{deal_id:str}/cancel", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_cancellation(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    opened, site = await open_deal(request, deal_id, "cancel_deal"), site_of(request)
    again = sign_in_first(request, opened.now, f"/console/deals/{opened.deal.id}/cancel")
    if again is not None:
        return again
    reason = (await texts_of(request, "reason"))["reason"].replace("\x00", "").strip()
    if not reason or len(reason) > _LONGEST_REASON:
        error = _REASON_TOO_LONG if reason else _REASON_NEEDED
        return await _cancel_review(request, opened, status=422, reason=reason, errors={"reason": error})
    try:
        await cancel(
            opened.deal.id, reason, actor=opened.actor, store=site.store, clock=site.clock, keys=site.keys
        )
    except MayNotCancel as refusal:
        looked = await open_deal(request, deal_id, "cancel_deal")
        errors, status = {"": str(refusal)}, problem_of(refusal).status
        return await _cancel_review(request, looked, status=status, reason=reason, errors=errors)
    return go(f"/console/deals/{deal_id}?done=canceled")


async def _cancel_review(
    request: AnyRequest,
    opened: OpenedDeal,
    *,
    status: int = 200,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> Response[str]:
    async with site_of(request).store.read() as unit:
        touched = await outlook(unit, opened.deal)
    return await page(
        request,
        "consoles/cancel.html",
        status=status,
        deal=opened.deal,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        touched=touched,
        possible=opened.deal.state not in ("settling", "settled", "failed", "canceled"),
        reason=reason,
        errors=errors or {},
    )


ACTS = (waive_page, take_waiver, cancel_page, take_cancellation)
