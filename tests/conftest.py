"""What every test may ask for: a database of either kind, a store on it, a standing clock, a browser."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.browsers import chromium_path, open_browser, open_page
from tests.databases import (
    Database,
    PostgresMissing,
    close_run_folder,
    open_run_folder,
    postgres_database,
    sqlite_database,
)
from tests.network import forbid_outside_network

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from campaigns.foundation.clock import ManualClock
    from campaigns.foundation.store import Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def pytest_configure(config: pytest.Config) -> None:
    forbid_outside_network()
    if not hasattr(config, "workerinput"):  # workers share the folder of the process that started them
        folder = open_run_folder()
        config.add_cleanup(lambda: close_run_folder(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"browser", "page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database of the test's own; every test that asks for it runs on both kinds.

    `@pytest.mark.parametrize("database", ["postgresql"], indirect=True)` picks one.
    """
    opened = sqlite_database(tmp_path) if request.param == "sqlite" else postgres_database()
    with contextlib.ExitStack() as stack:
        try:
            mine = stack.enter_context(opened)
        except PostgresMissing as reason:
            without(str(reason), "QUORUM_REQUIRE_POSTGRES")
        yield mine


@pytest.fixture
async def store(database: Database) -> "AsyncIterator[Store]":
    """An open store on `database`."""
    from campaigns.foundation.store import open_store

    opened = open_store(database.url)
    yield opened
    await opened.close()
    await asyncio.to_thread(_let_connections_end)


def _let_connections_end() -> None:
    """A call that was given up half-way ends in its thread; the loop it answers to must still be there."""
    until = time.monotonic() + 2
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            thread.join(max(0.0, until - time.monotonic()))


@pytest.fixture
def clock() -> "ManualClock":
    """A clock that stands at noon UTC on 24 November 2026 until the test moves it."""
    from campaigns.foundation.clock import ManualClock

    return ManualClock(NOON)


@pytest.fixture
async def browser() -> "AsyncIterator[Browser]":
    """Chromium; it resolves and reaches nothing but this machine."""
    executable = chromium_path()
    if executable is None:
        without("BROWSER TEST NOT RUN: there is no Chromium", "QUORUM_REQUIRE_BROWSER")
    async with open_browser(executable) as opened:
        yield opened


@pytest.fixture
async def page(browser: "Browser") -> "AsyncIterator[Page]":
    """A desktop-sized page; `open_page` makes others."""
    async with open_page(browser) as opened:
        yield opened


def without(reason: str, requirement: str) -> NoReturn:
    """Skip loudly, or fail where the run was told to have it."""
    if os.environ.get(requirement) == "1":
        pytest.fail(f"{reason}, and {requirement}=1 asks for it")
    pytest.skip(reason)
