"""A merchant's way from the first word of a deal to the first voucher at the desk, in a real browser."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import DESKTOP, PHONE, open_page
from tests.shop import Shop
from tests.storefront.consoles.people import ZONE, People, people_of, sign_in

both_ways = pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])


def local(shop: Shop, **ahead: float) -> str:
    """A time of the shop's zone as a date-and-time control holds it."""
    at = shop.world.clock.at.astimezone(ZoneInfo(ZONE)) + timedelta(**ahead)
    return at.strftime("%Y-%m-%dT%H:%M")


async def write_a_deal(page: Page, shop: Shop, *, threshold: str = "2") -> None:
    """Fill in the form as a merchant would, with a ladder of two prices."""
    await page.get_by_label("Title", exact=True).fill("Hand-pulled noodle dinner")
    await page.get_by_label("Summary").fill("Two bowls and a pot of tea.")
    await page.get_by_label("Price from the first person").fill("38")
    await page.get_by_label("How much of it").fill(threshold)
    await page.get_by_label("Opens").fill(local(shop, hours=2))
    await page.get_by_label(re.compile("^Closes")).fill(local(shop, hours=26))
    await page.get_by_label("Full value until").fill(local(shop, days=90)[:10])
    await page.get_by_label(re.compile("Alder Street")).check()


async def submitted(page: Page) -> str:
    """Hand in from the page that says what will happen; answers the deal's console address."""
    await expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    await page.get_by_role("button", name="Hand in for review").click()
    await expect(page.get_by_text("The platform is looking at it")).to_be_visible()
    return page.url.split("?")[0]


@both_ways
async def test_write_send_back_mend_approve_open(browser: Browser, shop: Shop, scripts: bool) -> None:
    """U17, U18, R11: the whole way of a deal to its public page, by two people."""
    people = await people_of(shop.world)
    async with open_page(browser, DESKTOP, scripts=scripts) as page:
        await sign_in(page, shop.address, people.email("owner"), "/console?merchant=willow")
        await page.get_by_role("link", name="Write a deal").click()
        await write_a_deal(page, shop, threshold="200")
        await page.get_by_role("button", name="Save and check").click()
        deal_address = await submitted(page)
        await operator_sends_back(page, shop, people, "Say how many bowls, and ask for fewer people.")
        await sign_in(page, shop.address, people.email("owner"), deal_address.removeprefix(shop.address))
        await expect(page.get_by_text("Say how many bowls")).to_be_visible()
        await page.get_by_role("link", name="Edit the draft").click()
        await expect(page.get_by_text("Say how many bowls")).to_be_visible()
        await page.get_by_label("How much of it").fill("2")
        await page.get_by_role("button", name="Save draft").last.click()
        await expect(page.get_by_text("Draft saved")).to_be_visible()
        await page.get_by_role("button", name="Save and check").click()
        await submitted(page)
        await operator_approves(page, shop, people)
        await page.goto(f"{shop.address}/deals/hand-pulled-noodle-dinner")
        await expect(page.get_by_text(re.compile("Opens .*Portland")).first).to_be_visible()
        await shop.advance(hours=2)
        await page.reload()
        await expect(page.get_by_text("2 more people and it's on").first).to_be_visible()


async def operator_sends_back(page: Page, shop: Shop, people: People, reasons: str) -> None:
    await sign_in(page, shop.address, people.email("operator"), "/operator")
    await page.get_by_role("link", name="Hand-pulled noodle dinner").click()
    await page.get_by_role("button", name="Send back with these reasons").click()
    await expect(page.get_by_role("alert")).to_contain_text("Say what must change")
    await page.get_by_label("What must change").fill(reasons)
    await page.get_by_role("button", name="Send back with these reasons").click()
    await expect(page.get_by_text("Sent back. The merchant gets your reasons.")).to_be_visible()


async def operator_approves(page: Page, shop: Shop, people: People) -> None:
    await sign_in(page, shop.address, people.email("operator"), "/operator")
    await page.get_by_role("link", name="Hand-pulled noodle dinner").click()
    await page.get_by_role("button", name="Approve and publish").click()
    await expect(page.get_by_text("It is public now and opens by itself")).to_be_visible()


@both_ways
async def test_everything_typed_is_kept_when_something_is_wrong(
    browser: Browser, shop: Shop, scripts: bool
) -> None:
    """U17, R14, R51: errors beside fields, a summary that leads to them, a ladder without a script."""
    people = await people_of(shop.world)
    async with open_page(browser, PHONE, scripts=scripts) as page:
        await sign_in(page, shop.address, people.email("manager"), "/console/deals/new?merchant=willow")
        await write_a_deal(page, shop)
        await page.get_by_role("button", name="Add a lower price").click()
        row = page.get_by_role("group", name="Price 2")
        await row.get_by_label("From this many").fill("many")
        await row.get_by_label("Price for everybody").fill("44")
        await page.get_by_label("Title", exact=True).fill("")
        await page.get_by_label("What people must know").fill("Book a table.\nTuesday to Saturday.")
        await page.get_by_role("button", name="Save and check").click()
        summary = page.get_by_role("alert")
        await expect(summary.get_by_role("link", name="Fill this in.")).to_have_attribute("href", "#title")
        await expect(row.get_by_label("From this many")).to_have_value("many")
        await expect(row.get_by_label("From this many")).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_label("What people must know")).to_have_value(
            "Book a table.\nTuesday to Saturday."
        )
        await expect(page.get_by_text("UTC").first).to_be_visible()
        await page.get_by_label("Title", exact=True).fill("Noodles")
        await row.get_by_label("From this many").fill("10")
        await page.get_by_role("button", name="Save and check").click()
        await expect(page.get_by_text("It cannot be published like this")).to_be_visible()
        await page.get_by_role("link", name=re.compile("More people never raise the price")).click()
        await row.get_by_label("Price for everybody").fill("30")
        await page.get_by_role("button", name="Save and check").click()
        await submitted(page)


@both_ways
async def test_a_voucher_is_used_once_and_the_second_scan_says_when_and_where(
    browser: Browser, shop: Shop, scripts: bool
) -> None:
    """R68, R69, R73: from a paid order to the desk, and once more."""
    people = await people_of(shop.world)
    shop.world.merchant_id = people.merchant_id
    deal_id = await shop.world.deal(threshold=1)
    order_id = await shop.world.buy(deal_id, "mei@example.com", 2)
    async with open_page(browser, PHONE, scripts=scripts) as page:
        await page.goto(f"{shop.address}{shop.order_path(order_id)}")
        code = await first_code(page, shop, order_id)
        await sign_in(page, shop.address, people.email("staff"), "/desk")
        await page.get_by_role("link", name=re.compile("Alder Street .+")).click()
        await scan(page, code.lower().replace("-", " "))
        await expect(page.get_by_role("heading", name="Redeemed")).to_be_visible()
        assert "$" not in await page.locator("main").inner_text()
        await page.reload()
        await expect(page.get_by_role("heading", name="Redeemed")).to_be_visible()
        first = shop.world.clock.at.astimezone(ZoneInfo(ZONE))
        await shop.advance(minutes=30)
        await scan(page, code)
        said = f"Already used on {first.day} {first:%b, %H:%M}, Alder Street"
        await expect(page.get_by_role("heading", name="Already used")).to_be_visible()
        await expect(page.get_by_text(said)).to_be_visible()
        await scan(page, "AAAA-BBBB-CCCC-DDDD")
        await expect(page.get_by_role("heading", name="Not a voucher")).to_be_visible()


async def first_code(page: Page, shop: Shop, order_id: str) -> str:
    """The code of the first voucher, read where its buyer reads it."""
    found = re.search(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", await page.locator("main").inner_text())
    assert found, f"no voucher code on the page of {order_id}"
    return found.group(0)


async def scan(page: Page, code: str) -> None:
    await page.get_by_label(re.compile("Voucher code|Next voucher")).fill(code)
    await page.get_by_role("button", name="Redeem", exact=True).click()
