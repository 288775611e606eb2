"""The venues where somebody may do an act, and the one they work at now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.deals.queries import merchant_venues
from campaigns.deals.views import VenueView
from campaigns.foundation.errors import NotFound
from campaigns.people.queries import Organization
from campaigns.people.rules import may
from storefront.consoles.access import merchants_for
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of


@dataclass(frozen=True)
class Place:
    """A venue and whose it is."""

    venue: VenueView
    merchant: Organization


async def places_for(request: AnyRequest, act: str) -> Sequence[Place]:
    """Every venue at which this person may do `act`. Raises SignInNeeded, NotAllowed."""
    merchants, actor = await merchants_for(request, act), await actor_behind(request)
    async with site_of(request).store.read() as unit:
        return [
            Place(venue, merchant)
            for merchant in merchants
            if may(actor, act, merchant.id)
            for venue in await merchant_venues(unit, merchant.id)
        ]


def chosen_place(places: Sequence[Place], venue_id: str) -> Place | None:
    """The venue named in the address, or the only one. Raises NotFound for one that is none of theirs."""
    if not venue_id:
        return places[0] if len(places) == 1 else None
    for place in places:
        if place.venue.id == venue_id:
            return place
    raise NotFound(what="venue")


def several_merchants(places: Sequence[Place]) -> bool:
    return len({place.merchant.id for place in places}) > 1
