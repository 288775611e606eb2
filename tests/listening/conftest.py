"""A scene on either database."""

from collections.abc import AsyncIterator

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.listening.scene import Scene, a_scene
from tests.world import a_world


@pytest.fixture
async def scene(store: Store, clock: ManualClock) -> AsyncIterator[Scene]:
    async with a_world(store, clock) as world:
        yield await a_scene(world)
