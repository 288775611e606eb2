"""Look at the invariants every minute; one process of an installation does it at a time."""

from __future__ import annotations

import structlog
from sqlalchemy import text

from campaigns.checkins.invariants import violations
from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store, Unit
from campaigns.orders.invariants import Violation

_log = structlog.get_logger("quorum.invariants")
# Any number will do, as long as nobody else of ours uses it for another purpose.
_ADVISORY_LOCK = 7_231_640


async def watch_invariants(*, store: Store, clock: Clock) -> list[Violation]:
    """What is violated now, each logged as an error. Repairs nothing. Empty too if another process looks."""
    async with store.read() as unit:
        if not await _is_our_turn(unit):
            return []
        found = await violations(unit, await clock.now(unit))
    for violation in found:
        _log.error("invariant_violated", id=violation.id, count=violation.count, detail=violation.sentence)
    return found


async def _is_our_turn(unit: Unit) -> bool:
    if not unit.is_postgresql:
        return True  # one file, one machine; looking twice costs little
    lock = text("SELECT pg_try_advisory_xact_lock(:key)").bindparams(key=_ADVISORY_LOCK)
    return bool(await unit.value(lock))
