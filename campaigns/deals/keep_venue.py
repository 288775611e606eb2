"""Keep a venue of a merchant."""

from __future__ import annotations

from sqlalchemy import select, update

from campaigns.deals.draft import TypedVenue
from campaigns.deals.drafting import parse_venue
from campaigns.deals.rows import venues
from campaigns.foundation.ids import OrganizationId, VenueId, new_id
from campaigns.foundation.store import Store, Unit
from campaigns.people.rules import Actor, require


async def keep_venue(
    typed: TypedVenue, organization_id: OrganizationId, *, actor: Actor, store: Store
) -> VenueId:
    """Store a venue, or rewrite the merchant's venue of that name. Raises InvalidFields, NotAllowed."""
    require(actor, "write_deal", organization_id)
    async with store.begin() as unit:
        return await store_venue(unit, typed, organization_id)


async def store_venue(unit: Unit, typed: TypedVenue, organization_id: OrganizationId) -> VenueId:
    """The same inside a transaction."""
    written = parse_venue(typed)
    values = {"id": new_id("ven"), "organization_id": organization_id, **written}
    made = await unit.value(
        unit.insert(venues).values(values).on_conflict_do_nothing().returning(venues.c.id)
    )
    if made is not None:
        return VenueId(made)
    named = (venues.c.organization_id == organization_id, venues.c.name == written["name"])
    await unit.run(update(venues).where(*named).values(written))
    return VenueId(await unit.value(select(venues.c.id).where(*named)))
