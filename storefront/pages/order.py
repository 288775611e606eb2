"""A buyer's order: what it is, where the money is, and what they may do about it. The address is the key."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Annotated

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from campaigns.foundation.errors import Refusal
from campaigns.orders.leave import leave
from campaigns.orders.mend import NothingToMend, try_another_card
from campaigns.orders.ports import ProcessorError
from campaigns.orders.reconcile import reconcile_order
from campaigns.orders.rules import MayNotLeave, MayNotRefund
from campaigns.people.rules import CONSENT_KINDS
from campaigns.sharing.agree import agree, agreed, disagree
from campaigns.sharing.link_queries import shown_name
from storefront.errors import problem_of
from storefront.pages.paying import links_of, order_path, outside_of, see_other, to_payment
from storefront.pages.render import page
from storefront.pages.sharing import link_of_buyer
from storefront.pages.shown_order import ShownOrder, order_id_of, read_order
from storefront.security.headers import NO_REFERRER
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of


@dataclass(frozen=True)
class ConsentForm:
    """`agree` is `yes`, or the consent is taken back. `name` may be shown in its short form."""

    kind: str = ""
    agree: str = ""
    name: str = ""


# The address opens the order, so it must not travel to where a link leads.
_OPT = {NO_REFERRER: True}


@get("/orders/{signed:str}", include_in_schema=False, opt=_OPT)
async def order_page(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    return await _page(request, await read_order(site_of(request), signed))


@get("/orders/{signed:str}/paid", include_in_schema=False, opt=_OPT)
async def back_from_paying(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """Where the payment page sends people: looks at the payment now, so that nobody waits for a notice."""
    site = site_of(request)
    shown = await read_order(site, signed)
    # Without an answer the page says what is known; the notice or the sweep brings the same truth later.
    with contextlib.suppress(ProcessorError):
        await reconcile_order(shown.order.id, outside_of(site))
    return see_other(shown.path)


@post("/orders/{signed:str}/pay", include_in_schema=False, opt=_OPT, request_max_body_size=FORM_BYTES)
async def take_pay(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """On to the payment page, opened now if it is not there yet."""
    site = site_of(request)
    return await to_payment(site, order_id_of(site, signed))


@post(
    "/orders/{signed:str}/another-card", include_in_schema=False, opt=_OPT, request_max_body_size=FORM_BYTES
)
async def take_another_card(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """A new payment page after a charge that failed (R43)."""
    site = site_of(request)
    order_id = order_id_of(site, signed)
    try:
        await try_another_card(order_id, store=site.store, clock=site.clock, links=links_of(site))
    except NothingToMend as refusal:
        return await _page(request, await read_order(site, signed), refusal)
    return await to_payment(site, order_id)


@get("/orders/{signed:str}/leave", include_in_schema=False, opt=_OPT)
async def leave_page(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """What leaving does, to be confirmed (U18)."""
    shown = await read_order(site_of(request), signed)
    if not shown.may_leave:
        return see_other(shown.path)
    return await page(request, "order/leave.html", shown=shown, order=shown.order)


@post("/orders/{signed:str}/leave", include_in_schema=False, opt=_OPT, request_max_body_size=FORM_BYTES)
async def take_leave(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    site = site_of(request)
    shown = await read_order(site, signed)
    try:
        await leave(shown.order.id, store=site.store, clock=site.clock)
    except (MayNotLeave, MayNotRefund) as refusal:
        return await _page(request, await read_order(site, signed), refusal)
    return see_other(shown.path)


@post("/orders/{signed:str}/consent", include_in_schema=False, opt=_OPT, request_max_body_size=FORM_BYTES)
async def take_consent(
    request: AnyRequest,
    signed: FromPath[str],
    data: Annotated[ConsentForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """Give a consent or take it back; each undoes the other."""
    site = site_of(request)
    order_id = order_id_of(site, signed)
    if data.kind not in CONSENT_KINDS:
        return see_other(order_path(site, order_id))
    if data.agree == "yes":
        await agree(order_id, data.kind, name=data.name[:200], store=site.store, clock=site.clock)
    else:
        await disagree(order_id, data.kind, store=site.store, clock=site.clock)
    return see_other(order_path(site, order_id))


async def _page(request: AnyRequest, shown: ShownOrder, refusal: Refusal | None = None) -> Response[str]:
    site = site_of(request)
    problem = problem_of(refusal) if refusal else None
    own = await link_of_buyer(site, shown.order.id, shown.order.deal)
    async with site.store.read() as unit:
        standing, shown_as = await agreed(unit, shown.order.id), await shown_name(unit, shown.order.id)
    return await page(
        request,
        "order/order.html",
        status=problem.status if problem else 200,
        shown=shown,
        order=shown.order,
        deal=shown.order.deal,
        now=shown.now,
        own=own,
        agreed=standing,
        shown_as=shown_as,
        refused=problem.detail if problem else None,
    )


ORDER = (order_page, back_from_paying, take_pay, take_another_card, leave_page, take_leave, take_consent)
