"""Join a deal as a guest."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.foundation.errors import NotFound
from campaigns.orders.join import Ask, Placed
from campaigns.orders.owners import deal_named
from campaigns.people.limits import count_try, network
from campaigns.people.rules import normalize_email
from campaigns.sharing.join_by_link import join_by_link
from storefront.api.order_shapes import Join, Joined
from storefront.api.owners import plausible
from storefront.api.parameters import ANYBODY, DealName, SecretKey
from storefront.api.problem_shape import KEYED, WRITING, answers
from storefront.api.requests import NEEDS_SECRET_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.pages.joining import JOIN_BY_BUYER, JOIN_BY_NETWORK
from storefront.pages.paying import links_of, open_payment_page
from storefront.pages.via import came, clicks_in
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import client_address
from storefront.site import AnyRequest, Site

_REFUSALS = (
    "invalid_email",
    "too_few",
    "too_many",
    "request_key_reused",
    "already_joining",
    "buyer_limit",
    "deal_closed",
    "deal_not_open",
    "not_enough_left",
    "sold_out",
    "too_many_tries",
    "payment_unavailable",
)


@post(
    "/deals/{deal:str}/orders",
    operation_id="joinDeal",
    summary="Join a deal",
    tags=["Buyers"],
    security=ANYBODY,
    opt={NEEDS_SECRET_KEY: True},
    request_max_body_size=FORM_BYTES,
    responses=answers(201, Joined, "A place is kept; now pay.", *WRITING, *KEYED, *_REFUSALS),
)
async def join_deal(
    request: AnyRequest,
    deal: DealName,
    data: JSONBody[Join],
    site: NamedDependency[Site],
    idempotency_key: SecretKey,
) -> Response[Any]:
    """Keep a place and open a payment page. Nobody signs in: the key in the answer opens the order."""

    async def work() -> JsonAnswer:
        ask = Ask(await _deal_id(site, deal), data.email, data.units, idempotency_key)
        await _count(request, site, data.email)
        came_by = came(clicks_in(site, data.via), announce=data.announce, news=data.news, name=data.name)
        placed = await join_by_link(ask, came_by, store=site.store, clock=site.clock, links=links_of(site))
        return JsonAnswer(await _joined(site, placed), 201)

    return await answer_once(request, work)


async def _deal_id(site: Site, name: str) -> str:
    async with site.store.read() as unit:
        found = await deal_named(unit, name) if plausible(name) else None
    if found is None:
        raise NotFound(what="deal")
    return found.id


async def _count(request: AnyRequest, site: Site, email: str) -> None:
    """Raises InvalidEmail, TooManyTries."""
    who, address = normalize_email(email), network(client_address(request))
    await count_try(JOIN_BY_NETWORK, address, store=site.store, clock=site.clock)
    await count_try(JOIN_BY_BUYER, f"{address} {who}", store=site.store, clock=site.clock)


async def _joined(site: Site, placed: Placed) -> Joined:
    page = links_of(site).order(placed.order_id)
    return Joined(
        id=placed.order_id,
        key=page.rpartition("/")[2],
        page=page,
        place_ends_at=placed.place_ends_at,
        checkout_url=await open_payment_page(site, placed.order_id),
    )


JOINING = (join_deal,)
