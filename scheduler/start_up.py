"""What must be so before a worker may touch money. Each refusal is a sentence that says what to do."""

from __future__ import annotations

import math

from sqlalchemy import text

from campaigns.foundation.effects import CALL_TIMEOUT_S, LEASE_S
from campaigns.foundation.revision import at_head
from campaigns.foundation.store import Store
from scheduler.effects import BATCH, CONCURRENT

_SPARE_S = 5


class StartRefused(RuntimeError):
    """This installation is not ready to run; the message says why."""


def check_lease(lease_s: float = LEASE_S, call_timeout_s: float = CALL_TIMEOUT_S) -> None:
    """A lease must outlast the slowest batch, or two workers hold one effect. Raises StartRefused."""
    slowest_s = call_timeout_s * math.ceil(BATCH / CONCURRENT) + _SPARE_S
    if lease_s <= slowest_s:
        raise StartRefused(f"A lease of {lease_s} s is too short: one batch may take {slowest_s} s.")


async def check_store(store: Store) -> None:
    """The schema is ours and the database holds to it. Raises StartRefused, and what the driver raises."""
    if not await at_head(store):
        raise StartRefused("The database is not at this version's schema. Run: quorum migrate")
    if not store.is_postgresql:
        async with store.read() as unit:
            broken = await unit.one(text("PRAGMA foreign_key_check"))
        if broken is not None:
            raise StartRefused(
                "The database holds rows that point at nothing. Run quorum doctor, restore a backup."
            )


async def check_start(store: Store) -> None:
    """Everything above. Raises StartRefused."""
    check_lease()
    await check_store(store)
