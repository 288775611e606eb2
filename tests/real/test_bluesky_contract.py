"""The contract of FeedPublisher against a real server, faults included."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.ports.feeds.contract import BearsTrouble, KeepsItsBooks
from tests.ports.feeds.stages import Stage
from tests.real.bluesky import Pds
from tests.real.staged import staged


@pytest.fixture
async def stage(pds: Pds) -> AsyncIterator[Stage]:
    async with staged(pds) as (opened, _):
        yield opened


class TestTheRealServer(KeepsItsBooks):
    """Books that are kept."""


class TestTheRealServerInTrouble(BearsTrouble):
    """Answers that are lost, limits, logins."""
