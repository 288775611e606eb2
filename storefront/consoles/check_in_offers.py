"""Offers for coming: written for one venue, shown to its staff, ended by hand (R78)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.checkins.offer_queries import OfferView, offers_at
from campaigns.checkins.write_offer import TypedOffer, end_offer, write_offer
from campaigns.deals.queries import merchant_venues
from campaigns.deals.views import VenueView
from campaigns.foundation.errors import InvalidFields, NotFound
from campaigns.foundation.ids import random_text
from campaigns.people.queries import Organization
from storefront.consoles.access import chosen, console_links, go, merchants_for, texts_of
from storefront.consoles.editor_form import by_field
from storefront.consoles.once import once
from storefront.errors import problem_of
from storefront.formats import plural
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_ACT, _ADDRESS = "write_check_in_offer", "/console/check-in-offers"
_EMPTY = TypedOffer("loyalty", "", "", "", every="5", swarm_size="", swarm_hours="3")


@dataclass(frozen=True)
class Offered:
    """An offer and its venue."""

    offer: OfferView
    venue: VenueView


@get(_ADDRESS, include_in_schema=False)
async def offers_page(
    request: AnyRequest, merchant: FromQuery[str] = "", done: FromQuery[str] = ""
) -> Response[str]:
    """Every offer of one merchant, running ones first, and the form of a new one."""
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        return go("/console")
    return await _show(request, found, _EMPTY, done=done)


@post(_ADDRESS, include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_offer(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """The same form sent twice writes one offer."""
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        raise NotFound(what="merchant")
    site, actor = site_of(request), await actor_behind(request)
    names = tuple(field.name for field in fields(TypedOffer))
    sent = await texts_of(request, "venue_id", "nonce", *names)
    typed = TypedOffer(**{name: sent[name] for name in names})
    venues = {venue.id for venue, _ in await _venues(request, found)}
    if sent["venue_id"] not in venues:
        errors = {"venue_id": "Choose one of your venues."}
        return await _show(request, found, typed, status=422, errors=errors)

    async def work() -> str:
        around: dict[str, Any] = {"store": site.store, "clock": site.clock, "keys": site.keys}
        return await write_offer(sent["venue_id"], typed, actor=actor, **around)

    asked = ("check_in_offer", sent["venue_id"], *(getattr(typed, name) for name in names))
    try:
        await once(site, actor, asked, sent["nonce"] or random_text(), work=work)
    except InvalidFields as refusal:
        errors, status = by_field(refusal.errors), problem_of(refusal).status
        return await _show(request, found, typed, status=status, errors=errors, venue_id=sent["venue_id"])
    return go(f"{_ADDRESS}?merchant={found.slug}&done=written")


@post(f"{_ADDRESS}/{{offer_id:str}}/stop", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_stop(request: AnyRequest, offer_id: FromPath[str]) -> Response[str]:
    """No more is granted. An offer of another merchant is not there (S15)."""
    site, actor = site_of(request), await actor_behind(request)
    for merchant in await merchants_for(request, _ACT):
        every = await _offered(request, merchant)
        if any(each.offer.id == offer_id for each in every):
            await end_offer(offer_id, actor=actor, store=site.store, clock=site.clock, keys=site.keys)
            return go(f"{_ADDRESS}?merchant={merchant.slug}&done=stopped")
    raise NotFound(what="offer")


async def _venues(request: AnyRequest, merchant: Organization) -> list[tuple[VenueView, Sequence[OfferView]]]:
    async with site_of(request).store.read() as unit:
        return [
            (venue, await offers_at(unit, venue.id, ended_too=True))
            for venue in await merchant_venues(unit, merchant.id)
        ]


async def _offered(request: AnyRequest, merchant: Organization) -> list[Offered]:
    """Running ones first, each group newest first."""
    every = [Offered(offer, venue) for venue, offers in await _venues(request, merchant) for offer in offers]
    every.sort(key=lambda each: each.offer.began_at, reverse=True)
    return sorted(every, key=lambda each: each.offer.ended_at is not None)


async def _show(
    request: AnyRequest, merchant: Organization, typed: TypedOffer, *, status: int = 200, **shown: Any
) -> Response[str]:
    """A new nonce with every form: what comes back was not stored."""
    if typed.kind not in ("loyalty", "swarm"):
        typed = replace(typed, kind="")
    venues = [(str(venue.id), venue.name) for venue, _ in await _venues(request, merchant)]
    return await page(
        request,
        "consoles/check_in_offers.html",
        status=status,
        merchant=merchant,
        links=console_links(await actor_behind(request), merchant),
        offers=await _offered(request, merchant),
        venues=venues,
        form=typed,
        nonce=random_text(),
        who=who_gets_it,
        **{"errors": {}, "done": "", "venue_id": "", **shown},
    )


def who_gets_it(offer: OfferView) -> str:
    """The rule of an offer in one sentence."""
    if offer.every is not None:
        return f"Each {_ordinal(offer.every)} visit"
    people = plural(offer.swarm_size or 0, "person", "people")
    return f"{people} within {plural(offer.swarm_hours, 'hour', 'hours')}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


CHECK_IN_OFFERS = (offers_page, take_offer, take_stop)
