"""What a click keeps, who counts, and how often."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from campaigns.foundation.keys import Keys
from campaigns.sharing.follow import forget_visitors
from campaigns.sharing.rows import clicks
from campaigns.sharing.visits import Visit, digest_of, sort_of
from tests.links.paths import ADA, BOB, CHROME, click, link, shop_link
from tests.world import World

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
SORTS = [
    (CHROME, "person"),
    (IPHONE, "person"),
    (f"{IPHONE} Line/14.0", "person"),
    (f"{CHROME} MicroMessenger/8.0", "person"),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "preview"),
    ("Twitterbot/1.0", "preview"),
    ("WhatsApp/2.23.20.0", "preview"),
    ("TelegramBot (like TwitterBot)", "preview"),
    ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "preview"),
    ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", "preview"),
    ("Mastodon/4.5.0 (http.rb/5.3.1; +https://social.example/)", "preview"),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "program"),
    ("curl/8.14.1", "program"),
    ("python-requests/2.32", "program"),
    ("httpx/0.28.1", "program"),
    ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36", "program"),
    ("", "unsure"),
]


@pytest.mark.parametrize(("agent", "kind"), SORTS)
def test_programs_and_previews_are_told_from_people(agent: str, kind: str) -> None:
    assert sort_of(Visit("GET", agent, "198.51.100.7")) == kind


def test_a_browser_that_guesses_ahead_and_a_head_request_are_nobody() -> None:
    assert sort_of(Visit("GET", CHROME, "198.51.100.7", "prefetch;prerender")) == "prefetch"
    assert sort_of(Visit("HEAD", CHROME, "198.51.100.7")) == "program"
    assert sort_of(Visit("GET", CHROME, "")) == "unsure"


def test_a_visitor_is_another_digest_tomorrow_and_with_another_key(clock_at: datetime, keys: Keys) -> None:
    """No address and no browser string can be read from a click, nor followed from day to day."""
    today = digest_of(ADA, keys, clock_at)
    assert today == digest_of(ADA, keys, clock_at + timedelta(hours=1))
    assert today != digest_of(ADA, keys, clock_at + timedelta(days=1))
    assert today != digest_of(ADA, Keys(("another secret of forty characters, here",)), clock_at)
    assert today != digest_of(BOB, keys, clock_at)


async def kinds(world: World) -> list[str]:
    return [row.kind for row in await world.rows(select(clicks.c.kind).order_by(clicks.c.at, clicks.c.id))]


async def test_a_visitor_counts_once_an_hour(world: World) -> None:
    """The hour runs from the click that counted; one second earlier is still the same."""
    at = await shop_link(world, await world.deal())
    first = await click(world, at)
    await world.advance(minutes=59, seconds=59)
    again = await click(world, at)
    assert await kinds(world) == ["person", "repeat"]
    assert None not in (first, again), "a repeat may still be the last link that somebody followed"
    await world.advance(seconds=1)
    await click(world, at)
    assert await kinds(world) == ["person", "repeat", "person"]


async def test_another_visitor_and_another_link_count_by_themselves(world: World) -> None:
    one, other = await shop_link(world, await world.deal()), await shop_link(world, await world.deal())
    for at, visit in ((one, ADA), (one, BOB), (other, ADA)):
        await click(world, at, visit)
    assert await kinds(world) == ["person"] * 3


async def test_midnight_makes_nobody_a_new_visitor(world: World) -> None:
    """The key changes with the day; the hour does not."""
    world.clock.at = world.clock.at.replace(hour=23, minute=50)
    at = await shop_link(world, await world.deal(closes_at=world.clock.at + timedelta(hours=2)))
    await click(world, at)
    world.clock.at += timedelta(minutes=20)
    await click(world, at)
    assert await kinds(world) == ["person", "repeat"]


async def test_two_presses_at_once_are_one_click(world: World) -> None:
    at = await shop_link(world, await world.deal())
    await asyncio.gather(*[click(world, at) for _ in range(4)])
    assert sorted(await kinds(world)) == ["person", "repeat", "repeat", "repeat"]


async def test_who_is_nobody_leaves_a_row_and_no_visitor(world: World) -> None:
    at = await shop_link(world, await world.deal())
    for visit in (Visit("HEAD", CHROME, "198.51.100.7"), Visit("GET", "curl/8", "198.51.100.7")):
        assert await click(world, at, visit) is None
    assert await click(world, at, mine=True) is None
    rows = await world.rows(select(clicks))
    assert sorted((row.kind, row.visitor) for row in rows) == [
        ("own", None), ("program", None), ("program", None),
    ]  # fmt: skip


async def test_a_click_keeps_no_address_and_no_browser(world: World) -> None:
    """What is stored of a visitor is one digest, and after two days not even that."""
    at = await shop_link(world, await world.deal(closes_at=world.clock.at + timedelta(days=9)))
    await click(world, at, channel="qr")
    [row] = await world.rows(select(clicks))
    assert set(row._mapping) == {"id", "link_id", "channel", "at", "kind", "qr", "visitor"}
    assert (len(row.visitor), row.qr, row.channel) == (32, True, "qr")
    await world.advance(days=2)
    assert await forget_visitors(store=world.store, clock=world.clock) == 0
    await world.advance(seconds=1)
    assert await forget_visitors(store=world.store, clock=world.clock) == 1
    assert await kinds(world) == ["person"]


async def test_every_buyer_has_one_link_per_deal_from_the_commitment_on(world: World) -> None:
    """Two orders of one buyer share it; an unpaid order has none yet."""
    from campaigns.sharing.give_link import link_of_order

    deal_id = await world.deal()
    unpaid = await world.join(deal_id, "bo@example.com")
    assert await link_of_order(unpaid, store=world.store, clock=world.clock) is None
    first = await link(world, await world.buy(deal_id, "ann@example.com"))
    second = await link(world, await world.buy(deal_id, "ann@example.com"))
    assert first == second
    assert first.owner_kind == "buyer"
    assert len(first.code) == 10, "fifty random bits"


async def test_the_merchants_link_is_one_and_needs_no_account(world: World) -> None:
    deal_id = await world.deal()
    assert await shop_link(world, deal_id) == await shop_link(world, deal_id)
