"""A staffed office to test consoles in, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.storefront.api.programs import an_office
from tests.storefront.consoles.clerks import Staffed, staffed


@pytest.fixture
async def firm(store: Store, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Staffed]:
    async with an_office(store, clock, tmp_path) as office, staffed(office) as opened:
        yield opened
