"""The board and the deal page: public, the same for everybody, and true."""

from datetime import timedelta

import pytest

from campaigns.deals.rows import offers
from campaigns.orders.cancel import cancel
from tests.storefront.shop import Browser
from tests.world import World


async def titled(world: World, slug: str, **changes: object) -> str:
    return await world.deal(slug=slug, **changes)


async def test_the_board_shows_deals_by_what_they_are(world: World, visitor: Browser) -> None:
    """U20: each view holds what its name says, a draft stands in none."""
    now = world.clock.at
    far = {"closes_at": now + timedelta(days=5)}
    await titled(world, "early", threshold=50, **far)
    await titled(world, "almost", threshold=3, **far)
    await titled(world, "ending", threshold=50)
    tipped = await titled(world, "tipped", threshold=1, **far)
    await titled(world, "soon", state="scheduled", opens_at=now + timedelta(days=1), **far)
    await titled(world, "draft", state="draft", published_at=None)
    await titled(
        world, "failed", state="failed", opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1)
    )
    await world.buy(tipped, "ann@example.com")

    async def on(view: str) -> set[str]:
        text = (await visitor.get(f"/?show={view}")).text
        every = ("early", "almost", "ending", "tipped", "soon", "draft", "failed")
        return {slug for slug in every if f'href="/deals/{slug}"' in text}

    assert await on("all") == {"early", "almost", "ending", "tipped", "soon"}
    assert await on("almost-on") == {"almost"}
    assert await on("ending-soon") == {"ending"}
    assert await on("on") == {"tipped"}
    assert await on("upcoming") == {"soon"}
    assert await on("past") == {"failed"}
    assert await on("nonsense") == await on("all")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_empty_view_says_so_and_leads_on(visitor: Browser) -> None:
    """U20."""
    page = await visitor.get("/?show=past")

    assert "No deal has closed yet" in page.text
    assert "Show all deals" in page.text


async def test_the_deal_page_is_the_same_for_everybody(world: World, visitor: Browser) -> None:
    """U37, S6: no cookie, no token, and a shared cache may keep it for a moment."""
    await world.deal(slug="noodles")

    page = await visitor.get("/deals/noodles")

    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert "_csrf" not in page.text
    assert page.headers["cache-control"].startswith("public")
    assert 'action="/deals/noodles/join"' in page.text


async def test_the_page_counts_what_tips_the_deal(world: World, visitor: Browser) -> None:
    """R64, U56: those who committed and nobody else; the feed names nobody."""
    deal_id = await world.deal(slug="noodles", threshold=3)
    await world.buy(deal_id, "ann@example.com")
    await world.join(deal_id, "bo@example.com")
    await world.buy(deal_id, "owner@lantern.example")

    page = await visitor.get("/deals/noodles")

    assert "2 more people and it&#39;s on" in page.text
    assert page.text.count("Someone joined") == 1
    assert "example.com" not in page.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_draft_looks_like_nothing(world: World, visitor: Browser) -> None:
    """U21: 404 with a way on, for a draft, one in review and what never was."""
    await world.deal(slug="draft", state="draft", published_at=None)
    await world.deal(slug="waiting", state="in_review", published_at=None)

    for slug in ("draft", "waiting", "nothing"):
        page = await visitor.get(f"/deals/{slug}")
        assert page.status_code == 404
        assert "There is no such deal here." in page.text
        assert 'href="/"' in page.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_merchant_writes_text_not_markup(world: World, visitor: Browser) -> None:
    """S10, U59, U88: scripts, handlers, pictures and foreign schemes come out inert."""
    await world.deal(slug="hostile")
    source = (
        "# Big\n\n- **fine**\n\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
        "[a](javascript:alert(1)) [b](https://example.com) ![c](https://example.com/c.png)"
    )
    async with world.store.begin() as unit:
        hostile = {"description": source, "title": '</script><b>"x"', "summary": "<i>s</i>"}
        await unit.run(offers.update().values(**hostile))

    text = (await visitor.get("/deals/hostile")).text

    assert "<strong>fine</strong>" in text
    assert "<h3>Big</h3>" in text
    assert 'href="https://example.com"' in text
    for live in ("<script>alert", "<img src=x", 'href="javascript', "</script><b>", "<i>s</i>", "c.png"):
        assert live not in text


async def test_a_failed_deal_keeps_the_count_it_failed_with(world: World, visitor: Browser) -> None:
    """U2, U13, R64: the true count stands although every hold was let go."""
    deal_id = await world.deal(slug="noodles", threshold=3)
    await world.buy(deal_id, "ann@example.com")
    await world.buy(deal_id, "bo@example.com")
    await world.advance(hours=3)
    await world.run()

    assert "2 of 3 people. Nothing was charged" in (await visitor.get("/deals/noodles")).text


async def test_a_canceled_deal_says_when_it_was_canceled(world: World, visitor: Browser) -> None:
    """U13: the day it would have closed lies ahead, so it is not called closed then."""
    deal_id = await world.deal(slug="tea")
    await cancel(deal_id, "Ill", actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)

    page = await visitor.get("/deals/tea")

    assert "<span>Canceled</span>" in page.text
    assert "<span>Closed</span>" not in page.text
    assert "Invite friends" not in page.text
