"""From a connected feed to a buyer who came by it: the wall, in a real browser at both widths."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import DESKTOP, PHONE, open_page
from tests.journeys.announcing import CONSOLE, approve_texts, join_and_be_named
from tests.journeys.buying import buy
from tests.journeys.test_share_links import as_a_person, look
from tests.shop import Shop
from tests.storefront.consoles.people import people_of, sign_in

both_sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


async def connect_the_wall(owner: Page, shop: Shop, email: str) -> None:
    await sign_in(owner, shop.address, email, CONSOLE)
    await owner.get_by_role("main").get_by_role("link", name="Demo wall").click()
    await owner.get_by_label("Name", exact=True).fill("Willow kitchen")
    await owner.get_by_role("button", name="Connect Demo wall").click()
    await expect(owner.get_by_text("It announces as soon as texts are approved.")).to_be_visible()


@both_sizes
async def test_a_join_is_announced_read_clicked_and_credited(
    shop: Shop, browser: Browser, size: tuple[int, int]
) -> None:
    """R80, R84: connect, approve, join with consent, the post, the tip's post, its link, the credit."""
    people = await people_of(shop.world)
    shop.world.merchant_id = people.merchant_id
    deal_id = await shop.world.deal(slug="noodles", threshold=2)
    async with open_page(browser, size) as owner, open_page(browser, size) as bo:
        await connect_the_wall(owner, shop, people.email("owner"))
        await approve_texts(owner, shop, "Somebody joined", "It's on")

        await bo.goto(f"{shop.address}/deals/noodles")
        await join_and_be_named(bo, "bo@example.com", "Bo Derek")
        await shop.settle()
        await bo.goto(f"{shop.address}/wall")
        joined = bo.get_by_role("article").filter(has_text="Bo D. joined")
        await expect(joined).to_contain_text("Ad by Willow Street Kitchen")
        picture = joined.get_by_role("img")
        assert "Open until" in str(await picture.get_attribute("alt"))
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200

        await buy(bo, shop, "noodles", "cy@example.com")
        await shop.settle()
        await bo.goto(f"{shop.address}/wall")
        tipped = bo.get_by_role("article").filter(has_text="It's on:")
        await expect(tipped).to_contain_text("2 in at")
        await expect(bo.get_by_role("article")).to_have_count(2)
        await look(bo, "wall")

    async with open_page(browser, size) as dee, open_page(browser, size) as owner:
        await as_a_person(dee)
        await dee.goto(f"{shop.address}/wall")
        await dee.get_by_role("article").filter(has_text="It's on:").get_by_role("link").click()
        await expect(dee).to_have_url(f"{shop.address}/deals/noodles")
        await join_and_be_named(dee, "dee@example.com", "")
        await shop.settle()
        await sign_in(owner, shop.address, people.email("owner"), f"/console/deals/{deal_id}/links")
        await expect(owner.get_by_role("row", name="Demo wall")).to_contain_text("$25")
        await owner.goto(f"{shop.address}/console/posts?merchant=willow")
        await expect(owner.get_by_text("Published", exact=True)).to_have_count(3)
