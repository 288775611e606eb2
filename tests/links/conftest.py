"""A world to play deals in, for every test of share links."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from tests.conftest import NOON
from tests.world import KEYS, World, a_world


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> AsyncIterator[World]:
    async with a_world(store, clock) as opened:
        yield opened


@pytest.fixture
def clock_at() -> datetime:
    return NOON


@pytest.fixture
def keys() -> Keys:
    return KEYS
