"""Keep a venue of a merchant, place it, and change what its code is made from."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.draft import TypedPlace, TypedVenue
from campaigns.deals.placing import parse_place, parse_venue
from campaigns.deals.rows import venues
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import OrganizationId, VenueId, new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require


async def keep_venue(
    typed: TypedVenue,
    organization_id: OrganizationId,
    *,
    actor: Actor,
    store: Store,
    clock: Clock,
    keys: Keys,
) -> VenueId:
    """Store a venue, or rewrite the merchant's venue of that name. Raises InvalidFields, NotAllowed.

    A place said with it is audited like any other placing, and needs `place_venue` too.
    """
    require(actor, "write_deal", organization_id)
    placed = any(text.strip() for text in astuple(typed.place))
    if placed:
        require(actor, "place_venue", organization_id)
    async with store.begin() as unit:
        venue_id = await store_venue(unit, typed, organization_id)
        if placed:
            entry = _entry(organization_id, actor, "place_venue", venue_id)
            await note(unit, entry, now=await clock.now(unit), keys=keys)
        return venue_id


async def store_venue(unit: Unit, typed: TypedVenue, organization_id: OrganizationId) -> VenueId:
    """The same inside a transaction, by nobody in particular."""
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


async def place_venue(
    venue_id: VenueId, typed: TypedPlace, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> None:
    """Say where a venue is and what is asked there (R77). Without a position it is taken off the map.

    Raises NotFound, NotAllowed, InvalidFields.
    """
    async with store.begin() as unit:
        organization_id = await _owner(unit, venue_id, actor)
        written = parse_place(typed)
        if written["latitude"] is None:
            written["self_check_in"] = False
        await unit.run(update(venues).where(venues.c.id == venue_id).values(written))
        entry = _entry(organization_id, actor, "place_venue", venue_id)
        await note(unit, entry, now=await clock.now(unit), keys=keys)


async def rotate_code(venue_id: VenueId, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> int:
    """Make every venue code shown until now wrong; answers the new version. Raises NotFound, NotAllowed."""
    async with store.begin() as unit:
        organization_id = await _owner(unit, venue_id, actor)
        raised = update(venues).where(venues.c.id == venue_id).values(code_version=venues.c.code_version + 1)
        version = int(await unit.value(raised.returning(venues.c.code_version)))
        entry = _entry(organization_id, actor, "rotate_code", venue_id, version=version)
        await note(unit, entry, now=await clock.now(unit), keys=keys)
        return version


async def _owner(unit: Unit, venue_id: str, actor: Actor) -> OrganizationId:
    found = await unit.value(select(venues.c.organization_id).where(venues.c.id == venue_id))
    if found is None:
        raise NotFound(what="venue")
    organization_id = OrganizationId(found)
    require(actor, "place_venue", organization_id)
    return organization_id


def _entry(organization_id: str, actor: Actor, act: str, venue_id: str, **data: Any) -> AuditEntry:
    return AuditEntry(organization_id, actor.label, act, f"venue:{venue_id}", data)
