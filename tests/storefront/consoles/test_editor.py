"""The editor over HTTP: nothing typed is lost, nobody is overwritten unseen (U17, R14, R28, R61)."""

from typing import Any

import pytest
from sqlalchemy import select

from campaigns.deals.rows import deals, venues
from tests.storefront.consoles.clerks import Clerk, Staffed, text_of

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NEW = "/console/deals/new"


def typed(firm: Staffed, **changes: Any) -> dict[str, Any]:
    """What a merchant types, publishable at noon of 24 November 2026."""
    return {
        "act": "save",
        "title": "Noodle dinner",
        "summary": "Two bowls and a pot of tea.",
        "currency": "USD",
        "zone": "America/Los_Angeles",
        "opens_at": "2026-11-25T09:00",
        "closes_at": "2026-11-28T18:00",
        "tiers.0.start": "1",
        "tiers.0.price": "38",
        "threshold": "20",
        "threshold_counts": "buyers",
        "promo_expires_on": "2027-03-31",
        "min_per_order": "1",
        "grace_minutes": "15",
        "place_minutes": "30",
        "leave_before_tip": "allowed",
        "refund_policy": "hours",
        "refund_hours": "72",
        "freeze_hours": "24",
        "problem_days": "7",
        "venues": [firm.people.venue_id],
        **changes,
    }


async def saved(firm: Staffed, owner: Clerk, **changes: Any) -> str:
    """A new draft; answers the address of its form."""
    answer = await owner.send(NEW, typed(firm, **changes))
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"].partition("?")[0]


async def test_a_stored_draft_comes_back_as_it_was_typed(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    address = await saved(
        firm,
        owner,
        limitations="Book a table.\r\n\r\nNo dogs.",
        **{"tiers.1.start": "40", "tiers.1.price": "34.50"},
    )
    page = (await owner.get(address)).text
    for value in ("2026-11-25T09:00", "2026-11-28T18:00", "34.50", "2027-03-31", "Noodle dinner"):
        assert f'value="{value}"' in page, value
    assert "Book a table.\nNo dogs.</textarea>" in page
    again = await owner.send(address, typed(firm, limitations="Book a table."))
    assert again.headers["location"] == f"{address}?saved=1"


@one_database
async def test_the_instant_behind_a_local_time_is_shown(firm: Staffed) -> None:
    """R14: also the hour that a clock change skips."""
    owner = await firm.clerk("owner")
    page = text_of(await owner.get(await saved(firm, owner)))
    assert "Wed 25 Nov, 09:00 (Los Angeles), which is Wed 25 Nov, 17:00 UTC" in page
    skipped = await owner.send(NEW, typed(firm, act="add_tier", opens_at="2027-03-14T02:30"))
    assert "Sun 14 Mar, 03:30 (Los Angeles), which is Sun 14 Mar, 10:30 UTC" in text_of(skipped)


@one_database
async def test_a_row_of_the_ladder_comes_and_goes_without_a_script(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    more = await owner.send(NEW, typed(firm, act="add_tier"))
    assert (more.status_code, more.text.count('role="group"')) == (200, 2)
    two = {"tiers.1.start": "40", "tiers.1.price": "34", "tiers.2.start": "60", "tiers.2.price": "29"}
    fewer = await owner.send(NEW, typed(firm, act="remove_tier.1", **two))
    assert 'name="tiers.1.start" type="text" inputmode="numeric" autocomplete="off" value="60"' in fewer.text
    assert 'name="tiers.2.start"' not in fewer.text
    assert await firm.world.rows(select(deals.c.id)) == []


@one_database
async def test_a_venue_is_added_in_the_middle_of_writing(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    place = {"venue_name": "Garden", "venue_address": "1 Garden Way", "venue_city": "Portland"}
    wrong = await owner.send(NEW, typed(firm, act="add_venue", **place, venue_zone="Mars/Base"))
    assert wrong.status_code == 422
    assert 'href="#venue_zone"' in wrong.text
    added = await owner.send(NEW, typed(firm, act="add_venue", **place, venue_zone="America/Los_Angeles"))
    assert "Garden, 1 Garden Way" in text_of(added)
    assert added.text.count(" checked><span>") == 2
    assert len(await firm.world.rows(select(venues.c.id).where(venues.c.name == "Garden"))) == 1
    assert 'value="Noodle dinner"' in added.text


async def test_whoever_saves_second_is_told_and_keeps_their_words(firm: Staffed) -> None:
    """U17, U21"""
    owner, manager = await firm.clerk("owner"), await firm.clerk("manager")
    address = await saved(firm, owner)
    form = await owner.form(address)
    await manager.send(address, typed(firm, summary="The manager's words."))
    late = await owner.client.post(address, data={**typed(firm, summary="The owner's words."), **form})
    assert late.status_code == 409
    assert "Somebody changed this deal while you were writing." in text_of(late)
    assert "The owner&#39;s words." in late.text
    assert "The manager&#39;s words." in (await owner.get(address)).text


@one_database
async def test_what_keeps_a_deal_from_being_published_leads_to_its_fields(firm: Staffed) -> None:
    """R8, R61, U17"""
    owner = await firm.clerk("owner")
    address = await saved(firm, owner, capacity="10", list_price="64")
    check = address.replace("/edit", "/submit")
    said = await owner.get(check)
    assert "There are 10 units, so a threshold of 20 is never reached. Lower it." in text_of(said)
    for field in ("threshold", "list_price_evidence", "list_price_from_on"):
        assert f'href="{address}#{field}"' in said.text
        assert f'id="{field}"' in (await owner.get(address)).text
    assert "Hand in for review" not in text_of(said)
    assert (await owner.send(check, {}, on=NEW)).status_code == 422


@one_database
async def test_an_address_that_is_taken_and_a_title_in_use_are_named_at_their_fields(firm: Staffed) -> None:
    """R28"""
    owner = await firm.clerk("owner")
    address = await saved(firm, owner, slug="noodles")
    taken = await owner.send(NEW, typed(firm, slug="noodles", title="Dumplings"))
    assert taken.status_code == 409
    assert 'href="#slug"' in taken.text
    await owner.send(address.replace("/edit", "/submit"), {})
    in_use = await owner.send(NEW, typed(firm, summary="Something else."))
    assert 'href="#title"' in in_use.text


@one_database
async def test_a_deal_in_review_is_taken_back_before_it_can_be_written_on(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    address = await saved(firm, owner)
    deal = address.removesuffix("/edit")
    await owner.send(f"{deal}/submit", {})
    assert (await owner.get(address)).headers["location"] == deal
    assert (await owner.send(address, typed(firm), on=deal)).status_code == 409
    await owner.send(f"{deal}/take-back", {}, on=deal)
    assert (await owner.get(address)).status_code == 200


@one_database
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\x00", "\ud83c", "'; DROP TABLE deal; --"])
async def test_hostile_words_stay_words(firm: Staffed, text: str) -> None:
    """S10"""
    owner = await firm.clerk("owner")
    body = {name: text for name in typed(firm) if name not in ("act", "venues")}
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in body.items()}
    answer = await owner.send(NEW, {**sent, "act": "save"})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


@one_database
async def test_the_list_of_deals_keeps_its_view_and_order_in_the_address(firm: Staffed) -> None:
    """U16, U20"""
    owner = await firm.clerk("owner")
    assert "Write your first deal." in text_of(await owner.get("/console"))
    await saved(firm, owner, title="Bread")
    await saved(firm, owner, title="Apples")
    page = (await owner.get("/console?view=drafts&sort=title")).text
    assert page.index(">Apples<") < page.index(">Bread<")
    assert 'aria-sort="ascending"' in page
    assert "sort=-title" in page
    assert "No deal is live" in text_of(await owner.get("/console?view=live"))
