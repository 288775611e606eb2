"""The scene of campaigns serves contacts too."""

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.lift.scene import Scene, a_scene
from tests.reactions.stage import a_stage


@pytest.fixture
async def scene(store: Store, clock: ManualClock) -> Scene:
    return await a_scene(await a_stage(store, clock))
