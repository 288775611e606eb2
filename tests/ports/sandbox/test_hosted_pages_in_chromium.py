"""The hosted pages in a real browser: one press pays, without scripts, on a phone, in light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from integrations.payments.sandbox.server import served
from tests.browsers import DESKTOP, PHONE, open_page
from tests.ports.sandbox.buying import a_session
from tests.ports.sandbox.deal_page import deal, mounted_sandbox
from tests.ports.sandbox.running import RunningSandbox, running_sandbox

NARROW = (320, 640)


async def session_url(sandbox: RunningSandbox, deal_address: str) -> str:
    """The page of a session that leads back to `deal_address`."""
    session = await a_session(
        sandbox.client(),
        success_url=f"{deal_address}/o/1?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{deal_address}/d/1",
    )
    url: str = session.url
    return url


async def test_one_press_pays_without_scripts_and_leads_to_the_deal(browser: Browser) -> None:
    async with (
        served(deal) as (address, _),
        running_sandbox() as sandbox,
        open_page(browser, PHONE, scripts=False) as page,
    ):
        await page.goto(await session_url(sandbox, address))
        await page.get_by_role("button", name="4242424242424242").click()
        await page.get_by_role("heading", name="The deal").wait_for()
        assert page.url.startswith(f"{address}/o/1?session=cs_test_")


async def test_a_decline_is_shown_and_a_typed_card_then_pays(browser: Browser) -> None:
    async with (
        served(deal) as (address, _),
        mounted_sandbox() as sandbox,
        open_page(browser, DESKTOP) as page,
    ):
        await page.goto(await session_url(sandbox, address))
        await page.get_by_role("button", name="4000000000009995").click()
        assert "insufficient funds" in await page.get_by_role("alert").inner_text()
        await page.get_by_label("E-mail").fill("ada@example.com")
        await page.get_by_label("Card number").fill("4242 4242 4242 4242")
        await page.get_by_label("Expiry").fill("12 / 34")
        await page.get_by_label("Security code").fill("123")
        await page.get_by_label("Security code").press("Enter")
        await page.get_by_role("heading", name="The deal").wait_for()


async def test_the_issuers_question_is_answered_with_one_press(browser: Browser) -> None:
    async with (
        served(deal) as (address, _),
        mounted_sandbox() as sandbox,
        open_page(browser, PHONE, scripts=False) as page,
    ):
        await page.goto(await session_url(sandbox, address))
        await page.get_by_role("button", name="4000002760003184").click()
        await page.get_by_role("button", name="Refuse").click()
        assert "unable to authenticate" in await page.get_by_role("alert").inner_text()
        await page.get_by_role("button", name="4000002760003184").click()
        await page.get_by_role("button", name="Approve").click()
        await page.get_by_role("heading", name="The deal").wait_for()


async def test_the_way_back_leads_to_the_deal(browser: Browser) -> None:
    async with (
        served(deal) as (address, _),
        running_sandbox() as sandbox,
        open_page(browser, DESKTOP) as page,
    ):
        await page.goto(await session_url(sandbox, address))
        await page.get_by_role("link", name="Back to the deal").click()
        assert page.url == f"{address}/d/1"


async def test_nothing_overflows_on_a_narrow_phone_and_the_policy_is_kept(browser: Browser) -> None:
    async with (
        served(deal) as (address, _),
        running_sandbox() as sandbox,
        open_page(browser, NARROW, dark=True) as page,
    ):
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(await session_url(sandbox, address))
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(13, 15, 18)"
        assert complaints == []


@pytest.mark.parametrize("dark", [False, True])
async def test_the_pages_have_no_accessibility_violations(browser: Browser, dark: bool) -> None:
    async with (
        served(deal) as (address, _),
        running_sandbox() as sandbox,
        open_page(browser, PHONE, dark=dark) as page,
    ):
        await page.goto(await session_url(sandbox, address))
        reports = [await Axe().run(page)]
        for number in ("4000000000009995", "4000002760003184"):
            await page.get_by_role("button", name=number).click()
            reports.append(await Axe().run(page))
        assert [report.generate_report() for report in reports if report.violations_count] == []
