"""What an owner and a buyer do about feeds in a browser, said once."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.journeys.buying import pay
from tests.shop import Shop

CONSOLE = "/console/feeds?merchant=willow"


async def approve_texts(page: Page, shop: Shop, *kinds: str) -> None:
    """Begin with our texts and approve those under these headings, each after reading it."""
    await page.goto(f"{shop.address}/console/announcements?merchant=willow")
    await page.get_by_role("button", name="Begin with our texts").click()
    await expect(page.get_by_text("They are drafts.")).to_be_visible()
    for kind in kinds:
        await page.goto(f"{shop.address}/console/announcements?merchant=willow")
        section = page.get_by_role("region", name=kind)
        await section.get_by_role("link", name="English, version 1").click()
        await expect(page.get_by_role("heading", name="How it reads")).to_be_visible()
        await page.get_by_role("button", name="Approve this text").click()
        await expect(page.get_by_text("From now on it is what your accounts say.")).to_be_visible()


async def join_and_be_named(page: Page, email: str, name: str) -> None:
    """From the deal's page to the order's, with consent to be announced under a name."""
    await page.locator("#cta").click()
    await page.get_by_label("E-mail", exact=True).fill(email)
    await page.get_by_label("Say that I joined").check()
    await page.get_by_label("Name to show").fill(name)
    await page.get_by_role("button", name="Continue to").click()
    await pay(page)
    await expect(page.get_by_role("heading", name="What happened")).to_be_visible()
