"""A link from one buyer to the next, in two browsers, and what its owner and the merchant see of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import DESKTOP, PHONE, open_page
from tests.journeys.buying import buy, pay
from tests.links.paths import CHROME
from tests.shop import Shop
from tests.storefront.consoles.people import people_of, sign_in

both_sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


async def look(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    if folder := os.environ.get("QUORUM_LOOKS"):
        size = page.viewport_size
        await page.screenshot(
            path=Path(folder) / f"{name}-{size['width'] if size else 0}.png", full_page=True
        )


async def as_a_person(page: Page) -> None:
    """The browsers of these tests say that nobody sits before them; this one claims otherwise."""
    await page.context.set_extra_http_headers({"user-agent": CHROME})


@both_sizes
async def test_a_friend_comes_by_a_link_and_the_credit_shows(
    shop: Shop, browser: Browser, size: tuple[int, int]
) -> None:
    """R84, U63: A joins and copies the link, B follows it and joins with consent, A and the merchant see it."""
    people = await people_of(shop.world)
    shop.world.merchant_id = people.merchant_id
    deal_id = await shop.world.deal(slug="noodles", threshold=3)
    async with open_page(browser, size) as ann, open_page(browser, size) as bo:
        await buy(ann, shop, "noodles", "ann@example.com")
        await ann.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=shop.address)
        field = ann.get_by_label("Your link")
        await expect(field).to_have_value(f"{shop.address}/s/" + (await field.input_value())[-10:])
        await ann.get_by_role("button", name="Copy link").click()
        await expect(ann.get_by_role("button", name="Copied")).to_be_visible()
        link = await ann.evaluate("navigator.clipboard.readText()")
        await ann.get_by_text("More ways to share").click()
        await ann.get_by_text("QR code", exact=True).click()
        await look(ann, "order")

        await _joins_by(bo, shop, link)

        await ann.reload()
        figures = ann.locator(".brought")
        await expect(figures).to_contain_text("Clicked 1", use_inner_text=True)
        await expect(figures).to_contain_text("Joined 1", use_inner_text=True)

        address = f"/console/deals/{deal_id}/links"
        await sign_in(ann, shop.address, people.email("owner"), address)
        row = ann.get_by_role("row").filter(has_text="Buyer").filter(has_text="$25")
        await expect(row).to_have_count(1)
        await expect(ann.get_by_role("row", name="Telegram")).to_contain_text("$25")
        await look(ann, "console")


async def _joins_by(bo: Page, shop: Shop, link: str) -> None:
    """Follow a link, join with consent, pay, and take the consent back."""
    await as_a_person(bo)
    await bo.goto(f"{link}/telegram")
    await expect(bo).to_have_url(f"{shop.address}/deals/noodles")
    await bo.locator("#cta").click()
    assert not await bo.get_by_label("Say that I joined").is_checked(), "nothing is ticked for anybody"
    await bo.get_by_label("E-mail", exact=True).fill("bo@example.com")
    await bo.get_by_label("Say that I joined").check()
    await bo.get_by_label("Name to show").fill("Bo Derek")
    await look(bo, "join")
    await bo.get_by_role("button", name="Continue to").click()
    await pay(bo)
    await expect(bo.get_by_text("may say that you joined, as Bo D.")).to_be_visible()
    await look(bo, "agreed")
    await bo.get_by_role("button", name="Take it back").click()
    await expect(bo.get_by_text("Nothing is said on feeds about you.")).to_be_visible()


@both_sizes
async def test_an_advocate_is_invited_and_the_reward_is_told(
    shop: Shop, browser: Browser, size: tuple[int, int]
) -> None:
    """R63: the letter, the advocate's page, the shared text and the landing page all say it."""
    people = await people_of(shop.world)
    shop.world.merchant_id = people.merchant_id
    deal_id = await shop.world.deal(slug="noodles", threshold=3)
    async with open_page(browser, size) as page:
        await sign_in(page, shop.address, people.email("owner"), f"/console/deals/{deal_id}/links")
        await page.get_by_label("E-mail").fill("not an address")
        await page.get_by_role("button", name="Send the link").evaluate(
            "button => button.form.noValidate = true"
        )
        await page.get_by_role("button", name="Send the link").click()
        await expect(page.get_by_role("alert")).to_contain_text("Nobody was invited")
        await page.get_by_label("E-mail").fill("dee@example.com")
        await page.get_by_label("What they get").fill("a bowl of soup")
        await page.get_by_role("button", name="Send the link").click()
        await expect(page.get_by_role("row", name="dee@example.com")).to_contain_text("gets a bowl of soup")
        await page.get_by_role("row", name="dee@example.com").get_by_role("button", name="End").click()
        await page.get_by_role("status").get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("The link counts again.")).to_be_visible()
        await look(page, "invited")

        letter = await shop.letter("dee@example.com", about="Your link")
        assert letter.action is not None
        await page.goto(letter.action[1])
        await expect(page.get_by_text("You get a bowl of soup for friends who join.")).to_be_visible()
        whatsapp = await page.get_by_role("link", name="WhatsApp").get_attribute("href")
        assert whatsapp is not None
        assert "I%20get%20a%20bowl%20of%20soup%20if%20you%20join." in whatsapp
        await look(page, "advocate")
        await as_a_person(page)
        await page.goto(await page.get_by_label("Your link", exact=True).input_value())
        await expect(
            page.get_by_text("Whoever shared this with you gets a bowl of soup if you join.")
        ).to_be_visible()
        await look(page, "landing")
