"""Health, figures and going down in good order."""

import asyncio
import signal
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.effects import Effect, bury, claim, owe
from campaigns.foundation.store import Store, open_store
from storefront.drain import Drain, drained_by_signal
from storefront.health import is_beside_us, why_not_ready
from storefront.site import Site
from tests.storefront.shop import Browser, Shop, open_shop, shop_settings

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def test_a_migrated_database_makes_us_ready(visitor: Browser) -> None:
    answer = await visitor.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_an_older_schema_makes_us_unready(shop: Shop, visitor: Browser) -> None:
    async with shop.store.begin() as unit:
        await unit.run(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = await visitor.get("/health/ready")
    assert (answer.status_code, answer.json()["reason"]) == (503, "migrations_missing")


@one_database
async def test_an_empty_database_and_one_that_is_gone_make_us_unready(
    shop: Shop, clock: ManualClock, tmp_path: Path
) -> None:
    reasons = []
    gone = tmp_path / "gone"
    gone.mkdir()
    for url in (f"sqlite:///{tmp_path}/empty.db", f"sqlite:///{gone}/folder.db"):
        store = open_store(url)
        if str(gone) in url:
            gone.rmdir()
        other = open_shop(shop_settings(tmp_path), store, clock)
        site: Site = other.app.state["site"]
        reasons.append(await why_not_ready(site))
        await store.close()
    assert reasons == ["migrations_missing", "database_unreachable"]


@one_database
async def test_a_draining_process_is_alive_and_not_ready(shop: Shop, visitor: Browser) -> None:
    site: Site = shop.app.state["site"]
    site.drain.begin()
    answer = await visitor.get("/health/ready")
    assert (answer.status_code, answer.json()["reason"]) == (503, "draining")
    assert (await visitor.get("/health/live")).status_code == 200


async def test_a_signal_drains_and_then_does_what_it_did_before() -> None:
    drain, earlier = Drain(), []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: earlier.append(number))
    try:
        with drained_by_signal(drain):
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(drain.wait(), 5)
        assert drain.is_draining
        assert earlier == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_what_is_late_shows_in_the_figures(shop: Shop, store: Store, clock: ManualClock) -> None:
    scraper = shop.browser("10.0.0.9")
    async with store.begin() as unit:
        await owe(unit, [Effect("order:1", "capture"), Effect("order:2", "capture")], now=clock.at)
        clock.advance(minutes=20)
        dead = (await claim(unit, clock.at, kinds=["capture"], batch=1))[0]
        await bury(unit, dead, clock.at, error="x")
    text_format = (await scraper.get("/metrics")).text
    assert 'quorum_pending_effect_age_seconds{kind="capture"} 1200.0' in text_format
    assert "quorum_effects_dead 1.0" in text_format
    assert "quorum_due_open_deal_age_seconds 0.0" in text_format


@one_database
async def test_figures_are_labeled_by_route_and_never_by_address(shop: Shop, visitor: Browser) -> None:
    await visitor.get("/nothing/ord_secret?x=1")
    await visitor.get("/static/dist/secret.css")
    figures = (await shop.browser("127.0.0.1").get("/metrics")).text
    assert 'quorum_requests_total{method="GET",route="unmatched",status="404"} 1.0' in figures
    assert "secret" not in figures


@one_database
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("8.8.8.8", {}, 404),
        ("127.0.0.1", {"x_forwarded_for": "8.8.8.8"}, 404),
    ],
)
async def test_figures_are_for_those_beside_us(
    address: str, headers: dict[str, str], status: int, shop: Shop
) -> None:
    assert (await shop.browser(address).get("/metrics", **headers)).status_code == status
    assert not is_beside_us("")
