"""A world to hurt, on both databases."""

from collections.abc import AsyncIterator

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.world import World, a_world


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> AsyncIterator[World]:
    async with a_world(store, clock) as opened:
        yield opened
