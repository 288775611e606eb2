"""Every page, at every width and in both themes: what must hold of each (U57, U60, U74, U84, U85, U88)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page
from sqlalchemy import select

from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.people.rules import Actor
from campaigns.sharing.invite_advocate import Invitation, invite_advocate
from campaigns.sharing.link_queries import link_by_id
from campaigns.vouchers.rows import vouchers
from tests.browsers import open_page
from tests.journeys.check_in_tour import check_in_addresses
from tests.shop import Shop
from tests.storefront.consoles.campaign_scene import campaign_addresses
from tests.storefront.consoles.people import sign_in
from tests.storefront.consoles.scene import Scene, a_scene
from tests.storefront.security.test_inventory import PAGES

NARROW, PHONE, DESKTOP = (320, 700), (390, 844), (1280, 900)
LOOKS = ((NARROW, False), (PHONE, True), (DESKTOP, False))
# Answers to forms, machinery, and addresses that only lead elsewhere: no page of their own.
NO_PAGE = re.compile(
    r"/(live|paid|pay|sign-out|health/.*|metrics|static/.*|webhooks/.*|another-card|take-back|approve|send-back"
    r"|till/decline|device|check-ins/csv|stop|consent|card.png|links.csv|end|reopen"
    r"|report\.json|tables/[^/]+"
    r"|disconnect|retire|posts/[^/]*/\{act:str\}|wall/pictures/[^/]+"
    r"|mentions/[^/]*/(answer|assign|dismiss|own|sentiment))$"
    r"|^/(schema|s/)"
)
_AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


async def test_every_page_keeps_the_page_rules(browser: Browser, shop: Shop) -> None:
    scene = await a_scene(shop)
    found: list[str] = []
    for who, addresses in (await _tour(shop, scene)).items():
        for size, dark in LOOKS:
            async with _seated(browser, shop, scene, who, size, dark) as page:
                for address in addresses:
                    found += [
                        f"{address} {size[0]} {'dark' if dark else 'light'}: {fault}"
                        for fault in await _faults(page, shop.address + address)
                    ]
    assert found == []


async def test_every_page_address_is_on_the_tour(shop: Shop) -> None:
    """A new page without a look at it fails here."""
    scene = await a_scene(shop)
    seen = [
        address.split("?")[0] for addresses in (await _tour(shop, scene)).values() for address in addresses
    ]
    patterns = {
        page: re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", page) + "$")
        for page in PAGES
        if not NO_PAGE.search(page)
    }
    missing = {
        page for page, pattern in patterns.items() if not any(pattern.match(address) for address in seen)
    }
    assert missing == set()


async def _tour(shop: Shop, scene: Scene) -> dict[str, list[str]]:
    """Every page, by who looks at it."""
    world = shop.world
    hostile = '<script>alert(1)</script> "quotes" \u202eRTL ' + "long " * 20 + "🍜"
    bad = await world.deal(slug="hostile", threshold=2)
    await _rename(shop, bad, hostile[:120])
    held = await world.buy(bad, "held@example.com")
    unpaid = await world.join(bad, "unpaid@example.com")
    await shop.settle()
    issued = await world.rows(select(vouchers).order_by(vouchers.c.id).limit(1))
    slugs = [(await world.deal_row(each)).slug for each in (scene.gathering, scene.tipped, scene.upcoming)]
    letter = (await shop.letters())[0].id
    anybody = [
        "/",
        "/?show=past",
        "/how-it-works",
        "/business",
        "/sign-in",
        "/wall",
        "/mailbox",
        f"/mailbox/{letter}",
        "/nowhere",
        *[f"/deals/{slug}" for slug in (*slugs, "hostile")],
        "/deals/hostile/join?quantity=1",
        shop.order_path(held),
        f"{shop.order_path(held)}/leave",
        shop.order_path(unpaid),
        *await _link_pages(shop, bad),
        shop.order_path(scene.paid_order),
        shop.voucher_path(issued[0].id),
        f"{shop.voucher_path(issued[0].id)}/check-in",
    ]
    unsubscribed, campaign_pages = await campaign_addresses(shop, hostile[:60], [scene.gathering, bad])
    tour = {"": [*anybody, unsubscribed], "owner": campaign_pages}
    for who, address in scene.pages.values():
        tour.setdefault(who, []).append(address)
    for who, addresses in (await check_in_addresses(shop, hostile[:80])).items():
        tour[who] += addresses
    return tour


async def _link_pages(shop: Shop, deal_id: str) -> list[str]:
    """An advocate's page, and the deal as somebody sees it who came by a link that earns its owner something."""
    world = shop.world
    asked = Invitation(deal_id, "dee@example.com", "a bowl of soup")
    doing: Any = {"store": world.store, "clock": world.clock, "keys": world.keys}
    owner = Actor(AccountId("acc_owner"), "Owner", {OrganizationId(world.merchant_id): "owner"})
    link_id = await invite_advocate(asked, actor=owner, **doing)
    async with world.store.read() as unit:
        link = await link_by_id(unit, link_id)
    assert link is not None
    page = world.links.own_link(link_id).removeprefix(shop.address)
    return [page, f"/deals/{link.slug}?link={link.code}", "/s/nobodyhasit"]


async def _rename(shop: Shop, deal_id: str, title: str) -> None:
    from campaigns.deals.rows import deals, offers

    async with shop.world.store.begin() as unit:
        offer_id = select(deals.c.offer_id).where(deals.c.id == deal_id).scalar_subquery()
        await unit.run(
            offers.update()
            .where(offers.c.id == offer_id)
            .values(title=title, summary=title, description=title)
        )


@asynccontextmanager
async def _seated(
    browser: Browser, shop: Shop, scene: Scene, who: str, size: tuple[int, int], dark: bool
) -> AsyncIterator[Page]:
    async with open_page(browser, size, dark=dark) as page:
        if who:
            await sign_in(page, shop.address, scene.people.email(who), "/how-it-works")
        yield page


@contextmanager
def _console(page: Page) -> Iterator[list[str]]:
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # The browser itself remarks on every answer of 400 and more; that is no fault of the page.
        if not message.text.startswith("Failed to load resource"):
            said.append(f"console: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    yield said


async def _faults(page: Page, address: str) -> list[str]:
    with _console(page) as said:
        await page.goto(address, wait_until="load")
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        answer = await Axe().run(page, options=_AXE)
    faults = [f"{wide} px too wide"] if wide > 0 else []
    faults += [f"axe {v['id']}: {v['nodes'][0]['html'][:120]}" for v in answer.response["violations"]]
    return faults + said


async def test_a_page_that_breaks_the_rules_is_seen(browser: Browser) -> None:
    """The look itself can fail: too wide, an image without words, a script that throws."""
    bad = "data:text/html,<h1>x</h1><img src=x><div style='width:3000px'>wide</div><script>throw 1</script>"
    async with open_page(browser, PHONE) as page:
        found = " ".join(await _faults(page, bad))
    assert all(word in found for word in ("too wide", "axe image-alt", "error: "))
