"""The storefront over a world with a merchant, deals and a sandbox that pays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store
from integrations.mail.mailbox import MailboxMailer
from tests.ports.sandbox.running import API_KEY, WEBHOOK_SECRET
from tests.shop import adapters_of
from tests.storefront.shop import ADDRESS, Shop, open_shop, shop_settings
from tests.world import KEYS, World, a_world


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> AsyncIterator[World]:
    async with a_world(store, clock, links=Links(ADDRESS, KEYS)) as opened:
        yield opened


@pytest.fixture
def mailbox(tmp_path: Path, clock: ManualClock) -> MailboxMailer:
    return MailboxMailer(tmp_path / "mailbox.db", now=lambda: clock.at)


@pytest.fixture
async def shop(world: World, mailbox: MailboxMailer, tmp_path: Path) -> AsyncIterator[Shop]:
    """The storefront of the world: same database, same clock, same sandbox."""
    settings = shop_settings(
        tmp_path,
        stripe_api_key=API_KEY,
        stripe_api_base=world.sandbox.address,
        stripe_webhook_secret=WEBHOOK_SECRET,
        installation="test",
    )
    adapters = adapters_of(world, mailbox, tmp_path)
    opened = open_shop(settings, world.store, world.clock, adapters)
    yield opened
    await opened.close()
