"""A world to race in, and as many separate connection pools on its database as there are racers."""

from collections.abc import AsyncIterator, Callable

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store, open_store
from tests.databases import Database
from tests.world import World, a_world

Open = Callable[[int], list[Store]]


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> AsyncIterator[World]:
    async with a_world(store, clock) as opened:
        yield opened


@pytest.fixture
async def stores(database: Database) -> AsyncIterator[Open]:
    """Opens so many stores, each of its own connections, as so many processes would have them."""
    opened: list[Store] = []

    def open_some(number: int) -> list[Store]:
        opened.extend(open_store(database.url, connections=1) for _ in range(number))
        return opened[-number:]

    yield open_some
    for store in opened:
        await store.close()
