"""Joining by a link: one order, at most one referrer, and only the consents that were given."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.orders.rules import AlreadyJoining, DealClosed
from campaigns.people.consent import Consent, stands
from campaigns.people.rows import account, consents, membership
from campaigns.sharing.agree import agree, disagree
from campaigns.sharing.join_by_link import Came
from campaigns.sharing.link_queries import ShareLink, shown_name
from campaigns.sharing.rows import referrals, shown_names
from tests.links.paths import BOB, buy, campaign, click, link, place, shop_link
from tests.world import World


async def referral(world: World, order_id: str) -> Any:
    rows = await world.rows(select(referrals).where(referrals.c.order_id == order_id))
    return rows[0] if rows else None


async def anns_link(world: World, deal_id: str) -> ShareLink:
    return await link(world, await buy(world, deal_id, "ann@example.com"))


async def test_an_order_remembers_the_link_the_click_and_the_channel(world: World) -> None:
    """R84"""
    deal_id = await world.deal()
    ann = await anns_link(world, deal_id)
    clicked = await click(world, ann, channel="telegram")
    found = await referral(world, await place(world, deal_id, "bo@example.com", Came(clicked)))
    assert (found.link_id, found.click_id, found.channel) == (ann.id, clicked, "telegram")


@pytest.mark.parametrize(("late", "counts"), [(timedelta(0), True), (timedelta(seconds=1), False)])
async def test_a_click_counts_for_72_hours(world: World, late: timedelta, counts: bool) -> None:
    """R84: the boundary itself still counts."""
    deal_id = await world.deal(closes_at=world.clock.at + timedelta(days=9))
    clicked = await click(world, await anns_link(world, deal_id))
    world.clock.at += timedelta(hours=72) + late
    found = await referral(world, await place(world, deal_id, "bo@example.com", Came(clicked)))
    assert (found is not None) is counts


async def test_the_last_link_followed_wins(world: World) -> None:
    """R84: however many the browser remembers, and in whatever order."""
    deal_id = await world.deal()
    ann = await click(world, await anns_link(world, deal_id))
    await world.advance(minutes=1)
    cy = await link(world, await buy(world, deal_id, "cy@example.com"))
    later = await click(world, cy, BOB)
    found = await referral(world, await place(world, deal_id, "bo@example.com", Came(ann, earlier=(later,))))
    assert found.link_id == cy.id


async def test_ones_own_link_brings_nothing(world: World) -> None:
    """R84"""
    deal_id = await world.deal()
    clicked = await click(world, await anns_link(world, deal_id))
    assert await referral(world, await place(world, deal_id, "Ann@Example.com", Came(clicked))) is None


async def test_a_ring_is_refused_however_long(world: World) -> None:
    """R84: A brought B, B brought C; neither B nor C can bring A."""
    deal_id = await world.deal(threshold=9)
    ann = await anns_link(world, deal_id)
    bob = await link(world, await buy(world, deal_id, "bo@example.com", await click(world, ann)))
    cy = await link(world, await buy(world, deal_id, "cy@example.com", await click(world, bob, BOB)))
    for back in (bob, cy):
        await world.advance(minutes=1)
        clicked = await click(world, back)
        order_id = await buy(world, deal_id, "ann@example.com", clicked)
        assert await referral(world, order_id) is None
    other = await referral(world, await buy(world, deal_id, "dee@example.com", await click(world, cy)))
    assert other.link_id == cy.id


async def test_staff_neither_bring_credit_nor_are_brought(world: World) -> None:
    """R9, R84: their orders count towards nothing."""
    deal_id = await world.deal(threshold=9)
    ann = await anns_link(world, deal_id)
    theirs = await place(world, deal_id, "owner@lantern.example", Came(await click(world, ann)))
    assert await referral(world, theirs) is None
    await _hire(world, "ann@example.com")
    order_id = await place(world, deal_id, "bo@example.com", Came(await click(world, ann, BOB)))
    assert await referral(world, order_id) is None


async def _hire(world: World, email: str) -> None:
    async with world.store.begin() as unit:
        account_id = await unit.value(select(account.c.id).where(account.c.email == email))
        who = {"organization_id": world.merchant_id, "account_id": account_id, "role": "staff"}
        await unit.run(membership.insert().values(**who, created_at=world.clock.at))


async def test_a_link_reaches_the_deals_of_its_campaign_and_no_others(world: World) -> None:
    """R84: and the campaign's own hours hold."""
    first, second, elsewhere = [await world.deal(threshold=9) for _ in range(3)]
    await campaign(world, first, second, hours=1)
    clicked = await click(world, await anns_link(world, first))
    assert await referral(world, await place(world, second, "bo@example.com", Came(clicked)))
    assert await referral(world, await place(world, elsewhere, "bo@example.com", Came(clicked))) is None
    world.clock.at += timedelta(hours=1, seconds=1)
    assert await referral(world, await place(world, second, "cy@example.com", Came(clicked))) is None


@pytest.mark.parametrize("clicked", [None, "", "clk_never", "x" * 500])
async def test_a_click_nobody_knows_costs_no_order(world: World, clicked: str | None) -> None:
    order_id = await place(world, await world.deal(), "bo@example.com", Came(clicked))
    assert await referral(world, order_id) is None


async def test_nothing_is_agreed_to_unless_it_was_said(world: World) -> None:
    await place(world, await world.deal(), "bo@example.com", Came(name="Bo Derek"))
    assert await world.rows(select(consents)) == await world.rows(select(shown_names)) == []


async def test_what_was_agreed_to_is_kept_with_its_date_and_the_short_name(world: World) -> None:
    """U56: no more of the name than first name and initial is stored."""
    came = Came(announce=True, news=True, name="Bo Derek")
    order_id = await place(world, await world.deal(), "bo@example.com", came)
    order = await world.order(order_id)
    async with world.store.read() as unit:
        assert await stands(unit, Consent(order.buyer_id, "announce_join", order_id))
        assert await stands(unit, Consent(order.buyer_id, "news", world.merchant_id))
        assert await shown_name(unit, order_id) == "Bo D."
    assert {row.given_at for row in await world.rows(select(consents))} == {world.clock.at}


async def test_joining_undoes_nobodys_no(world: World) -> None:
    """Anybody can type an address; whoever left the letters stays out until their own page says otherwise."""
    first = await place(world, await world.deal(), "bo@example.com", Came(news=True))
    await disagree(first, "news", store=world.store, clock=world.clock)
    await place(world, await world.deal(), "bo@example.com", Came(news=True))
    order = await world.order(first)
    async with world.store.read() as unit:
        assert not await stands(unit, Consent(order.buyer_id, "news", world.merchant_id))
    await agree(first, "news", store=world.store, clock=world.clock)
    async with world.store.read() as unit:
        assert await stands(unit, Consent(order.buyer_id, "news", world.merchant_id))


async def test_a_repeated_request_changes_nothing(world: World) -> None:
    """R27: neither referrer nor consent comes in by a second try."""
    deal_id = await world.deal()
    clicked = await click(world, await anns_link(world, deal_id))
    first = await place(world, deal_id, "bo@example.com", Came(), key="the-same-key")
    again = await place(world, deal_id, "bo@example.com", Came(clicked, news=True), key="the-same-key")
    assert first == again
    assert await referral(world, first) is None
    assert await world.rows(select(consents)) == []


async def test_a_refused_join_leaves_no_trace(world: World) -> None:
    """One transaction: no consent without its order."""
    deal_id = await world.deal()
    clicked = await click(world, await anns_link(world, deal_id))
    world.clock.at += timedelta(hours=3)
    with pytest.raises(DealClosed):
        await place(world, deal_id, "bo@example.com", Came(clicked, announce=True, news=True))
    assert await world.rows(select(consents)) == []


async def test_two_joins_at_once_are_one_order_with_one_referrer(world: World) -> None:
    """R84, R27: twins with different clicks; the loser is told, and credits nobody."""
    deal_id = await world.deal(threshold=9)
    ways = (await anns_link(world, deal_id), await shop_link(world, deal_id))
    clicked = [await click(world, each) for each in ways]
    tries = [place(world, deal_id, "bo@example.com", Came(each)) for each in clicked]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(each) for each in ended if not isinstance(each, str)] == [AlreadyJoining]
    [row] = await world.rows(select(referrals))
    assert row.order_id in ended
