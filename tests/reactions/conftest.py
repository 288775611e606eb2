"""A stage for every test of the reactions, on both databases."""

from collections.abc import Iterator

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.failpoints import disarm
from campaigns.foundation.store import Store
from tests.reactions.stage import Stage, a_stage


@pytest.fixture
async def stage(store: Store, clock: ManualClock) -> Stage:
    return await a_stage(store, clock)


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    disarm()
