"""A world to play deals in, and what a worker of it works with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from integrations.mail.mailbox import MailboxMailer
from scheduler.outside import Surroundings
from tests.world import LINKS, World, a_world


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> AsyncIterator[World]:
    async with a_world(store, clock) as opened:
        yield opened


@pytest.fixture
def surroundings(world: World, tmp_path: Path) -> Surroundings:
    return Surroundings(world.outside, LINKS, MailboxMailer(tmp_path / "mailbox.db"))
