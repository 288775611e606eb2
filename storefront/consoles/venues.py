"""The places of a merchant: where they are, and what checking in alone asks there (R77)."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.deals.draft import TypedVenue
from campaigns.deals.keep_venue import keep_venue, place_venue
from campaigns.deals.queries import merchant_venues
from campaigns.deals.views import VenueView
from campaigns.foundation.errors import InvalidFields, NotFound
from campaigns.foundation.ids import VenueId
from campaigns.orders.owners import merchant_of_venue
from campaigns.people.queries import Organization, read_organization
from campaigns.people.rules import require
from storefront.api.owners import plausible
from storefront.consoles.access import chosen, console_links, go, merchants_for
from storefront.consoles.editor_form import by_field
from storefront.consoles.venue_form import empty_venue, typed_from, typed_of
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_ACT = "place_venue"


@get("/console/venues", include_in_schema=False)
async def venues_page(
    request: AnyRequest, merchant: FromQuery[str] = "", done: FromQuery[str] = ""
) -> Response[str]:
    """Every venue of one merchant, placed or not."""
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        return go("/console")
    async with site_of(request).store.read() as unit:
        venues = await merchant_venues(unit, found.id)
    links = console_links(await actor_behind(request), found)
    return await page(
        request, "consoles/venues.html", merchant=found, venues=venues, links=links, done=done == "saved"
    )


@get("/console/venues/new", include_in_schema=False)
async def new_venue_page(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        return go("/console")
    return await _show(request, found, None, empty_venue(found))


@post("/console/venues/new", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_new_venue(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        raise NotFound(what="merchant")
    sent: Any = await request.form()
    return await _save(request, found, None, typed_from(sent))


@get("/console/venues/{venue_id:str}", include_in_schema=False)
async def venue_page(request: AnyRequest, venue_id: FromPath[str]) -> Response[str]:
    merchant, venue = await open_venue(request, venue_id, _ACT)
    return await _show(request, merchant, venue, typed_of(venue))


@post("/console/venues/{venue_id:str}", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_venue(request: AnyRequest, venue_id: FromPath[str]) -> Response[str]:
    """A venue keeps its name: vouchers and deals call it so."""
    merchant, venue = await open_venue(request, venue_id, _ACT)
    sent: Any = await request.form()
    typed = typed_from(sent)
    same_name = {name: getattr(typed, name) for name in TypedVenue.__dataclass_fields__}
    return await _save(request, merchant, venue, TypedVenue(**{**same_name, "name": venue.name}))


async def open_venue(request: AnyRequest, venue_id: str, act: str) -> tuple[Organization, VenueView]:
    """A venue and whose it is. Raises SignInNeeded, NotFound for another merchant's, NotAllowed."""
    actor = await actor_behind(request)
    if actor.is_anonymous:
        require(actor, act)
    async with site_of(request).store.read() as unit:
        owner = await merchant_of_venue(unit, venue_id) if plausible(venue_id) else None
        if owner is None or not (owner in actor.roles or actor.is_operator):
            raise NotFound(what="venue")
        require(actor, act, owner)
        merchant = await read_organization(unit, owner)
        venues = {venue.id: venue for venue in await merchant_venues(unit, owner)}
    if merchant is None:
        raise NotFound(what="venue")
    return merchant, venues[VenueId(venue_id)]


async def _save(
    request: AnyRequest, merchant: Organization, venue: VenueView | None, typed: TypedVenue
) -> Response[str]:
    """Stored with its place; a position taken out of the form takes the venue off the map."""
    site, actor = site_of(request), await actor_behind(request)
    around: dict[str, Any] = {"actor": actor, "store": site.store, "clock": site.clock, "keys": site.keys}
    try:
        venue_id = await keep_venue(typed, merchant.id, **around)
        if venue is not None and not (typed.latitude.strip() or typed.longitude.strip()):
            await place_venue(venue_id, typed.place, **around)
    except InvalidFields as refusal:
        errors, status = by_field(refusal.errors), problem_of(refusal).status
        return await _show(request, merchant, venue, typed, status=status, errors=errors)
    return go(f"/console/venues?merchant={merchant.slug}&done=saved")


async def _show(
    request: AnyRequest,
    merchant: Organization,
    venue: VenueView | None,
    typed: TypedVenue,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    new_address = f"/console/venues/new?merchant={merchant.slug}"
    return await page(
        request,
        "consoles/venue.html",
        status=status,
        merchant=merchant,
        venue=venue,
        form=typed,
        address=f"/console/venues/{venue.id}" if venue else new_address,
        links=console_links(await actor_behind(request), merchant),
        zones=sorted({merchant.zone, typed.zone} - {""}),
        errors=errors or {},
    )


VENUES = (venues_page, new_venue_page, take_new_venue, venue_page, take_venue)
