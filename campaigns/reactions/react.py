"""Owe the letters a told fact calls for, and end the telling, in one transaction."""

from __future__ import annotations

from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import Leased, bury, finish, owe
from campaigns.foundation.facts import read_fact
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.store import Store
from campaigns.reactions.recipients import owed
from campaigns.reactions.table import follow_ups

# A popular deal owes thousands of letters at its tip; they are written in statements of this many rows.
_BATCH = 1000


async def react(effect: Leased, *, store: Store, clock: Clock) -> None:
    """Carry out one `tell` effect, subject `fact:{id}`. A second telling owes nothing more (R80)."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        recorded = await read_fact(unit, int(effect.subject.removeprefix("fact:")))
        if recorded is None:
            await bury(unit, effect, now, error="there is no such fact")
            return
        for follow in follow_ups(recorded.fact):
            mails = await owed(follow, recorded, unit=unit, now=now)
            for start in range(0, len(mails), _BATCH):
                await owe(unit, mails[start : start + _BATCH])
        await failpoint("react.before_finish")
        await finish(unit, effect.id, "told", now)
