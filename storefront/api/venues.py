"""The places of a merchant."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.deals.draft import TypedVenue
from campaigns.deals.keep_venue import keep_venue
from campaigns.deals.queries import merchant_venues
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Unit
from campaigns.people.rules import Actor, may, require
from storefront.api.deal_shapes import PlacedVenue, Venues
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.listing import OrganizationName
from storefront.api.owners import own_organization
from storefront.api.parameters import TOKEN, Key
from storefront.api.people_shapes import NewVenue
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.site import AnyRequest, Site


@get(
    "/venues",
    operation_id="listVenues",
    summary="List your venues",
    tags=["Venues"],
    security=TOKEN,
    responses=answers(200, Venues, "The venues by name.", *READING, *SIGNED_IN),
)
async def list_venues(
    site: NamedDependency[Site], actor: NamedDependency[Actor], organization_id: OrganizationName = ""
) -> Response[Any]:
    """Needs `see_console` or `redeem`."""
    owner = await own_organization(site, organization_id, actor)
    if not may(actor, "redeem", owner):
        require(actor, "see_console", owner)
    async with site.store.read() as unit:
        return json_answer(Venues(await _venues(unit, owner)), headers=PRIVATE)


@post(
    "/venues",
    operation_id="keepVenue",
    summary="Add a venue, or rewrite one",
    tags=["Venues"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(201, PlacedVenue, "The venue.", *WRITING, *SIGNED_IN, *KEYED, "unknown_zone"),
)
async def add_venue(
    request: AnyRequest,
    data: JSONBody[NewVenue],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """A name your merchant has already is that venue. Needs `write_deal`."""

    async def work() -> JsonAnswer:
        owner = await own_organization(site, data.organization_id, actor)
        typed = TypedVenue(data.name, data.address, data.city, data.zone, **_place(data))
        venue_id = await keep_venue(
            typed, owner, actor=actor, store=site.store, clock=site.clock, keys=site.keys
        )
        async with site.store.read() as unit:
            found = await _venues(unit, owner)
        return JsonAnswer(next(venue for venue in found if venue.id == venue_id), 201)

    return await answer_once(request, work)


def _place(data: NewVenue) -> dict[str, str]:
    """What was said of its place, as people type it: the operation reads both alike."""
    numbers = ("radius_m", "max_accuracy_m", "max_position_age_s")
    said = {name: getattr(data, name) for name in numbers}
    texts = {name: str(value) for name, value in said.items() if value is not None}
    degrees = {"latitude": data.latitude, "longitude": data.longitude}
    texts |= {name: f"{value:.9f}" for name, value in degrees.items() if value is not None}
    if data.self_check_in is not None:
        texts["self_check_in"] = "yes" if data.self_check_in else "no"
    return texts


async def _venues(unit: Unit, organization_id: OrganizationId) -> list[PlacedVenue]:
    found = await merchant_venues(unit, organization_id)
    return msgspec.convert(found, list[PlacedVenue], from_attributes=True)


VENUES = (list_venues, add_venue)
