"""A merchant connects a real Bluesky server in a browser; a join is posted there, its link clicked and credited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Browser, Page, expect

from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from integrations.feeds.publishers import build_feeds
from tests.browsers import DESKTOP, PHONE, open_page
from tests.journeys.announcing import CONSOLE, approve_texts, join_and_be_named
from tests.journeys.test_share_links import as_a_person, look
from tests.real.bluesky import Pds, Person
from tests.real.staged import a_handle
from tests.shop import Shop, running_shop
from tests.storefront.consoles.people import people_of, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
both_sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
async def shop(store: Store, tmp_path: Path, pds: Pds) -> AsyncIterator[Shop]:
    """A shop that publishes to Bluesky for real, with this one server on loopback allowed."""
    feeds = build_feeds(Settings(outbound_allow=pds.place, home=tmp_path))
    async with running_shop(store, tmp_path) as opened:
        cast(dict[str, Any], opened.surroundings.publishers)["bluesky"] = feeds.publishers["bluesky"]
        yield opened
    await feeds.close()


async def connect(page: Page, pds: Pds, person: Person, password: str) -> None:
    """The form, from the list of feeds."""
    await page.get_by_role("main").get_by_role("link", name="Bluesky").click()
    await page.get_by_label("Server").fill(pds.address)
    await page.get_by_label("Handle").fill(person.handle)
    await page.get_by_label("App password").fill(password)
    await page.get_by_role("button", name="Connect Bluesky").click()


async def hear_of_the_loss(owner: Page, shop: Shop) -> None:
    """The next post is refused, and the page asks for a person."""
    await owner.goto(f"{shop.address}/console/posts/new?merchant=willow")
    await owner.get_by_role("button", name="Save the draft").click()
    await owner.get_by_role("button", name="Approve", exact=True).click()
    await shop.settle()
    await owner.goto(f"{shop.address}{CONSOLE}")
    await expect(owner.get_by_role("link", name="Connect again")).to_be_visible()
    await expect(owner.get_by_text("The feed refuses our sign-in since")).to_be_visible()
    await look(owner, "lost")


@both_sizes
async def test_a_join_is_posted_at_bluesky_clicked_and_credited(
    shop: Shop, pds: Pds, browser: Browser, size: tuple[int, int]
) -> None:
    """R80, R84"""
    people, person = await people_of(shop.world), await pds.create_account(a_handle())
    shop.world.merchant_id = people.merchant_id
    deal_id = await shop.world.deal(slug="noodles", threshold=2)
    async with open_page(browser, size) as owner, open_page(browser, size) as bo:
        await sign_in(owner, shop.address, people.email("owner"), CONSOLE)
        await connect(owner, pds, person, "not the password")
        await expect(owner.get_by_role("alert")).to_contain_text("The server refused this sign-in")
        await expect(owner.get_by_label("Handle")).to_have_value(person.handle)
        await expect(owner.get_by_label("App password")).to_have_value("")
        await owner.get_by_label("App password").fill(await pds.app_password(person))
        await owner.get_by_role("button", name="Connect Bluesky").click()
        await expect(owner.get_by_text("It announces as soon as texts are approved.")).to_be_visible()
        await approve_texts(owner, shop, "Somebody joined")

        await bo.goto(f"{shop.address}/deals/noodles")
        await join_and_be_named(bo, "bo@example.com", "Bo Derek")
        await shop.settle()
        (record,) = await pds.posts(person.did)
        assert record["value"]["text"].startswith("Bo D. joined:")
        card = record["value"]["embed"]["external"]
        assert card["thumb"]["mimeType"] == "image/jpeg"

        await as_a_person(bo)
        await bo.context.clear_cookies()
        await bo.goto(card["uri"])
        await expect(bo).to_have_url(f"{shop.address}/deals/noodles")
        await join_and_be_named(bo, "dee@example.com", "")
        await shop.settle()
        await owner.goto(f"{shop.address}/console/deals/{deal_id}/links")
        await expect(owner.get_by_role("row", name="Bluesky")).to_contain_text("$25")

        await pds.take_down(person)
        await hear_of_the_loss(owner, shop)
