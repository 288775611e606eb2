"""A scene for every test of posts, on both databases."""

from collections.abc import Iterator

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.failpoints import disarm
from campaigns.foundation.store import Store
from tests.sharing.scene import FeedScene, a_feed_scene


@pytest.fixture
async def scene(store: Store, clock: ManualClock) -> FeedScene:
    return await a_feed_scene(store, clock)


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    disarm()
