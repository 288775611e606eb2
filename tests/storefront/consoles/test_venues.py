"""Placing venues in the console: what is typed is kept, and what stands there judges check-ins (R77, S15, U17)."""

from typing import Any

import pytest
from sqlalchemy import select

from campaigns.deals.rows import venues
from campaigns.people.rows import audit
from tests.storefront.consoles.clerks import Staffed, text_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PLACED = {
    "address": "214 SE Alder Street",
    "city": "Portland",
    "zone": "America/Los_Angeles",
    "latitude": "45.5181",
    "longitude": "-122.6586",
    "self_check_in": "yes",
    "radius_m": "80",
    "max_accuracy_m": "60",
    "max_position_age_s": "90",
}


async def row(firm: Staffed) -> Any:
    (found,) = await firm.world.rows(select(venues).where(venues.c.id == firm.people.venue_id))
    return found


async def test_a_placed_venue_is_stored_as_typed_and_noted(firm: Staffed) -> None:
    """R77"""
    clerk, address = await firm.clerk("manager"), f"/console/venues/{firm.people.venue_id}"
    answer = await clerk.send(address, PLACED)
    assert answer.status_code == 303
    assert "Venue saved" in text_of(await clerk.get(answer.headers["location"]))
    found = await row(firm)
    assert (found.latitude, found.longitude, found.radius_m) == (45.5181, -122.6586, 80)
    assert (found.max_accuracy_m, found.max_position_age_s, found.self_check_in) == (60, 90, True)
    noted = [entry.act for entry in await firm.world.rows(select(audit.c.act))]
    assert "place_venue" in noted


async def test_a_venue_keeps_its_name_whatever_is_sent(firm: Staffed) -> None:
    clerk, address = await firm.clerk("owner"), f"/console/venues/{firm.people.venue_id}"
    assert (await clerk.send(address, {**PLACED, "name": "Elsewhere"})).status_code == 303
    assert [found.name for found in await firm.world.rows(select(venues.c.name))] == ["Alder Street"]


async def test_a_device_may_tell_degrees_with_many_digits(firm: Staffed) -> None:
    clerk, address = await firm.clerk("owner"), f"/console/venues/{firm.people.venue_id}"
    sent = {**PLACED, "latitude": "45.51810000000000123", "longitude": "-122.65860000000000123"}
    assert (await clerk.send(address, sent)).status_code == 303


async def test_taking_the_position_out_takes_the_venue_off_the_map(firm: Staffed) -> None:
    clerk, address = await firm.clerk("owner"), f"/console/venues/{firm.people.venue_id}"
    await clerk.send(address, PLACED)
    gone = {**PLACED, "latitude": "", "longitude": ""}
    gone.pop("self_check_in")
    assert (await clerk.send(address, gone)).status_code == 303
    found = await row(firm)
    assert (found.latitude, found.longitude, found.self_check_in) == (None, None, False)


async def test_what_does_not_fit_comes_back_with_every_error_and_every_word(firm: Staffed) -> None:
    """U17"""
    clerk, address = await firm.clerk("owner"), f"/console/venues/new?merchant={firm.people.slug}"
    sent = {**PLACED, "name": "G", "zone": "Nowhere", "latitude": "95", "longitude": "", "radius_m": "many"}
    answer = await clerk.send(address, sent)
    said = text_of(answer)
    assert answer.status_code == 422
    for sentence in ("Choose degrees from -90 to 90.", "Fill this in.", "Write a whole number in digits."):
        assert sentence in said
    for typed in ('value="Nowhere"', 'value="95"', 'value="many"', 'value="yes" checked'):
        assert typed in answer.text
    assert await row(firm)


async def test_checking_in_alone_needs_a_position(firm: Staffed) -> None:
    """R77"""
    clerk, address = await firm.clerk("owner"), f"/console/venues/{firm.people.venue_id}"
    answer = await clerk.send(address, {**PLACED, "latitude": "", "longitude": ""})
    assert answer.status_code == 422
    assert "Place the venue before people check in alone." in text_of(answer)


async def test_the_address_of_another_merchants_venue_is_not_there(firm: Staffed) -> None:
    """S15"""
    firm.world.merchant_id = await firm.office.merchant("moss")
    await firm.world.deal()
    foreign = select(venues.c.id).where(venues.c.organization_id == firm.world.merchant_id)
    ((venue_id,),) = await firm.world.rows(foreign)
    clerk = await firm.clerk("owner")
    assert (await clerk.get(f"/console/venues/{venue_id}")).status_code == 404
