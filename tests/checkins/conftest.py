"""A scene at a till, on either database."""

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.checkins.scene import Scene, a_scene


@pytest.fixture
async def scene(store: Store, clock: ManualClock) -> Scene:
    return await a_scene(store, clock)
