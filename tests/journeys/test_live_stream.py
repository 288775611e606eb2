"""The live stream over a real server: what it sends, how it ends, and what pages do with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
from playwright.async_api import Browser, Route, expect

from storefront.live.hub import MOST_PER_ADDRESS, Hub
from tests.browsers import open_page
from tests.journeys.buying import buy, deal_says
from tests.shop import Shop


def hub_of(shop: Shop) -> Hub:
    hub: Hub = shop.app.state["live_hub"]
    return hub


async def test_the_stream_carries_state_then_changes(shop: Shop) -> None:
    """U53, U54: headers, the version as id, the present state first, a change without asking."""
    deal_id = await shop.world.deal(slug="noodles", threshold=2)
    async with (
        httpx.AsyncClient(base_url=shop.address, timeout=20, trust_env=False) as client,
        client.stream("GET", "/deals/noodles/live") as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        assert stream.headers["x-accel-buffering"] == "no"
        assert "set-cookie" not in stream.headers
        lines = stream.aiter_lines()
        ids = [await _next_id(lines)]
        await shop.world.buy(deal_id, "ann@example.com")
        ids.append(await _next_id(lines))

    assert ids == sorted(set(ids))


async def _next_id(lines: AsyncIterator[str]) -> int:
    async for line in lines:
        if line.startswith("id: "):
            return int(line.removeprefix("id: "))
    raise AssertionError("the stream ended")


async def test_over_the_cap_the_page_asks_for_itself(shop: Shop, browser: Browser) -> None:
    """U55: twenty streams of one address are enough; the next one is told 503, and its page still moves."""
    deal_id = await shop.world.deal(slug="noodles", threshold=3)
    async with httpx.AsyncClient(base_url=shop.address, timeout=20, trust_env=False) as client:
        streams = [await _opened(client) for _ in range(MOST_PER_ADDRESS)]
        late = await client.get("/deals/noodles/live")
        assert (late.status_code, late.headers["retry-after"]) == (503, "15")
        async with open_page(browser) as page:
            await page.goto(f"{shop.address}/deals/noodles")
            await shop.world.buy(deal_id, "ann@example.com")
            await expect(page.locator("#headline")).to_contain_text("2 more people", timeout=25_000)
        for stream, _ in streams:
            await stream.aclose()


async def _opened(client: httpx.AsyncClient) -> tuple[httpx.Response, AsyncIterator[str]]:
    """A stream whose first line has arrived; letting go of its lines would close it."""
    answer = await client.send(client.build_request("GET", "/deals/noodles/live"), stream=True)
    lines = answer.aiter_lines()
    await anext(lines)
    return answer, lines


async def test_closing_the_page_ends_its_stream(shop: Shop, browser: Browser) -> None:
    """U54: no viewer is left behind."""
    await shop.world.deal(slug="noodles")
    async with open_page(browser) as page:
        async with page.expect_response("**/deals/noodles/live"):
            await page.goto(f"{shop.address}/deals/noodles")
        await until(lambda: hub_of(shop).streams == 1)

    await until(lambda: hub_of(shop).streams == 0)


async def test_a_page_is_live_although_a_script_comes_late(shop: Shop, browser: Browser) -> None:
    """U41: htmx must not look at the page before its extension is there."""
    await shop.world.deal(slug="noodles")
    async with open_page(browser) as page:

        async def late(route: Route) -> None:
            await asyncio.sleep(0.5)
            await route.continue_()

        await page.route("**/hx-sse*", late)
        async with page.expect_response("**/deals/noodles/live"):
            await page.goto(f"{shop.address}/deals/noodles")
        await until(lambda: hub_of(shop).streams == 1)


async def until(so: Callable[[], bool]) -> None:
    """Wait for the server to notice; ten seconds are for a very busy machine."""
    async with asyncio.timeout(10):
        while not so():  # noqa: ASYNC110 - the server tells nobody when a viewer has gone
            await asyncio.sleep(0.02)


async def test_the_tip_is_celebrated_once_by_those_who_saw_it_coming(shop: Shop, browser: Browser) -> None:
    """U15, U52, U89: said in words, only by a page that was open before; the chosen quantity stays."""
    await shop.world.deal(slug="noodles", threshold=1)
    async with open_page(browser) as onlooker, open_page(browser) as buyer:
        await onlooker.goto(f"{shop.address}/deals/noodles")
        await onlooker.get_by_label("Quantity").select_option("3")
        await buy(buyer, shop, "noodles", "ann@example.com")

        await deal_says(onlooker, "It's on", scripts=True)
        await expect(onlooker.locator("#toasts .toast")).to_have_count(1)

        late = await onlooker.context.new_page()
        await late.goto(f"{shop.address}/deals/noodles")
        await expect(late.locator("#headline")).to_contain_text("It's on")
        await expect(late.locator("#toasts .toast")).to_have_count(0)
