"""Checking in alone over HTTP: what the page needs, says and never does (R68, R77, S7, S14)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from campaigns.checkins.rows import check_ins, place_sources
from campaigns.checkins.venue_code import code_at
from campaigns.deals.rows import deal_venues, venues
from campaigns.vouchers.rows import vouchers
from tests.storefront.shop import Browser
from tests.world import World

CENTRE = {"latitude": "45.5181", "longitude": "-122.6586", "accuracy_m": "12.5"}
_HIDDEN = re.compile(r'name="(_csrf|nonce|challenge)" value="([^"]*)"')


async def a_page(world: World) -> tuple[str, str]:
    """The address of a voucher's check-in page, and its one venue, which is on the map."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "mei@example.com")
    here = select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == deal_id)
    ((venue_id,),) = await world.rows(here)
    ((voucher_id,),) = await world.rows(select(vouchers.c.id).where(vouchers.c.order_id == order_id))
    placed = {"latitude": 45.5181, "longitude": -122.6586, "self_check_in": True}
    async with world.store.begin() as unit:
        await unit.run(update(venues).where(venues.c.id == venue_id).values(placed))
    path = world.links.voucher(voucher_id).removeprefix(world.links.address)
    return f"{path}/check-in?venue={venue_id}", str(venue_id)


async def filled(world: World, visitor: Browser, path: str, venue_id: str, **changes: str) -> dict[str, Any]:
    (venue,) = await world.rows(select(venues).where(venues.c.id == venue_id))
    hidden = dict(_HIDDEN.findall((await visitor.get(path)).text))
    code = code_at(world.keys, venue, world.clock.at).digits
    at = {"position_at": str(world.clock.at.timestamp() * 1000)}
    return {**hidden, **CENTRE, **at, "code": code, **changes}


async def states(world: World) -> list[str]:
    return sorted(row.state for row in await world.rows(select(check_ins.c.state)))


async def test_the_same_form_sent_twice_is_one_attempt_with_one_answer(
    world: World, visitor: Browser
) -> None:
    """R68"""
    path, venue_id = await a_page(world)
    form = await filled(world, visitor, path, venue_id)
    first = await visitor.client.post(path, data=form)
    again = await visitor.client.post(path, data=form)
    assert first.status_code == 303
    assert again.headers["location"] == first.headers["location"]
    said = await visitor.get(first.headers["location"])
    assert "Show this to the staff of Alder Street" in said.text
    assert said.headers["cache-control"] == "no-store"
    assert await states(world) == ["accepted"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": " "}, "Type the code from the till screen."),
        ({"latitude": ""}, "Your browser did not tell where you are."),
        ({"latitude": "NaN"}, "Your browser did not tell where you are."),
        ({"latitude": "95"}, "Your browser did not tell where you are."),
        ({"accuracy_m": "0"}, "Your browser did not tell where you are."),
        ({"accuracy_m": "1e400"}, "Your browser did not tell where you are."),
        ({"position_at": "1e300"}, "Your browser did not tell where you are."),
    ],
)
async def test_a_form_without_a_code_or_a_position_is_no_attempt(
    world: World, visitor: Browser, changes: dict[str, str], sentence: str
) -> None:
    """U17, R77: nothing is counted, and the code typed is kept."""
    path, venue_id = await a_page(world)
    form = await filled(world, visitor, path, venue_id, **changes)
    answer = await visitor.client.post(path, data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    if form["code"].strip():
        assert f'value="{form["code"]}"' in answer.text
    assert await states(world) == []


async def test_what_no_database_keeps_breaks_nothing(world: World, visitor: Browser) -> None:
    """S13"""
    path, venue_id = await a_page(world)
    nul = {"challenge": "cha\x00", "nonce": "a\x00b", "code": "12\x00"}
    form = await filled(world, visitor, path, venue_id, **nul)
    assert (await visitor.client.post(path, data=form)).status_code == 303
    assert (await visitor.get(f"{path}&attempt=%00")).status_code == 404


async def test_an_attempt_of_another_voucher_is_not_there(world: World, visitor: Browser) -> None:
    """S14"""
    path, venue_id = await a_page(world)
    other, _ = await a_page(world)
    form = await filled(world, visitor, path, venue_id)
    made = (await visitor.client.post(path, data=form)).headers["location"].rpartition("attempt=")[2]
    assert (await visitor.get(f"{other}&attempt={made}")).status_code == 404


async def test_where_nobody_checks_in_alone_the_page_says_so_and_makes_no_challenge(
    world: World, visitor: Browser
) -> None:
    """R77"""
    path, venue_id = await a_page(world)
    form = await filled(world, visitor, path, venue_id)
    async with world.store.begin() as unit:
        await unit.run(update(venues).values(self_check_in=False))
    page = await visitor.get(path)
    assert "Nobody can check in alone here" in page.text
    assert 'name="challenge"' not in page.text
    assert (await visitor.client.post(path, data=form)).status_code == 404


async def test_a_device_is_connected_by_consent_shown_once_and_let_go(world: World, visitor: Browser) -> None:
    """R77: what it signs in with stands on one page that is stored nowhere."""
    path, _ = await a_page(world)
    voucher = path.partition("/check-in")[0]
    token = {"_csrf": await visitor.token(path)}
    shown = await visitor.client.post(f"{voucher}/device", data={**token, "act": "connect"})
    (row,) = await world.rows(select(place_sources))
    assert row.username in shown.text
    assert "/api/v1/positions/owntracks" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert row.username not in (await visitor.get(voucher)).text
    gone = await visitor.client.post(f"{voucher}/device", data={**token, "act": "disconnect"})
    assert gone.status_code == 303
    (row,) = await world.rows(select(place_sources))
    assert row.withdrawn_at is not None
