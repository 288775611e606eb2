"""A marketer's way from a list of contacts to a report that may say what came of it, in a real browser."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from campaigns.lift.measure import measure_due
from tests.browsers import DESKTOP, PHONE, open_page
from tests.shop import Shop
from tests.storefront.consoles.campaign_scene import contact_file
from tests.storefront.consoles.people import enrolled, people_of, sign_in

MARKETER = "marketer@willow.example"
GROUPS = 16


async def bring_contacts(page: Page) -> None:
    """Look at the file, then keep it."""
    await page.get_by_role("link", name="Contacts").click()
    await page.get_by_label("Or paste it here").fill(contact_file(GROUPS, 2))
    await page.get_by_role("button", name="Check the file").click()
    await expect(page.get_by_text(f"{2 * GROUPS} rows are in order")).to_be_visible()
    await page.get_by_role("button", name=f"Keep {2 * GROUPS} rows").click()
    await expect(page.get_by_text(f"{2 * GROUPS} rows kept")).to_be_visible()


async def launch(page: Page) -> None:
    """Write it, look at what half a holdout can show, and launch."""
    await page.get_by_role("link", name="Write a campaign").click()
    await page.get_by_label("Name").fill("Noodle week")
    await page.get_by_label(re.compile("Goal")).fill("Fill the slow Tuesdays.")
    await page.get_by_label(re.compile("Hand-pulled noodle dinner")).check()
    await page.get_by_role("button", name="Save and go on").click()
    await expect(page.get_by_role("heading", name="What happens")).to_be_visible()
    await page.get_by_label("Held out", exact=True).fill("50")
    await page.get_by_label("Outcome window").fill("7")
    await page.get_by_label("Least sample").fill("8")
    await page.get_by_role("button", name="See what this can show").click()
    await expect(page.locator("#power")).to_contain_text(f"With {GROUPS} groups you can see a lift of")
    await page.get_by_role("button", name=f"Launch and invite about {GROUPS} people").click()
    await expect(page.get_by_text("Who is held out stays held out")).to_be_visible()


async def people_buy(shop: Shop, deal_id: str) -> int:
    """Everybody who was invited, and in every fourth group somebody who was not; answers how many were invited."""
    invited = {letter.to for letter in await shop.letters() if letter.to.startswith("p0")}
    for email in sorted(invited):
        await shop.world.buy(deal_id, email)
    everybody = {f"p{group:03}.{place:02}@example.com" for group in range(GROUPS) for place in range(2)}
    for email in sorted(everybody - invited)[::4]:
        await shop.world.buy(deal_id, email)
    await shop.settle()
    return len(invited)


async def measured(shop: Shop) -> None:
    """What the alarm does every minute."""
    await measure_due(store=shop.world.store, clock=shop.world.clock)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_contacts_campaign_launch_buyers_report(
    browser: Browser, shop: Shop, size: tuple[int, int]
) -> None:
    """U18, R85, R86: what is withheld is said before, and what it brought after the window only."""
    world = shop.world
    people = await people_of(world)
    world.merchant_id = people.merchant_id
    await enrolled(people.merchant_id, "marketer", MARKETER, world)
    deal_id = await world.deal(threshold=2, closes_at=world.clock.at + timedelta(days=5))
    async with open_page(browser, size) as page:
        await sign_in(page, shop.address, MARKETER, "/console/campaigns?merchant=willow")
        await expect(page.get_by_role("heading", name="No campaign yet")).to_be_visible()
        await bring_contacts(page)
        await page.get_by_role("link", name="Campaigns of Willow Street Kitchen").click()
        await launch(page)
        report = page.url.split("?")[0]
        await shop.settle()
        assert await people_buy(shop, deal_id) == GROUPS
        await measured(shop)
        await page.goto(report)
        await expect(page.locator("#verdict")).to_contain_text("Cannot tell yet – the result is preliminary")
        await expect(page.get_by_text("Lift by the holdout")).to_have_count(0)
        await shop.advance(days=8)
        await measured(shop)
        await sign_in(page, shop.address, MARKETER, report.removeprefix(shop.address))
        await expect(page.locator("#verdict")).to_contain_text("Brought extra sales – about $")
        await expect(page.get_by_role("heading", name="Lift by the holdout")).to_be_visible()
        await numbers_are_there(page)
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name="Everything as JSON").click()
        twin = json.loads((await (await waiting.value).path()).read_text())
        assert twin["lift"]["verdict"]["text"] in (await page.locator("#verdict").inner_text())


async def numbers_are_there(page: Page) -> None:
    """Every chart opens the table of what it draws (U25)."""
    for summary in await page.get_by_text("Show the numbers").all():
        await summary.click()
    funnel = page.get_by_role("region", name="Numbers: From the invitation to the visit")
    await expect(funnel.get_by_role("row", name=re.compile("Were sent an invitation"))).to_contain_text(
        str(GROUPS)
    )
    lift = page.get_by_role("region", name="Numbers: Lift and its interval")
    await expect(lift.get_by_role("row", name=re.compile("Lower bound"))).to_contain_text("+")
