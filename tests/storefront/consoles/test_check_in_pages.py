"""The till, the list of check-ins with its file, and the offers for coming, over HTTP (R77, R78, S15)."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select, update

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import Arrival, check_in
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.queries import CheckedIn
from campaigns.checkins.rows import check_in_offers
from campaigns.checkins.rules import CHECK_IN, FLAGS, SOURCES
from campaigns.checkins.venue_code import code_at
from campaigns.deals.rows import deal_venues, offers, venues
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import ANSWERS
from storefront import check_in_words
from storefront.consoles.check_in_offers import who_gets_it
from storefront.consoles.check_ins import COLUMNS
from storefront.consoles.csv_text import csv_text
from tests.storefront.consoles.clerks import Staffed, text_of

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
CENTRE = (45.5181, -122.6586)
OFFER = {
    "kind": "loyalty",
    "title": "Tea for regulars",
    "reward": "a pot of tea",
    "staff_sentence": "Pour a pot of tea.",
    "every": "5",
    "capacity": "40",
}


async def a_placed_deal(firm: Staffed) -> tuple[str, str]:
    """A deal that is on, and its one venue on the map."""
    deal_id = await firm.world.deal(threshold=1)
    here = select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == deal_id)
    ((venue_id,),) = await firm.world.rows(here)
    placed = {"latitude": CENTRE[0], "longitude": CENTRE[1], "self_check_in": True}
    async with firm.world.store.begin() as unit:
        await unit.run(update(venues).where(venues.c.id == venue_id).values(placed))
    return deal_id, str(venue_id)


async def code_of(firm: Staffed, venue_id: str) -> str:
    (venue,) = await firm.world.rows(select(venues).where(venues.c.id == venue_id))
    return code_at(firm.world.keys, venue, firm.world.clock.at).digits


async def comes(
    firm: Staffed, deal_id: str, venue_id: str, email: str, *, accuracy_m: float = 12, code: str = ""
) -> CheckedIn:
    """Somebody buys and checks in alone."""
    world = firm.world
    order_id = await world.buy(deal_id, email)
    ((voucher_id,),) = await world.rows(select(vouchers.c.id).where(vouchers.c.order_id == order_id))
    made = await issue_challenge(voucher_id, venue_id, store=world.store, clock=world.clock)
    claim = PresenceClaim(*CENTRE, accuracy_m, world.clock.at, accuracy_share=0.95)
    typed = code or await code_of(firm, venue_id)
    sent = Arrival(voucher_id, venue_id, typed, made.id, made.id, claim)
    return await check_in(sent, store=world.store, clock=world.clock, keys=world.keys)


async def test_the_till_shows_the_code_of_the_venue_and_is_stored_nowhere(firm: Staffed) -> None:
    """R77"""
    _, venue_id = await a_placed_deal(firm)
    staff = await firm.clerk("staff")
    answer = await staff.get(f"/till?venue={venue_id}")
    assert f'id="venue-code">{await code_of(firm, venue_id)}<' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "New code" not in text_of(answer)
    assert "New code" in text_of(await (await firm.clerk("manager")).get(f"/till?venue={venue_id}"))


@one_database
async def test_a_new_code_is_for_managers_alone(firm: Staffed) -> None:
    """R77, S15"""
    _, venue_id = await a_placed_deal(firm)
    before = await code_of(firm, venue_id)
    staff, manager = await firm.clerk("staff"), await firm.clerk("manager")
    till = f"/till?venue={venue_id}"
    assert (await staff.send(till, {})).status_code == 403
    assert await code_of(firm, venue_id) == before
    assert (await manager.send(till, {})).status_code == 303
    assert await code_of(firm, venue_id) != before


async def test_who_waits_is_listed_at_the_till_and_the_desk_and_may_be_declined(firm: Staffed) -> None:
    """R77"""
    deal_id, venue_id = await a_placed_deal(firm)
    made = await comes(firm, deal_id, venue_id, "mei@example.com", accuracy_m=900)
    staff, till = await firm.clerk("staff"), f"/till?venue={venue_id}"
    for address in (till, f"/desk?venue={venue_id}"):
        assert "exact to 1,000 m" in text_of(await staff.get(address))
    declined = {"claim": made.id, "back": "desk"}
    answer = await staff.send(f"/till/decline?venue={venue_id}", declined, on=till)
    assert answer.headers["location"] == f"/desk?venue={venue_id}&done=declined"
    again = await staff.send(f"/till/decline?venue={venue_id}", declined, on=till)
    assert again.headers["location"].endswith("done=gone")
    assert "Nobody waits" in text_of(await staff.get(till))


async def test_the_list_says_what_came_of_everybody_and_never_where_they_stood(firm: Staffed) -> None:
    """R77"""
    deal_id, venue_id = await a_placed_deal(firm)
    await comes(firm, deal_id, venue_id, "mei@example.com")
    await comes(firm, deal_id, venue_id, "ada@example.com", code="12")
    owner = await firm.clerk("owner")
    answer = await owner.get("/console/check-ins")
    said = text_of(answer)
    for part in ("Accepted", "The code was wrong.", "Within 25 m of the centre", "1 voucher redeemed"):
        assert part in said
    assert "45.5" not in answer.text
    assert "mei@" not in answer.text
    only = text_of(await owner.get(f"/console/check-ins?verdict=refused&venue={venue_id}"))
    assert "The code was wrong." in only
    assert "Full value" not in only


async def test_the_file_holds_exactly_the_filtered_rows(firm: Staffed) -> None:
    """R77: and no cell of it is a formula."""
    deal_id, venue_id = await a_placed_deal(firm)
    hostile = '=HYPERLINK("x")'
    async with firm.world.store.begin() as unit:
        await unit.run(update(offers).values(title=hostile))
    refused = await comes(firm, deal_id, venue_id, "mei@example.com", code="12")
    await comes(firm, deal_id, venue_id, "ada@example.com")
    owner = await firm.clerk("owner")
    answer = await owner.get("/console/check-ins/csv?verdict=refused")
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert tuple(head) == COLUMNS
    ((*_, last),) = rows
    assert last == refused.id
    assert rows[0][COLUMNS.index("deal")] == f"'{hostile}"
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    nothing = await owner.get("/console/check-ins/csv?verdict=undone")
    assert nothing.text.splitlines() == [",".join(COLUMNS)]


def test_no_cell_of_a_file_is_a_formula() -> None:
    text = csv_text(["a"], [["=1+1"], ["+1"], ["-1"], ["@x"], ["\t=1"], ["plain"], [None]])
    assert [row[0] if row else "" for row in csv.reader(io.StringIO(text))] == [
        "a", "'=1+1", "'+1", "'-1", "'@x", "'\t=1", "plain", "",
    ]  # fmt: skip


@one_database
async def test_filters_that_mean_nothing_are_said_and_find_nothing(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    answer = await owner.get("/console/check-ins?from_on=yesterday")
    assert answer.status_code == 422
    assert "Write a date such as 2026-11-24." in text_of(answer)
    odd = await owner.get("/console/check-ins?venue=%00&deal=%F0%9F%8D%9C&verdict=x")
    assert odd.status_code == 200


@one_database
async def test_an_offer_is_written_once_shown_at_the_till_and_stopped(firm: Staffed) -> None:
    """R78, S27"""
    _, venue_id = await a_placed_deal(firm)
    owner, address = await firm.clerk("owner"), "/console/check-in-offers?merchant=willow"
    form = {**await owner.form(address), **OFFER, "venue_id": venue_id}
    for _ in range(2):
        assert (await owner.client.post(address, data=form)).status_code == 303
    ((offer_id,),) = await firm.world.rows(select(check_in_offers.c.id))
    assert "Each 5th visit" in text_of(await owner.get(address))
    till = f"/till?venue={venue_id}"
    assert "Pour a pot of tea. 40 left" in text_of(await (await firm.clerk("staff")).get(till))
    stopped = await owner.send(f"/console/check-in-offers/{offer_id}/stop", {}, on=address)
    assert stopped.status_code == 303
    assert "Pour a pot of tea." not in text_of(await owner.get(till))


@one_database
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"every": "1"}, "Choose a number from 2 to 50."),
        ({"kind": "swarm", "swarm_size": ""}, "Fill this in."),
        ({"kind": "flash"}, "Choose one of loyalty, swarm."),
        ({"venue_id": "ven_foreign"}, "Choose one of your venues."),
        ({"capacity": "none"}, "Write a whole number in digits."),
    ],
)
async def test_an_offer_that_does_not_fit_keeps_what_was_typed(
    firm: Staffed, changes: dict[str, Any], sentence: str
) -> None:
    """U17"""
    owner, address = await firm.clerk("owner"), "/console/check-in-offers?merchant=willow"
    sent = {**OFFER, "venue_id": firm.people.venue_id, **changes}
    answer = await owner.send(address, sent)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'value="Tea for regulars"' in answer.text
    assert await firm.world.rows(select(check_in_offers.c.id)) == []


def test_every_state_source_flag_and_answer_has_its_words() -> None:
    """R69, U6"""
    assert check_in_words.VERDICTS.keys() == set(CHECK_IN.states)
    assert check_in_words.BY.keys() == set(SOURCES)
    assert check_in_words.FLAGS.keys() == set(FLAGS)
    alone = "wrong_venue_code outside_geofence position_unclear too_many_tries needs_attention".split()
    answers = {*ANSWERS, *alone}
    assert check_in_words.ALONE.keys() == answers
    assert check_in_words.REASONS.keys() >= answers


def test_the_rule_of_an_offer_is_one_sentence() -> None:
    from types import SimpleNamespace

    for every, said in ((2, "Each 2nd visit"), (3, "Each 3rd visit"), (11, "Each 11th visit")):
        assert who_gets_it(SimpleNamespace(every=every)) == said  # type: ignore[arg-type]
    swarm = SimpleNamespace(every=None, swarm_size=20, swarm_hours=1)
    assert who_gets_it(swarm) == "20 people within 1 hour"  # type: ignore[arg-type]
