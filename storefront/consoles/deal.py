"""A deal as its merchant sees it: figures, orders, and what may be done (R44, U18)."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.deals.take_back import take_back
from campaigns.foundation.errors import NotAllowed
from campaigns.orders.board import tallies
from campaigns.orders.queries import order_lines
from campaigns.orders.takings import takings
from campaigns.people.rules import may
from storefront.consoles.access import OpenedDeal, console_links, go, open_deal
from storefront.consoles.editor_form import both_times
from storefront.consoles.phrases import ORDER_REASONS, ORDER_STATES
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

ORDERS_A_PAGE = 50
_RUNNING = ("open", "tipped")


@get("/console/deals/{deal_id:str}", include_in_schema=False)
async def deal_console_page(
    request: AnyRequest, deal_id: FromPath[str], after: FromQuery[str] = "", done: FromQuery[str] = ""
) -> Response[str]:
    """`after` is the last order of the page before; `done` says what was just carried out.

    A marketer, who may not see orders, is shown what the deal's links brought.
    """
    try:
        opened = await open_deal(request, deal_id, "see_orders")
    except NotAllowed as refusal:
        return await _links_instead(request, deal_id, refusal)
    deal = opened.deal
    async with site_of(request).store.read() as unit:
        sums = await takings(unit, deal)
        tally = (await tallies(unit, [deal.id]))[deal.id]
        lines = await order_lines(unit, deal.id, after=after or None, limit=ORDERS_A_PAGE + 1)
    shown = lines[:ORDERS_A_PAGE]
    return await page(
        request,
        "consoles/deal.html",
        opened=opened,
        deal=deal,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        acts=acts_for(opened),
        takings=sums,
        tally=tally,
        orders=shown,
        newer=f"/console/deals/{deal.id}" if after else None,
        older=f"/console/deals/{deal.id}?after={shown[-1].id}" if len(lines) > ORDERS_A_PAGE else None,
        order_states=ORDER_STATES,
        order_reasons=ORDER_REASONS,
        now=opened.now,
        done=done,
        both_times=both_times,
    )


async def _links_instead(request: AnyRequest, deal_id: str, refusal: NotAllowed) -> Response[str]:
    """Raises the refusal again for whoever may not see links either."""
    try:
        opened = await open_deal(request, deal_id, "see_links")
    except NotAllowed:
        raise refusal from None
    return go(f"/console/deals/{opened.deal.id}/links")


def acts_for(opened: OpenedDeal) -> frozenset[str]:
    """What this person may begin now; each operation decides again under its locks."""
    deal, actor, owner = opened.deal, opened.actor, opened.merchant.id
    possible = {
        "edit": deal.state == "draft" and may(actor, "write_deal", owner),
        "submit": deal.state == "draft" and may(actor, "submit_deal", owner),
        "take_back": deal.state == "in_review" or (deal.state == "scheduled" and opened.now < deal.opens_at),
        "waive": deal.state == "open" and deal.may_waive and deal.buyers_active > 0,
        "cancel": deal.state in (*_RUNNING, "draft", "in_review", "scheduled"),
        "refund": may(actor, "refund", owner),
    }
    rights = {"take_back": "write_deal", "waive": "waive", "cancel": "cancel_deal"}
    return frozenset(
        name
        for name, now_possible in possible.items()
        if now_possible and (name not in rights or may(actor, rights[name], owner))
    )


@post("/console/deals/{deal_id:str}/take-back", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_deal_back(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """Back to a draft, to be written on; review starts again. It is undone by submitting again."""
    opened, site = await open_deal(request, deal_id, "write_deal"), site_of(request)
    await take_back(opened.deal.id, actor=opened.actor, store=site.store, clock=site.clock)
    return go(f"/console/deals/{deal_id}?done=taken_back")


CONSOLE_DEAL = (deal_console_page, take_deal_back)
