"""Checking in: alone at the venue, by staff where the position is unclear, and the till that shows the code (R77)."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from campaigns.checkins.rows import check_ins
from campaigns.vouchers.rows import vouchers
from tests.browsers import DESKTOP, PHONE, open_page
from tests.journeys.placing import Held, a_held_voucher, be, code_of
from tests.shop import Shop
from tests.storefront.consoles.people import People, people_of, sign_in

both_widths = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


async def a_guest(shop: Shop) -> tuple[People, Held]:
    people = await people_of(shop.world)
    shop.world.merchant_id = people.merchant_id
    return people, await a_held_voucher(shop)


async def check_in(page: Page, code: str) -> None:
    await page.get_by_label("Code on the till screen").fill(code)
    await page.get_by_role("button", name="Check in and use the voucher").click()


async def begin(page: Page, shop: Shop, held: Held) -> None:
    """From the voucher to the form."""
    await page.goto(shop.address + held.path)
    await page.get_by_role("link", name="Check in yourself").click()
    await expect(page.get_by_role("heading", name=re.compile("Check in at Alder Street"))).to_be_visible()


async def says(page: Page, word: str) -> None:
    await expect(page.locator("#result-word")).to_contain_text(word, timeout=15_000)


async def became(shop: Shop, held: Held) -> list[tuple[str, str]]:
    """Every attempt, in the order of the alphabet: the clock stands, so all were at one instant."""
    rows = await shop.world.rows(
        select(check_ins.c.state, check_ins.c.reason).where(check_ins.c.voucher_id == held.id)
    )
    return sorted((row.state, row.reason) for row in rows)


async def state_of(shop: Shop, held: Held) -> str:
    ((state,),) = await shop.world.rows(select(vouchers.c.state).where(vouchers.c.id == held.id))
    return str(state)


@both_widths
async def test_a_guest_inside_with_the_code_redeems_alone(
    browser: Browser, shop: Shop, size: tuple[int, int]
) -> None:
    """R77: position and code together, on one press; nothing of the place is kept but a band."""
    _, held = await a_guest(shop)
    async with open_page(browser, size) as page:
        await be(page, 40)
        await begin(page, shop, held)
        await check_in(page, await code_of(shop, held.venue_id))
        await says(page, "Checked in")
        await expect(page.get_by_text("Show this to the staff of Alder Street")).to_be_visible()
        await page.get_by_role("link", name="See the voucher").click()
        await expect(page.get_by_text("Already used on")).to_be_visible()
    assert await became(shop, held) == [("accepted", "ok")]
    assert await state_of(shop, held) == "redeemed"
    (row,) = await shop.world.rows(select(check_ins))
    assert (row.distance_band, row.accuracy_band) == ("50", "25")


@both_widths
async def test_a_wrong_code_is_named_with_the_tries_that_are_left(
    browser: Browser, shop: Shop, size: tuple[int, int]
) -> None:
    """R77: five wrong codes leave the voucher to staff."""
    _, held = await a_guest(shop)
    right = await code_of(shop, held.venue_id)
    wrong = f"{(int(right) + 500_000) % 1_000_000:06}"
    async with open_page(browser, size) as page:
        await be(page, 10)
        await begin(page, shop, held)
        for left in (4, 3, 2, 1):
            await check_in(page, wrong)
            await expect(page.get_by_text(re.compile(f"You have {left} tr(y|ies) left"))).to_be_visible()
        await check_in(page, wrong)
        await expect(page.get_by_text("That was the last try")).to_be_visible()
        await expect(page.get_by_label("Code on the till screen")).to_have_count(0)
    assert await became(shop, held) == [("refused", "wrong_venue_code")] * 5
    assert await state_of(shop, held) == "issued"


@both_widths
async def test_a_guest_outside_is_refused_and_may_go_in_and_try_again(
    browser: Browser, shop: Shop, size: tuple[int, int]
) -> None:
    """R77: the code alone does not suffice. The page goes on where it was."""
    _, held = await a_guest(shop)
    async with open_page(browser, size) as page:
        await be(page, 2_000)
        await begin(page, shop, held)
        await check_in(page, await code_of(shop, held.venue_id))
        await says(page, "Not at the venue")
        await expect(page.get_by_text("Nothing was used")).to_be_visible()
        await be(page, 5)
        await check_in(page, await code_of(shop, held.venue_id))
        await says(page, "Checked in")
    assert await became(shop, held) == [("accepted", "ok"), ("refused", "outside_geofence")]


@both_widths
async def test_an_unclear_position_waits_for_staff_who_scan_the_voucher(
    browser: Browser, shop: Shop, size: tuple[int, int]
) -> None:
    """R77: the till lists who waits, the desk scans, and the guest's own page says so by itself."""
    people, held = await a_guest(shop)
    async with open_page(browser, size) as guest, open_page(browser, size) as staff:
        await be(guest, 20, accuracy_m=900)
        await begin(guest, shop, held)
        await check_in(guest, await code_of(shop, held.venue_id))
        await says(guest, "Show this to the staff")
        code = await guest.locator(".code-text").inner_text()
        await sign_in(staff, shop.address, people.email("staff"), f"/till?venue={held.venue_id}")
        await expect(staff.get_by_role("heading", name="Waiting for you")).to_be_visible()
        await expect(staff.get_by_text("exact to 1,000 m")).to_be_visible()
        await staff.get_by_role("link", name="Scan the voucher at the desk").click()
        await expect(staff.get_by_role("heading", name="Waiting for you")).to_be_visible()
        await staff.get_by_label("Voucher code").fill(code)
        await staff.get_by_role("button", name="Redeem", exact=True).click()
        await expect(staff.get_by_role("heading", name="Redeemed")).to_be_visible()
        await expect(staff.get_by_role("heading", name="Waiting for you")).to_have_count(0)
        await says(guest, "Checked in")
    assert await became(shop, held) == [("accepted", "ok")]


async def test_staff_may_decline_and_the_voucher_stays_good(browser: Browser, shop: Shop) -> None:
    """R77"""
    people, held = await a_guest(shop)
    async with open_page(browser, PHONE) as guest, open_page(browser, DESKTOP) as staff:
        await be(guest, 20, accuracy_m=900)
        await begin(guest, shop, held)
        await check_in(guest, await code_of(shop, held.venue_id))
        await says(guest, "Show this to the staff")
        await sign_in(staff, shop.address, people.email("staff"), f"/till?venue={held.venue_id}")
        await staff.get_by_role("button", name=re.compile("^Decline")).click()
        await expect(staff.get_by_text("Nothing was redeemed")).to_be_visible()
        await says(guest, "Staff only")
    assert await became(shop, held) == [("refused", "needs_attention")]
    assert await state_of(shop, held) == "issued"


async def test_who_does_not_tell_the_position_is_sent_to_staff(browser: Browser, shop: Shop) -> None:
    """R77, U10: asked only on the press; refused or without scripts, staff scan instead. Nothing is tried."""
    _, held = await a_guest(shop)
    async with open_page(browser, PHONE) as page:
        await begin(page, shop, held)
        await check_in(page, await code_of(shop, held.venue_id))
        await expect(page.locator("[data-position-note]")).to_contain_text("Staff can scan the QR code")
        await page.get_by_role("link", name="Show the QR code instead").click()
        await expect(page.get_by_role("heading", name="Your voucher")).to_be_visible()
    async with open_page(browser, PHONE, scripts=False) as page:
        await begin(page, shop, held)
        await expect(page.get_by_text("Staff can scan the QR code instead")).to_be_visible()
        await expect(page.get_by_label("Code on the till screen")).to_be_hidden()
    assert await became(shop, held) == []


@both_widths
async def test_the_till_shows_the_code_of_the_minute_and_follows(
    browser: Browser, shop: Shop, size: tuple[int, int]
) -> None:
    """R77, U77: digits and QR code are the same, and after the minute both are the next ones."""
    people, held = await a_guest(shop)
    async with open_page(browser, size) as page:
        await sign_in(page, shop.address, people.email("staff"), f"/till?venue={held.venue_id}")
        first = await read_till(page)
        assert first == await code_of(shop, held.venue_id)
        await shop.advance(seconds=60)
        following = await code_of(shop, held.venue_id)
        await expect(page.locator("#venue-code")).to_have_text(following, timeout=15_000)
        assert await read_till(page) == following
        assert first != following


async def test_a_new_code_makes_the_one_before_wrong(browser: Browser, shop: Shop) -> None:
    people, held = await a_guest(shop)
    async with open_page(browser, DESKTOP) as page:
        await sign_in(page, shop.address, people.email("manager"), f"/till?venue={held.venue_id}")
        before = await read_till(page)
        await page.get_by_role("button", name="New code").click()
        await expect(page.get_by_text("There is a new code")).to_be_visible()
        assert await read_till(page) != before
        await be(page, 5)
        await begin(page, shop, held)
        await check_in(page, before)
        await says(page, "Not the code")


async def read_till(page: Page) -> str:
    """The digits, once their QR code read from the screen says the same."""
    digits = (await page.locator("#venue-code").inner_text()).strip()
    picture = Image.open(io.BytesIO(await page.locator("#till-code .qr").screenshot()))
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text == digits
    return digits
