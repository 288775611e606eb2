"""Offers for coming to a venue."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from campaigns.checkins.offer_queries import offers_at
from campaigns.checkins.write_offer import TypedOffer, end_offer, write_offer
from campaigns.deals.queries import merchant_venues
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Unit
from campaigns.people.rules import Actor, may, require
from storefront.api.check_in_shapes import NewOffer, Offer, Offers, offer_of
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.listing import OrganizationName
from storefront.api.owners import own_organization, own_venue
from storefront.api.parameters import TOKEN, Key
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.site import AnyRequest, Site

OfferName = Annotated[str, PathParameter(description="An offer's id.")]
Running = Annotated[bool, QueryParameter(name="running", description="Only those that run.")]


@get(
    "/check-in-offers",
    operation_id="listCheckInOffers",
    summary="List offers for coming",
    tags=["Venues"],
    security=TOKEN,
    responses=answers(200, Offers, "The offers, by venue.", *READING, *SIGNED_IN),
)
async def list_offers(
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    organization_id: OrganizationName = "",
    running: Running = False,
) -> Response[Any]:
    """Needs `write_check_in_offer` or `see_check_ins`."""
    owner = await own_organization(site, organization_id, actor)
    if not may(actor, "write_check_in_offer", owner):
        require(actor, "see_check_ins", owner)
    async with site.store.read() as unit:
        found = await _offers(unit, owner)
    shown = [offer for offer in found if not (running and offer.ended_at)]
    return json_answer(Offers(shown), headers=PRIVATE)


@post(
    "/check-in-offers",
    operation_id="writeCheckInOffer",
    summary="Write an offer for coming",
    tags=["Venues"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(201, Offer, "The offer, which runs.", *WRITING, *SIGNED_IN, *KEYED),
)
async def add_offer(
    request: AnyRequest,
    data: JSONBody[NewOffer],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """Visits count from now on. Needs `write_check_in_offer`."""

    async def work() -> JsonAnswer:
        owner = await own_venue(site, data.venue_id, actor)
        said = {field.name: getattr(data, field.name) for field in fields(TypedOffer)}
        typed = TypedOffer(**{name: "" if value is None else str(value) for name, value in said.items()})
        around: dict[str, Any] = {"store": site.store, "clock": site.clock, "keys": site.keys}
        offer_id = await write_offer(data.venue_id, typed, actor=actor, **around)
        return JsonAnswer(await _offer(site, owner, offer_id), 201)

    return await answer_once(request, work)


@post(
    "/check-in-offers/{offer:str}/stop",
    operation_id="stopCheckInOffer",
    summary="Stop an offer for coming",
    tags=["Venues"],
    security=TOKEN,
    status_code=200,
    responses=answers(200, Offer, "The offer, which has ended.", *READING, *SIGNED_IN),
)
async def stop_offer(
    offer: OfferName,
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    organization_id: OrganizationName = "",
) -> Response[Any]:
    """Nothing more is granted; what was granted stays. Needs `write_check_in_offer`."""
    owner = await own_organization(site, organization_id, actor)
    await _offer(site, owner, offer)
    await end_offer(offer, actor=actor, store=site.store, clock=site.clock, keys=site.keys)
    return json_answer(await _offer(site, owner, offer), headers=PRIVATE)


async def _offer(site: Site, owner: OrganizationId, offer_id: str) -> Offer:
    """Raises NotFound for one of another merchant."""
    async with site.store.read() as unit:
        for offer in await _offers(unit, owner):
            if offer.id == offer_id:
                return offer
    raise NotFound(what="offer")


async def _offers(unit: Unit, owner: OrganizationId) -> list[Offer]:
    return [
        offer_of(offer)
        for venue in await merchant_venues(unit, owner)
        for offer in await offers_at(unit, venue.id, ended_too=True)
    ]


CHECK_IN_OFFERS = (list_offers, add_offer, stop_offer)
