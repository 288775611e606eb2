"""Short links over HTTP: where they lead, what is noted, what the browser remembers, and what is said with a reward."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select, text

from campaigns.sharing.end_link import end_link
from campaigns.sharing.invite_advocate import Invitation, invite_advocate
from campaigns.sharing.link_queries import ShareLink, link_by_id
from campaigns.sharing.rows import clicks, referrals
from tests.links.paths import CHROME, link, shop_link
from tests.storefront.pages.test_join_page import key_on
from tests.storefront.shop import Browser
from tests.world import World

PERSON = {"user_agent": CHROME}


async def kinds(world: World) -> list[tuple[str, str]]:
    rows = await world.rows(select(clicks.c.kind, clicks.c.channel).order_by(clicks.c.at, clicks.c.id))
    return sorted((row.kind, row.channel) for row in rows)


async def advocate(world: World, deal_id: str, reward: str) -> ShareLink:
    doing: Any = {"store": world.store, "clock": world.clock, "keys": world.keys}
    link_id = await invite_advocate(
        Invitation(deal_id, "dee@example.com", reward), actor=world.owner, **doing
    )
    async with world.store.read() as unit:
        found = await link_by_id(unit, link_id)
    assert found is not None
    return found


async def join(visitor: Browser, slug: str, email: str, **fields: str) -> Response:
    path = f"/deals/{slug}/join"
    page = await visitor.get(path)
    typed = {"email": email, "quantity": "1", "request_key": key_on(page), **fields}
    return await visitor.submit(path, typed, form_on=path)


async def test_a_link_leads_to_its_deal_uncached_and_is_remembered(world: World, visitor: Browser) -> None:
    """U63: 302, no copy on the way, a signed cookie that scripts cannot read, for as long as a click may count."""
    at = await shop_link(world, await world.deal(slug="noodles"))
    answer = await visitor.get(f"/s/{at.code}/x", **PERSON)
    assert (answer.status_code, answer.headers["location"]) == (302, "/deals/noodles")
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("via=clk_")
    for part in ("HttpOnly", "SameSite=lax", "Max-Age=259200", "Path=/"):
        assert part.lower() in cookie.lower()
    assert await kinds(world) == [("person", "x")]


@pytest.mark.parametrize(
    ("method", "headers", "kind"),
    [
        ("HEAD", {"user-agent": CHROME}, "program"),
        ("GET", {"user-agent": CHROME, "sec-purpose": "prefetch"}, "prefetch"),
        ("GET", {"user-agent": CHROME, "purpose": "prefetch"}, "prefetch"),
        ("GET", {"user-agent": "WhatsApp/2.24"}, "preview"),
        ("GET", {"user-agent": "curl/8"}, "program"),
    ],
)
async def test_who_is_nobody_is_sent_on_without_a_cookie(
    world: World, visitor: Browser, method: str, headers: dict[str, str], kind: str
) -> None:
    at = await shop_link(world, await world.deal(slug="noodles"))
    answer = await visitor.client.request(method, f"/s/{at.code}", headers=headers)
    assert answer.status_code == 302
    assert "set-cookie" not in answer.headers
    assert await kinds(world) == [(kind, "")]


async def test_who_has_just_ordered_and_opens_the_own_link_is_no_click(
    world: World, visitor: Browser
) -> None:
    await world.deal(slug="noodles")
    await join(visitor, "noodles", "ann@example.com")
    [order] = await world.rows(text("SELECT id FROM orders"))
    await world.pay(order.id)
    await world.run()
    at = await link(world, order.id)
    answer = await visitor.get(f"/s/{at.code}", **PERSON)
    assert "set-cookie" not in answer.headers
    assert await kinds(world) == [("own", "")]


async def test_an_unknown_code_shows_deals_near_at_hand(world: World, visitor: Browser) -> None:
    await world.deal(slug="noodles")
    answer = await visitor.get("/s/nobodyhasit", **PERSON)
    assert answer.status_code == 404
    assert "/deals/noodles" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("state", ["settled", "failed", "canceled"])
async def test_a_deal_that_is_over_is_still_shown(world: World, visitor: Browser, state: str) -> None:
    at = await shop_link(world, await world.deal(slug="noodles", state=state))
    answer = await visitor.get(f"/s/{at.code}", **PERSON)
    assert answer.headers["location"] == "/deals/noodles"
    assert (await visitor.get("/deals/noodles")).status_code == 200


async def test_a_click_that_cannot_be_written_loses_no_buyer(world: World, visitor: Browser) -> None:
    """The table is gone, and the visitor is at the deal all the same."""
    at = await shop_link(world, await world.deal(slug="noodles"))
    async with world.store.begin() as unit:
        await unit.run(text("DROP TABLE referral"))
        await unit.run(text("DROP TABLE click"))
    answer = await visitor.get(f"/s/{at.code}", **PERSON)
    assert (answer.status_code, answer.headers["location"]) == (302, "/deals/noodles")
    assert "set-cookie" not in answer.headers


async def test_joining_after_a_link_credits_it_and_a_forged_cookie_credits_nobody(
    world: World, visitor: Browser
) -> None:
    """R84"""
    at = await shop_link(world, await world.deal(slug="noodles", threshold=9))
    await visitor.get(f"/s/{at.code}/mail", **PERSON)
    await join(visitor, "noodles", "bo@example.com")
    [row] = await world.rows(select(referrals))
    assert (row.link_id, row.channel) == (at.id, "mail")
    signed = visitor.client.cookies["via"]
    visitor.client.cookies.delete("via")
    visitor.client.cookies.set("via", "x" + signed[1:])
    await join(visitor, "noodles", "cy@example.com")
    assert len(await world.rows(select(referrals))) == 1


async def test_the_boxes_are_never_ticked_and_come_back_as_they_were(world: World, visitor: Browser) -> None:
    """U17: consent is given by the buyer, and kept when something else is refused."""
    await world.deal(slug="noodles")
    page = (await visitor.get("/deals/noodles/join")).text
    assert "checked" not in re.sub(r"<script.*?</script>", "", page)
    answer = await join(visitor, "noodles", "not an address", announce="yes", name="Bo Derek")
    assert answer.status_code == 422
    assert re.search(r'name="announce"[^>]* checked', answer.text)
    assert not re.search(r'name="news"[^>]* checked', answer.text)
    assert 'value="Bo Derek"' in answer.text


async def test_a_reward_is_told_on_the_landing_page_and_nowhere_else(world: World, visitor: Browser) -> None:
    """R63, U37: the address decides, so that the page stays the same for everybody who has it."""
    deal_id = await world.deal(slug="noodles")
    other = await shop_link(world, await world.deal(slug="other"))
    theirs = await advocate(world, deal_id, "a <b>bowl</b> of soup")
    answer = await visitor.get(f"/s/{theirs.code}", **PERSON)
    landing = answer.headers["location"]
    assert landing == f"/deals/noodles?link={theirs.code}"
    told = "Whoever shared this with you gets a &lt;b&gt;bowl&lt;/b&gt; of soup if you join."
    page = await visitor.get(landing)
    assert told in page.text
    assert "set-cookie" not in page.headers
    assert '<link rel="canonical" href="http' in page.text
    assert f"link={theirs.code}" not in page.text
    for address in (
        "/deals/noodles",
        f"/deals/other?link={theirs.code}",
        f"/deals/noodles?link={other.code}",
    ):
        assert "Whoever shared this" not in (await visitor.get(address)).text
    await end_link(theirs.id, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)
    assert "Whoever shared this" not in (await visitor.get(landing)).text
    assert (await visitor.get(f"/s/{theirs.code}")).headers["location"] == "/deals/noodles"


async def test_an_advocates_page_opens_by_its_signature_alone(world: World, visitor: Browser) -> None:
    """S14: the code on the link opens nothing."""
    theirs = await advocate(world, await world.deal(slug="noodles"), "a bowl of soup")
    path = world.links.own_link(theirs.id).removeprefix(world.links.address)
    page = await visitor.get(path)
    assert "I%20get%20a%20bowl%20of%20soup%20if%20you%20join." in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    for wrong in (f"/links/{theirs.id}", f"/links/{theirs.code}", f"{path}x"):
        assert (await visitor.get(wrong)).status_code == 404


async def test_consent_is_taken_back_and_given_again_on_the_order_page(
    world: World, visitor: Browser
) -> None:
    """U19: each press undoes the other; what nobody knows changes nothing."""
    deal_id = await world.deal(slug="noodles")
    order_id = await world.buy(deal_id, "bo@example.com")
    path = world.links.order(order_id).removeprefix(world.links.address)
    for sent, said in (
        ({"kind": "announce_join", "agree": "yes", "name": "Bo Derek"}, "as Bo D."),
        ({"kind": "announce_join", "agree": "no"}, "Nothing is said on feeds about you."),
        ({"kind": "announce_join", "agree": "yes"}, "without a name"),
        ({"kind": "news", "agree": "yes"}, "may send you news"),
        ({"kind": "nonsense", "agree": "yes"}, "may send you news"),
        ({"kind": "news", "agree": "no"}, "You get no news"),
    ):
        answer = await visitor.submit(f"{path}/consent", sent, form_on=path)
        assert answer.status_code == 303
        assert said in (await visitor.get(answer.headers["location"])).text
