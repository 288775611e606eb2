"""Whole paths of buyers, in a browser, with scripts and without (U86)."""

import pytest
from playwright.async_api import Browser, expect

from tests.browsers import DESKTOP, PHONE, open_page
from tests.journeys.buying import ASKS, DECLINED, LOST, VISA, buy, deal_says, join, pay, says
from tests.shop import Shop

both = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@both
async def test_two_friends_make_it_happen(shop: Shop, browser: Browser, *, scripts: bool) -> None:
    """R4, R5, U4, U52: one joins, a third looks on, the second tips the deal, and the voucher comes."""
    await shop.world.deal(slug="noodles", threshold=2)
    async with (
        open_page(browser, PHONE, scripts=scripts) as ann,
        open_page(browser, DESKTOP, scripts=scripts) as bo,
        open_page(browser, DESKTOP, scripts=scripts) as onlooker,
    ):
        await onlooker.goto(f"{shop.address}/deals/noodles")
        await buy(ann, shop, "noodles", "ann@example.com")
        await expect(ann.locator("#order")).to_contain_text("$25 is held on Visa ending 4242, not charged.")
        await deal_says(onlooker, "1 more person and it's on", scripts=scripts)

        await buy(bo, shop, "noodles", "bo@example.com")
        await deal_says(onlooker, "It's on. Everyone pays $25", scripts=scripts)

        await shop.settle()
        await says(ann, "Your voucher is ready", scripts=scripts)
        await expect(ann.locator(".voucher .qr svg")).to_be_visible()
        await ann.get_by_role("link", name="on its own page").click()
        await expect(ann.get_by_role("heading", name="Your voucher", exact=True)).to_be_visible()


@both
async def test_the_letter_leads_to_the_voucher(shop: Shop, browser: Browser, *, scripts: bool) -> None:
    """U4, U20: found in the demo's mailbox, not typed."""
    await shop.world.deal(slug="noodles", threshold=1)
    async with open_page(browser, PHONE, scripts=scripts) as page:
        await buy(page, shop, "noodles", "ann@example.com", quantity="2")
        letter = await shop.letter("ann@example.com", about="voucher")

        await page.goto(f"{shop.address}/mailbox")
        await page.get_by_role("link", name=letter.subject).click()
        await page.get_by_role("link", name="voucher").first.click()

        await expect(page.locator(".qr svg").first).to_be_visible()


@both
async def test_too_few_people_and_nobody_pays(shop: Shop, browser: Browser, *, scripts: bool) -> None:
    """R12, U7: the window closes, the hold goes, the page and a letter say so."""
    deal_id = await shop.world.deal(slug="noodles", threshold=3)
    async with open_page(browser, scripts=scripts) as page:
        await buy(page, shop, "noodles", "ann@example.com")

        await shop.advance(hours=3)

        await says(page, "The deal did not reach enough people", scripts=scripts)
        await says(page, "Nothing was charged. Your hold was released.", scripts=scripts)
        assert (await shop.world.deal_row(deal_id)).state == "failed"
        assert "Nothing was charged" in " ".join((await shop.letter("ann@example.com")).paragraphs)
        await page.get_by_role("link", name="See the deal").click()
        await expect(page.locator("#headline")).to_contain_text("1 of 3 people. Nothing was charged")


@both
async def test_a_declined_card_can_be_tried_again(shop: Shop, browser: Browser, *, scripts: bool) -> None:
    """F1, U7: the place is kept meanwhile."""
    await shop.world.deal(slug="noodles")
    async with open_page(browser, PHONE, scripts=scripts) as page:
        await join(page, shop, "noodles", "ann@example.com")
        await pay(page, DECLINED)
        await expect(page.get_by_role("alert")).to_contain_text("Nothing was taken")

        await pay(page, VISA)

        await expect(page.locator("#order")).to_contain_text("You're in")


@both
async def test_the_bank_asks_and_the_buyer_approves(shop: Shop, browser: Browser, *, scripts: bool) -> None:
    """F2: refused first, approved then."""
    await shop.world.deal(slug="noodles")
    async with open_page(browser, scripts=scripts) as page:
        await join(page, shop, "noodles", "ann@example.com")
        await pay(page, ASKS)
        await page.get_by_role("button", name="Refuse").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await pay(page, ASKS)

        await page.get_by_role("button", name="Approve").click()

        await expect(page.locator("#order")).to_contain_text("You're in")


@both
async def test_a_buyer_leaves_before_it_is_on(shop: Shop, browser: Browser, *, scripts: bool) -> None:
    """R32, U5, U18: two presses, and the page of the deal counts one less."""
    await shop.world.deal(slug="noodles", threshold=3)
    async with open_page(browser, PHONE, scripts=scripts) as page:
        await buy(page, shop, "noodles", "ann@example.com")

        await page.get_by_role("link", name="Leave this deal").click()
        await page.get_by_role("button", name="Leave and release $25").click()

        await says(page, "You left this deal", scripts=scripts)
        await shop.settle()
        await says(page, "Your hold was released", scripts=scripts)
        await page.get_by_role("link", name="See the deal").click()
        await expect(page.locator("#headline")).to_contain_text("3 more people")


@both
async def test_an_unused_voucher_is_given_back(shop: Shop, browser: Browser, *, scripts: bool) -> None:
    """R33, R48."""
    await shop.world.deal(slug="noodles", threshold=1)
    async with open_page(browser, scripts=scripts) as page:
        await buy(page, shop, "noodles", "ann@example.com")
        await shop.settle()
        await says(page, "Your voucher is ready", scripts=scripts)

        await page.get_by_role("link", name="Refund").click()
        await page.get_by_role("button", name="Refund $25").click()

        await shop.settle()
        await says(page, "$25 was sent back to Visa ending 4242", scripts=scripts)
        await expect(page.locator(".voucher .qr")).to_have_count(0)


@both
async def test_a_lost_hold_is_mended_with_another_card(
    shop: Shop, browser: Browser, *, scripts: bool
) -> None:
    """R43."""
    await shop.world.deal(slug="noodles", threshold=1)
    async with open_page(browser, PHONE, scripts=scripts) as page:
        await join(page, shop, "noodles", "ann@example.com")
        await pay(page, LOST)
        await expect(page.get_by_role("heading", name="What happened")).to_be_visible()
        await shop.settle()
        await page.reload()
        await expect(page.locator("#order")).to_contain_text("Nothing was charged")

        await page.get_by_role("button", name="Pay $25 with another card").click()
        await pay(page, VISA)

        await shop.settle()
        await says(page, "Your voucher is ready", scripts=scripts)


@both
async def test_going_back_and_pressing_again_is_one_order(
    shop: Shop, browser: Browser, *, scripts: bool
) -> None:
    """R22, R27: out of the payment page to the order, and on to the same payment page again."""
    deal_id = await shop.world.deal(slug="noodles")
    async with open_page(browser, scripts=scripts) as page:
        await join(page, shop, "noodles", "ann@example.com")
        payment = page.url
        await page.get_by_role("link", name="Back to the deal").click()
        await expect(page.locator("#order")).to_contain_text("Your place is kept until")

        await page.get_by_role("link", name="Continue to payment").click()

        assert page.url == payment
        await pay(page)
        await expect(page.locator("#order")).to_contain_text("You're in")
    assert (await shop.world.deal_row(deal_id)).units_taken == 1
