"""A storefront for tests that speak HTTP, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.storefront.shop import Browser, Shop, open_shop, shop_settings


@pytest.fixture
async def shop(store: Store, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Shop]:
    """The whole storefront on `store`, at http://quorum.test:8000, with payments to the sandbox."""
    opened = open_shop(shop_settings(tmp_path), store, clock)
    yield opened
    await opened.close()


@pytest.fixture
def visitor(shop: Shop) -> Browser:
    """Somebody who is not signed in."""
    return shop.browser()
