"""Journeys happen in one shop, on SQLite: what depends on the database is proved elsewhere, on both."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from campaigns.foundation.store import Store
from tests.databases import Database, sqlite_database
from tests.shop import Shop, running_shop


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with sqlite_database(tmp_path) as mine:
        yield mine


@pytest.fixture
async def shop(store: Store, tmp_path: Path) -> AsyncIterator[Shop]:
    async with running_shop(store, tmp_path) as opened:
        yield opened
