"""What a buyer does in a browser, said once. Every step works with and without scripts."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.shop import Shop

VISA, DECLINED, ASKS, LOST = "4242424242424242", "4000000000000002", "4000002760003184", "4000000000707002"


async def join(page: Page, shop: Shop, slug: str, email: str, quantity: str | None = None) -> None:
    """From the deal's page to the payment page."""
    await page.goto(f"{shop.address}/deals/{slug}")
    if quantity is not None:
        await page.get_by_label("Quantity").select_option(quantity)
    await page.locator("#cta").click()
    await expect(page.get_by_role("heading", name="Join this deal")).to_be_visible()
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Continue to").click()
    await expect(page.get_by_role("heading", name="Test cards")).to_be_visible()


async def pay(page: Page, card: str = VISA) -> None:
    """Press a test card on the payment page."""
    await page.get_by_role("button", name=card).click()


async def buy(page: Page, shop: Shop, slug: str, email: str, quantity: str | None = None) -> None:
    """Join and pay; ends on the order's page."""
    await join(page, shop, slug, email, quantity)
    await pay(page)
    await expect(page.get_by_role("heading", name="What happened")).to_be_visible()


async def says(page: Page, sentence: str, *, scripts: bool) -> None:
    """The order says a sentence: by itself with scripts, after a press on Refresh without."""
    if not scripts:
        await page.reload()
    await expect(page.locator("#order")).to_contain_text(sentence, timeout=25_000)


async def deal_says(page: Page, sentence: str, *, scripts: bool) -> None:
    """The headline of a deal's page."""
    if not scripts:
        await page.get_by_role("link", name="Refresh").click()
    await expect(page.locator("#headline")).to_contain_text(sentence, timeout=15_000)
