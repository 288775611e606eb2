"""An API over a small world."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.storefront.api.programs import Office, an_office


@pytest.fixture
async def office(store: Store, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(store, clock, tmp_path) as opened:
        yield opened
