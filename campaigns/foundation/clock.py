"""What time it is. The database's clock decides, so that a node with a wrong clock decides nothing (R17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy import text

from campaigns.foundation.store import Unit


@runtime_checkable
class Clock(Protocol):
    async def now(self, unit: Unit) -> datetime:
        """The present instant in UTC, read now: after a lock, not at the start of the transaction."""
        ...


class DatabaseClock:
    """PostgreSQL's own clock; on SQLite the machine's, which is the same machine."""

    async def now(self, unit: Unit) -> datetime:
        if not unit.is_postgresql:
            return datetime.now(UTC)
        # now() would be frozen at the start of the transaction and let a waiting join in late.
        instant: datetime = await unit.value(text("SELECT clock_timestamp()"))
        return instant.astimezone(UTC)


class ManualClock:
    """A clock moved by hand: for tests, simulations and replays."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self, unit: Unit) -> datetime:
        return self.at

    def advance(self, **lengths: float) -> datetime:
        """Move forward by timedelta arguments, e.g. `advance(hours=2)`."""
        self.at += timedelta(**lengths)
        return self.at
