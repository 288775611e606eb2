"""Where a venue is and what it asks of a position: typed, limited, audited, in files (R77)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.deals.draft import TypedPlace, TypedVenue
from campaigns.deals.export_deal import export_deal
from campaigns.deals.keep_venue import keep_venue, place_venue
from campaigns.deals.placing import parse_place, parse_venue
from campaigns.deals.queries import merchant_venues
from campaigns.deals.rows import venues
from campaigns.deals.views import VenueView
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound
from campaigns.foundation.ids import VenueId
from campaigns.foundation.store import Store
from campaigns.people.rows import audit
from campaigns.people.rules import Actor
from tests.deals.drafts import Merchant, a_merchant, codes, owner_of
from tests.deals.test_deal_files import TEXT, bring, read
from tests.world import KEYS

PIER = TypedVenue("Pier", "1 Quay", "", "UTC")
HERE = TypedPlace("45.5231", "-122.6765", "80", "50", "60", "yes")


@pytest.fixture
async def merchant(store: Store, clock: ManualClock) -> Merchant:
    return await a_merchant(store, clock)


async def place(merchant: Merchant, typed: TypedPlace, actor: Actor | None = None) -> VenueView:
    await place_venue(
        VenueId(merchant.venue_id),
        typed,
        actor=actor or merchant.owner,
        store=merchant.store,
        clock=merchant.clock,
        keys=KEYS,
    )
    async with merchant.store.read() as unit:
        return next(v for v in await merchant_venues(unit, merchant.id) if v.id == merchant.venue_id)


async def test_a_new_venue_is_nowhere_and_asks_for_staff(merchant: Merchant) -> None:
    async with merchant.store.read() as unit:
        (venue,) = await merchant_venues(unit, merchant.id)
    assert (venue.latitude, venue.longitude, venue.self_check_in, venue.datum) == (None, None, False, "wgs84")
    assert (venue.radius_m, venue.max_accuracy_m, venue.max_position_age_s) == (150, 100, 120)


async def test_a_placed_venue_says_so_and_the_trail_too(merchant: Merchant) -> None:
    venue = await place(merchant, HERE)
    assert (venue.latitude, venue.longitude, venue.self_check_in) == (45.5231, -122.6765, True)
    assert (venue.radius_m, venue.max_accuracy_m, venue.max_position_age_s) == (80, 50, 60)
    async with merchant.store.read() as unit:
        acts = await unit.all(select(audit.c.act, audit.c.subject).where(audit.c.act == "place_venue"))
    assert [tuple(row) for row in acts] == [("place_venue", f"venue:{merchant.venue_id}")]


async def test_a_position_left_empty_takes_the_venue_off_the_map(merchant: Merchant) -> None:
    await place(merchant, HERE)
    venue = await place(merchant, TypedPlace())
    assert (venue.latitude, venue.self_check_in, venue.radius_m) == (None, False, 80)


async def test_only_who_may_place_venues_does(merchant: Merchant) -> None:
    staff = replace(merchant.owner, roles={merchant.id: "staff"})
    with pytest.raises(NotAllowed):
        await place(merchant, HERE, staff)
    merchant.venue_id = VenueId("ven_none")
    with pytest.raises(NotFound):
        await place(merchant, HERE)


async def test_writing_a_venue_again_keeps_its_place(merchant: Merchant) -> None:
    await place(merchant, HERE)
    typed = TypedVenue("Lantern Street", "420 Lantern Street", "Portland", "America/Los_Angeles")
    around: dict[str, Any] = {"store": merchant.store, "clock": merchant.clock, "keys": KEYS}
    await keep_venue(typed, merchant.id, actor=merchant.owner, **around)
    async with merchant.store.read() as unit:
        (venue,) = await merchant_venues(unit, merchant.id)
    assert (venue.address, venue.latitude, venue.radius_m) == ("420 Lantern Street", 45.5231, 80)


async def test_a_venue_can_be_written_with_its_place_by_who_may_place_it(merchant: Merchant) -> None:
    typed = replace(PIER, latitude="1", longitude="2")
    around: dict[str, Any] = {"store": merchant.store, "clock": merchant.clock, "keys": KEYS}
    writer = replace(owner_of(merchant.id), scopes=frozenset({"write_deal"}))
    with pytest.raises(NotAllowed):
        await keep_venue(typed, merchant.id, actor=writer, **around)
    venue_id = await keep_venue(typed, merchant.id, actor=merchant.owner, **around)
    async with merchant.store.read() as unit:
        subjects = await unit.all(select(audit.c.subject).where(audit.c.act == "place_venue"))
    assert [row.subject for row in subjects] == [f"venue:{venue_id}"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"latitude": "90.01"}, [("latitude", "out_of_range")]),
        ({"latitude": "-91"}, [("latitude", "out_of_range")]),
        ({"longitude": "180.5"}, [("longitude", "out_of_range")]),
        ({"latitude": "north"}, [("latitude", "not_a_number")]),
        ({"latitude": "NaN"}, [("latitude", "not_a_number")]),
        ({"latitude": "1e2"}, [("latitude", "not_a_number")]),
        ({"longitude": ""}, [("longitude", "missing")]),
        ({"radius_m": "19"}, [("radius_m", "out_of_range")]),
        ({"radius_m": "5001"}, [("radius_m", "out_of_range")]),
        ({"max_accuracy_m": "9"}, [("max_accuracy_m", "out_of_range")]),
        ({"max_accuracy_m": "1001"}, [("max_accuracy_m", "out_of_range")]),
        ({"max_position_age_s": "29"}, [("max_position_age_s", "out_of_range")]),
        ({"max_position_age_s": "601"}, [("max_position_age_s", "out_of_range")]),
        ({"self_check_in": "perhaps"}, [("self_check_in", "unknown_choice")]),
        ({"latitude": "", "longitude": ""}, [("self_check_in", "no_position")]),
    ],
)
def test_a_place_has_limits(changes: dict[str, str], found: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidFields) as refusal:
        parse_place(replace(HERE, **changes))
    assert codes(refusal.value) == found


@pytest.mark.parametrize("place", [("90", "180"), ("-90", "-180"), ("0", "0"), ("+45.523100000001", "-0.5")])
def test_every_corner_of_the_earth_can_be_a_venue(place: tuple[str, str]) -> None:
    found = parse_place(TypedPlace(*place))
    assert (found["latitude"], found["longitude"]) == tuple(map(float, place))


def test_a_venue_without_a_place_writes_nothing_of_it() -> None:
    assert set(parse_venue(PIER)) == {"name", "address", "city", "zone"}


async def test_a_deal_file_places_its_venues_and_is_written_so_again(
    store: Store, clock: ManualClock
) -> None:
    place = "latitude: 53.7960, longitude: -1.5400, radius_m: 60, self_check_in: true"
    text = TEXT.replace("{name: Corn Exchange,", f"{{{place}, name: Corn Exchange,")
    assert read(text).digest != read().digest
    await bring(read(text), store, clock)
    async with store.read() as unit:
        row = await unit.one(select(venues))
    assert row is not None
    assert (row.latitude, row.longitude, row.radius_m, row.self_check_in) == (53.796, -1.54, 60, True)
    written = await export_deal("soup-friday", store=store)
    assert "latitude: 53.796" in written
    again = read(written)
    assert (again.venues[0].latitude, again.venues[0].self_check_in) == ("53.796", "true")


async def test_a_file_that_says_no_place_leaves_it(store: Store, clock: ManualClock) -> None:
    await bring(read(), store, clock)
    assert "latitude" not in await export_deal("soup-friday", store=store)
