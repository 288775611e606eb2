"""The till screen: the code of this minute, who waits for staff, and what staff must know of today's offers (R77)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.params import FromQuery

from campaigns.checkins.decline import decline
from campaigns.checkins.offer_queries import OfferView, offers_at
from campaigns.checkins.queries import WaitingClaim, waiting_at
from campaigns.checkins.rules import AlreadyDecided
from campaigns.checkins.venue_code import VenueCode, show_code
from campaigns.deals.keep_venue import rotate_code
from campaigns.foundation.errors import NotFound
from campaigns.people.rules import may
from storefront.check_in_words import evidence_line
from storefront.consoles.access import go, texts_of
from storefront.consoles.places import Place, chosen_place, places_for, several_merchants
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_BACK = {"desk": "/desk", "till": "/till"}


@dataclass(frozen=True)
class Till:
    """What one till shows at `now`."""

    code: VenueCode
    claims: Sequence[WaitingClaim]
    offers: Sequence[OfferView]
    now: datetime

    @property
    def seconds_left(self) -> int:
        return max(0, round((self.code.until - self.now).total_seconds()))


@get("/till", include_in_schema=False)
async def till_page(
    request: AnyRequest, venue: FromQuery[str] = "", done: FromQuery[str] = ""
) -> Response[str]:
    """The screen of one venue; a choice where there are several. The venue stays in the address."""
    places, actor = await places_for(request, "show_venue_code"), await actor_behind(request)
    here = chosen_place(places, venue)
    return await page(
        request,
        "consoles/till.html",
        places=places,
        here=here,
        several=several_merchants(places),
        till=await _till(request, here) if here else None,
        may_renew=bool(here and may(actor, "place_venue", here.merchant.id)),
        evidence=evidence_line,
        done=done,
    )


async def _till(request: AnyRequest, here: Place) -> Till:
    site = site_of(request)
    code = await show_code(
        here.venue.id,
        actor=await actor_behind(request),
        store=site.store,
        clock=site.clock,
        keys=site.keys,
    )
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        claims = await waiting_at(unit, here.venue.id, now)
        return Till(code, claims, await offers_at(unit, here.venue.id), now)


@post("/till", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_new_code(request: AnyRequest, venue: FromQuery[str] = "") -> Response[str]:
    """Every code shown until now becomes wrong."""
    here, site = await _here(request, "place_venue", venue), site_of(request)
    actor = await actor_behind(request)
    await rotate_code(here.venue.id, actor=actor, store=site.store, clock=site.clock, keys=site.keys)
    return go(f"/till?venue={here.venue.id}&done=renewed")


@post("/till/decline", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_decline(request: AnyRequest, venue: FromQuery[str] = "") -> Response[str]:
    """Staff say no to somebody who waits; one that is decided already stays as it is."""
    here, site = await _here(request, "redeem", venue), site_of(request)
    sent, actor = await texts_of(request, "claim", "back"), await actor_behind(request)
    async with site.store.read() as unit:
        claims = await waiting_at(unit, here.venue.id, await site.clock.now(unit))
    done = "gone"
    if sent["claim"] in {claim.id for claim in claims}:
        try:
            await decline(sent["claim"], actor=actor, store=site.store, clock=site.clock, keys=site.keys)
            done = "declined"
        except AlreadyDecided:
            done = "gone"
    back = _BACK.get(sent["back"], "/till")
    return go(f"{back}?venue={here.venue.id}&done={done}")


async def _here(request: AnyRequest, act: str, venue_id: str) -> Place:
    here = chosen_place(await places_for(request, act), venue_id)
    if here is None:
        raise NotFound(what="venue")
    return here


TILL = (till_page, take_new_code, take_decline)
