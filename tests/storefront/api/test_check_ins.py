"""Checking in through the API: by a voucher's key, by the till's code, from a device, and what merchants read (R77)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from campaigns.checkins.place_source import connect, disconnect
from campaigns.checkins.queries import holder_of
from campaigns.checkins.rows import check_ins
from campaigns.checkins.venue_code import code_at
from campaigns.deals.rows import deal_venues, venues
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import ANSWERS
from storefront.check_in_words import ALONE, REASONS
from tests.storefront.api.programs import Office, code_of

CENTRE = (45.5181, -122.6586)


@dataclass(frozen=True)
class Held:
    """A voucher by its id and the key in its link, and the placed venue where it is good."""

    voucher_id: str
    key: str
    venue_id: str


async def a_held_voucher(office: Office, email: str = "mei@example.com") -> Held:
    world = office.world
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, email)
    ((venue_id,),) = await world.rows(select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == deal_id))
    ((voucher_id,),) = await world.rows(select(vouchers.c.id).where(vouchers.c.order_id == order_id))
    placed = {"latitude": CENTRE[0], "longitude": CENTRE[1], "self_check_in": True}
    async with world.store.begin() as unit:
        await unit.run(update(venues).where(venues.c.id == venue_id).values(placed))
    return Held(voucher_id, world.links.voucher(voucher_id).rpartition("/")[2], venue_id)


async def digits(office: Office, held: Held) -> str:
    (venue,) = await office.world.rows(select(venues).where(venues.c.id == held.venue_id))
    return code_at(office.world.keys, venue, office.world.clock.at).digits


async def arrival(office: Office, held: Held, **changes: Any) -> dict[str, Any]:
    made = await office.anybody.post(f"/vouchers/{held.key}/challenges", {"venue_id": held.venue_id}, key="")
    at = office.world.clock.at.isoformat()
    position = {"latitude": CENTRE[0], "longitude": CENTRE[1], "accuracy_m": 12.0, "at": at}
    return {
        "voucher": held.key,
        "venue_id": held.venue_id,
        "code": await digits(office, held),
        "challenge": made.json()["challenge"],
        "position": position,
        **changes,
    }


async def test_a_holder_redeems_alone_and_a_repeat_is_the_same_attempt(office: Office) -> None:
    """R68, R77"""
    held = await a_held_voucher(office)
    sent = await arrival(office, held)
    first = await office.anybody.post("/check-ins", sent, key="arrival-number-one")
    again = await office.anybody.post("/check-ins", sent, key="arrival-number-one")
    assert first.status_code == 201
    assert (first.json()["state"], first.json()["reason"]) == ("accepted", "ok")
    assert again.json() == first.json()
    read = await office.anybody.get(f"/vouchers/{held.key}/check-ins/{first.json()['id']}")
    assert read.json() == first.json()
    assert len(await office.world.rows(select(check_ins.c.id))) == 1


async def test_a_wrong_code_is_an_answer_with_the_tries_that_are_left(office: Office) -> None:
    """R69, R77"""
    held = await a_held_voucher(office)
    told = (await office.anybody.post("/check-ins", await arrival(office, held, code="1"))).json()
    assert (told["state"], told["reason"], told["tries_left"]) == ("refused", "wrong_venue_code", 4)
    assert "You have 4 tries left." in told["sentence"]


async def test_a_venue_that_offers_it_not_and_a_voucher_of_nobody(office: Office) -> None:
    """S14, R77"""
    held = await a_held_voucher(office)
    sent = await arrival(office, held)
    async with office.world.store.begin() as unit:
        await unit.run(update(venues).values(self_check_in=False))
    refused = await office.anybody.post("/check-ins", sent)
    assert code_of(refused) == (409, "self_check_in_not_offered")
    forged = await office.anybody.post("/check-ins", {**sent, "voucher": f"{held.voucher_id}.forged"})
    assert code_of(forged) == (404, "not_found")


async def test_staff_read_the_code_and_a_merchant_reads_who_came(office: Office) -> None:
    """R77: coarse evidence only, filtered as asked, page by page."""
    held = await a_held_voucher(office)
    staff, owner = await office.program("staff"), await office.program("owner")
    told = await staff.get(f"/venues/{held.venue_id}/code")
    assert told.json()["digits"] == await digits(office, held)
    assert told.headers["cache-control"] == "no-store"
    await office.anybody.post("/check-ins", await arrival(office, held, code="1"))
    office.world.clock.advance(seconds=5)
    await office.anybody.post("/check-ins", await arrival(office, held))
    first = (await owner.get("/check-ins", limit=1)).json()
    second = (await owner.get("/check-ins", limit=1, after=first["next"])).json()
    (accepted,), (wrong,) = first["check_ins"], second["check_ins"]
    assert (accepted["state"], wrong["state"], second["next"]) == ("accepted", "refused", None)
    assert (accepted["distance_band"], accepted["position"]) == ("25", "inside")
    assert not {"latitude", "longitude", "account_id"} & accepted.keys()
    only = (await owner.get("/check-ins", state="refused", venue_id=held.venue_id)).json()
    assert [line["id"] for line in only["check_ins"]] == [wrong["id"]]
    none = (await owner.get("/check-ins", since_on="2031-01-01")).json()
    assert none["check_ins"] == []


async def test_an_offer_is_written_listed_and_stopped(office: Office) -> None:
    """R78"""
    held = await a_held_voucher(office)
    owner = await office.program("owner")
    words = {"title": "Tea for regulars", "reward": "a pot of tea", "staff_sentence": "Pour a pot."}
    body = {"venue_id": held.venue_id, "kind": "loyalty", **words, "every": 5, "capacity": 40}
    made = (await owner.post("/check-in-offers", body)).json()
    assert (made["every"], made["left"], made["ended_at"]) == (5, 40, None)
    stopped = await owner.post(f"/check-in-offers/{made['id']}/stop", key="")
    assert stopped.json()["ended_at"] is not None
    assert (await owner.get("/check-in-offers", running=True)).json() == {"offers": []}
    wrong = await owner.post("/check-in-offers", {**body, "every": 1})
    assert (code_of(wrong), wrong.json()["errors"][0]["field"]) == ((422, "invalid_fields"), "every")


def signed_in(name: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


async def test_a_device_tells_where_it_is_until_it_is_let_go(office: Office) -> None:
    """R77, S18: nothing but a presence at a venue of a voucher is kept; an empty message is fine."""
    held, world, client = await a_held_voucher(office), office.world, office.anybody.client
    async with world.store.read() as unit:
        account_id = str(await holder_of(unit, held.voucher_id))
    device = await connect(account_id, store=world.store, clock=world.clock)
    headers = signed_in(device.username, device.secret)
    here = {"_type": "location", "lat": CENTRE[0], "lon": CENTRE[1], "acc": 18}
    fix = {**here, "tst": int(world.clock.at.timestamp())}
    for body in (fix, {**fix, "lat": 12.0}, {"_type": "waypoints"}):
        answer = await client.post("/positions/owntracks", json=body, headers=headers)
        assert (answer.status_code, answer.json()) == (200, [])
    empty = await client.post("/positions/owntracks", headers=headers)
    assert (empty.status_code, empty.json()) == (200, [])
    kept = await world.rows(select(check_ins))
    assert [(row.source, row.state, row.voucher_id) for row in kept] == [("owntracks", "received", None)]
    broken = await client.post("/positions/owntracks", json={**fix, "acc": -1}, headers=headers)
    assert code_of(broken) == (422, "not_a_position")
    told = (await office.anybody.post("/check-ins", await arrival(office, held, position=None))).json()
    assert told["state"] == "accepted"
    await disconnect(account_id, store=world.store, clock=world.clock)
    gone = await client.post("/positions/owntracks", json=fix, headers=headers)
    assert code_of(gone) == (401, "device_unknown")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_guessing_a_device_stops(office: Office) -> None:
    """S18"""
    client = office.anybody.client
    headers = signed_in("qnobody", "x")
    answers = [(await client.post("/positions/owntracks", headers=headers)).status_code for _ in range(21)]
    assert answers == [401] * 20 + [429]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_an_instant_at_the_end_of_the_calendar_is_no_position(office: Office, at: str) -> None:
    """S19: it cannot be moved to another zone, so nothing may try."""
    held = await a_held_voucher(office)
    sent = await arrival(office, held)
    answer = await office.anybody.post("/check-ins", {**sent, "position": {**sent["position"], "at": at}})
    assert answer.json()["code"] == "not_a_position"


async def test_a_challenge_that_is_too_old_is_told_and_uses_nothing(office: Office) -> None:
    """R77: whoever walks to the till with the page open is told to try again."""
    held = await a_held_voucher(office)
    sent = await arrival(office, held)
    office.world.clock.advance(minutes=3)
    answer = await office.anybody.post("/check-ins", {**sent, "code": await digits(office, held)})
    told = answer.json()
    assert (told["state"], told["reason"], told["redeemed_at"]) == ("refused", "invalid", None)
    assert "two minutes old" in told["sentence"]


def test_every_answer_has_words_for_holders_and_for_merchants() -> None:
    """R69"""
    assert set(ANSWERS) <= set(ALONE)
    assert set(ANSWERS) <= set(REASONS)


async def test_a_voucher_is_not_tried_without_end(office: Office) -> None:
    """S18: each attempt is kept, so a holder could fill the merchant's list."""
    held = await a_held_voucher(office)
    sent = await arrival(office, held, challenge="cha_none")
    answers = [await office.anybody.post("/check-ins", sent) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [201] * 30 + [429]
    assert answers[-1].json()["code"] == "too_many_tries"


async def test_an_attempt_that_cannot_be_is_not_asked_of_the_database(office: Office) -> None:
    """S19: PostgreSQL knows no text with a zero in it."""
    held = await a_held_voucher(office)
    page = f"{office.world.links.voucher(held.voucher_id)}/check-in"
    answer = await office.anybody.client.get(page, params={"attempt": "a\x00b"})
    assert answer.status_code == 404
