"""Every console page in a browser: no violation, no complaint, no sideways scrolling (U10, U60, U69-U77)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from campaigns.foundation.store import Store
from tests.browsers import DESKTOP, PHONE, open_page
from tests.shop import Shop, running_shop
from tests.storefront.consoles.people import sign_in
from tests.storefront.consoles.scene import Scene, a_scene

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NARROW = (320, 640)
_HOME = {"owner": "/console", "staff": "/desk", "operator": "/operator"}


@pytest.fixture
async def shop(store: Store, tmp_path: Path) -> AsyncIterator[Shop]:
    async with running_shop(store, tmp_path) as opened:
        yield opened


async def each_page(shop: Shop, scene: Scene, page: Page) -> AsyncIterator[str]:
    """Open one page after the other, signed in as whoever looks at it."""
    who = ""
    for name, (role, path) in scene.pages.items():
        if role != who:
            await sign_in(page, shop.address, scene.people.email(role), _HOME[role])
            who = role
        answer = await page.goto(f"{shop.address}{path}")
        assert answer is not None
        assert answer.status == 200, name
        yield name


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, True)], ids=["phone", "dark-desktop"])
async def test_no_page_has_a_violation_or_a_complaint(
    browser: Browser, shop: Shop, size: tuple[int, int], dark: bool
) -> None:
    scene, complaints = await a_scene(shop), []
    async with open_page(browser, size, dark=dark) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        async for name in each_page(shop, scene, page):
            report = await Axe().run(page)
            assert report.violations_count == 0, f"{name}: {report.generate_report()}"
    assert complaints == []


async def test_nothing_scrolls_sideways_on_the_narrowest_phone(browser: Browser, shop: Shop) -> None:
    scene = await a_scene(shop)
    async with open_page(browser, NARROW) as page:
        async for name in each_page(shop, scene, page):
            assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW[0], name


async def test_the_figures_of_a_deal_follow_while_somebody_looks(browser: Browser, shop: Shop) -> None:
    """U2"""
    scene = await a_scene(shop)
    async with open_page(browser) as page:
        await page.clock.install()
        await sign_in(page, shop.address, scene.people.email("owner"), "/console")
        await page.goto(f"{shop.address}/console/deals/{scene.gathering}")
        await page.get_by_text("2 more people and it's on").wait_for()
        await shop.world.buy(scene.gathering, "bo@example.com")
        await page.clock.fast_forward(10_000)
        await page.clock.fast_forward(1_000)
        await page.get_by_text("1 more person and it's on").wait_for()
