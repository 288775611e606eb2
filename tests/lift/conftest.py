"""A scene for every test of the core, on both databases."""

from collections.abc import Iterator

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.failpoints import disarm
from campaigns.foundation.store import Store
from tests.lift.scene import Scene, a_scene
from tests.reactions.stage import a_stage


@pytest.fixture
async def scene(store: Store, clock: ManualClock) -> Scene:
    return await a_scene(await a_stage(store, clock))


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    disarm()
