"""Join a deal: what it costs, what it binds to, an e-mail address, and on to the payment page (U37)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from campaigns.deals.views import DealView
from campaigns.foundation.errors import NotFound, Refusal
from campaigns.foundation.ids import new_id
from campaigns.orders.board import deal_page
from campaigns.orders.join import Ask
from campaigns.orders.queries import order_page
from campaigns.orders.rules import AlreadyJoining
from campaigns.people.limits import TooManyTries, count_try, network
from campaigns.people.rules import normalize_email
from campaigns.sharing.join_by_link import join_by_link
from storefront.errors import problem_of
from storefront.pages.joining import (
    JOIN_BY_BUYER,
    JOIN_BY_NETWORK,
    JoinForm,
    errors_of,
    for_quantity,
    quantities,
    quantity_of,
    total_of,
)
from storefront.pages.paying import links_of, order_path, see_other, to_payment
from storefront.pages.render import page
from storefront.pages.via import came, clicks_of
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import client_address
from storefront.site import AnyRequest, Site, site_of

_UNFIT = 422
_JOINING = "joining"


@get("/deals/{slug:str}/join", include_in_schema=False)
async def join_page(request: AnyRequest, slug: FromPath[str], quantity: FromQuery[str] = "") -> Response[str]:
    """The form; a deal that cannot be joined now says so on its own page."""
    deal = await _deal(site_of(request), slug)
    if not deal.joinable:
        return see_other(f"/deals/{deal.slug}")
    form = JoinForm(quantity=quantity, request_key=new_id("req"))
    return await _form(request, deal, form)


@post("/deals/{slug:str}/join", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_join(
    request: AnyRequest,
    slug: FromPath[str],
    data: Annotated[JoinForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """303 to the payment page. What is refused comes back as the same form, with everything typed (U17)."""
    site = site_of(request)
    deal = await _deal(site, slug)
    form = data if data.has_key else replace(data, request_key=new_id("req"))
    try:
        await _count(request, site, form.email)
        ask = Ask(deal.id, form.email, _units(form, deal), form.request_key)
        came_by = came(clicks_of(request), announce=bool(form.announce), news=bool(form.news), name=form.name)
        placed = await join_by_link(ask, came_by, store=site.store, clock=site.clock, links=links_of(site))
    except TooManyTries as refusal:
        return await _too_many(request, deal, form, refusal)
    except Refusal as refusal:
        begun = await _begun_here(request, deal, form) if isinstance(refusal, AlreadyJoining) else None
        return see_other(begun) if begun else await _form(request, await _deal(site, slug), form, refusal)
    answer = await to_payment(site, placed.order_id)
    answer.set_cookie(site.browser.set_joining(site.keys.sign(placed.order_id, _JOINING)))
    return answer


async def _begun_here(request: AnyRequest, deal: DealView, form: JoinForm) -> str | None:
    """The page of the order that this very browser has begun for this deal and address, if it still waits (R27).

    Going back from the payment page makes a new form; whoever presses again wants their order, not a refusal.
    """
    site = site_of(request)
    order_id = site.keys.unsign(request.cookies.get(site.browser.joining_cookie, "")[:200], _JOINING)
    if order_id is None:
        return None
    async with site.store.read() as unit:
        order = await order_page(unit, order_id, await site.clock.now(unit), site.keys)
    waits = order is not None and order.state == "pending" and order.deal.id == deal.id
    if order is None or not waits or normalize_email(order.email) != normalize_email(form.email):
        return None
    return order_path(site, order.id)


async def _deal(site: Site, slug: str) -> DealView:
    async with site.store.read() as unit:
        deal = await deal_page(unit, slug, await site.clock.now(unit))
    if deal is None:
        raise NotFound(what="deal")
    return deal


def _units(form: JoinForm, deal: DealView) -> int:
    """As typed: the rules decide whether so many may be had. Nothing typed is the least, nonsense is none."""
    text = form.quantity.strip()
    if not text:
        return deal.min_per_order
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


async def _count(request: AnyRequest, site: Site, email: str) -> None:
    """Raises InvalidEmail, TooManyTries."""
    who, address = normalize_email(email), network(client_address(request))
    await count_try(JOIN_BY_NETWORK, address, store=site.store, clock=site.clock)
    await count_try(JOIN_BY_BUYER, f"{address} {who}", store=site.store, clock=site.clock)


async def _too_many(
    request: AnyRequest, deal: DealView, form: JoinForm, refusal: TooManyTries
) -> Response[str]:
    problem = problem_of(refusal)
    answer = await _form(request, deal, form, refusal)
    answer.status_code = problem.status
    if problem.retry_after_s:
        answer.headers["retry-after"] = str(problem.retry_after_s)
    return answer


async def _form(
    request: AnyRequest, deal: DealView, form: JoinForm, refusal: Refusal | None = None
) -> Response[str]:
    quantity = quantity_of(form.quantity, deal)
    return await page(
        request,
        "join/join.html",
        status=200 if refusal is None else _UNFIT,
        deal=deal,
        form=form,
        quantity=quantity,
        quantities=quantities(deal),
        total=total_of(deal, quantity),
        priced=for_quantity(deal, quantity),
        errors={} if refusal is None else errors_of(refusal, deal),
    )


JOIN = (join_page, take_join)
