"""Every page of a buyer: readable by all, quiet in the console, narrow enough for a small phone (U60, U84, U85)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from sqlalchemy import select

from campaigns.vouchers.rows import vouchers
from tests.browsers import DESKTOP, PHONE, open_page
from tests.shop import Shop

SMALLEST = 320


@dataclass(frozen=True)
class Seen:
    """What a page did that it should not."""

    violations: list[str]
    console: list[str]
    width: int


async def every_page(shop: Shop) -> dict[str, str]:
    """A path of each kind, with something on it."""
    world = shop.world
    ladder = [{"start": 1, "price_minor": 3800}, {"start": 20, "price_minor": 3400}]
    await world.deal(slug="ladder", threshold=20, tiers=ladder, max_per_buyer=2)
    tipped, small = await world.deal(slug="tipped", threshold=1), await world.deal(slug="small", threshold=2)
    bought = await world.buy(tipped, "ann@example.com", units=2)
    troubled = await world.buy(tipped, "bo@example.com", card="pm_card_expiredAtCapture")
    waiting, held = await world.join(small, "cy@example.com"), await world.buy(small, "di@example.com")
    await shop.settle()
    voucher = (await world.rows(select(vouchers.c.id)))[0].id
    return {
        "board": "/", "empty board": "/?show=past", "deal": "/deals/ladder", "deal on": "/deals/tipped",
        "join": "/deals/ladder/join?quantity=2", "order paid": shop.order_path(bought),
        "order in trouble": shop.order_path(troubled), "order waiting": shop.order_path(waiting),
        "order held": shop.order_path(held), "leave": f"{shop.order_path(held)}/leave",
        "voucher": shop.voucher_path(voucher), "mailbox": "/mailbox", "letter": "/mailbox/1",
        "how it works": "/how-it-works", "business": "/business",
    }  # fmt: skip


async def look(page: Page, address: str) -> Seen:
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    await page.goto(address, wait_until="load")
    heard = list(console)  # axe itself writes styles, which the policy refuses and the console reports
    found: dict[str, Any] = (await Axe().run(page)).response
    await page.set_viewport_size({"width": SMALLEST, "height": 700})
    width = await page.evaluate("document.documentElement.scrollWidth")
    violations = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]
    return Seen(violations, heard, width)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_every_page_is_readable_quiet_and_narrow(
    shop: Shop, browser: Browser, size: tuple[int, int], *, dark: bool
) -> None:
    """U60, U84, U85: no axe violation, no console line, no sideways scrolling at 320 px."""
    wrong = {}
    for name, path in (await every_page(shop)).items():
        async with open_page(browser, size, dark=dark) as page:
            seen = await look(page, shop.address + path)
        if seen != Seen([], [], SMALLEST):
            wrong[name] = seen
    assert wrong == {}


async def test_a_page_without_scripts_has_no_dead_control(shop: Shop, browser: Browser) -> None:
    """U10: what needs a script is not shown without one."""
    await shop.world.deal(slug="noodles")
    async with open_page(browser, scripts=False) as page:
        await page.goto(f"{shop.address}/deals/noodles")

        assert await page.get_by_role("button", name="Copy link").count() == 0
        assert await page.get_by_role("button", name="Switch between").count() == 0
        assert await page.get_by_role("link", name="Refresh").is_visible()
