"""Owe the letters and posts a told fact calls for, and end the telling, in one transaction."""

from __future__ import annotations

from datetime import datetime

from campaigns.checkins.grant import grant_for
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import Leased, bury, finish, owe
from campaigns.foundation.facts import Recorded, read_fact
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.store import Store, Unit
from campaigns.reactions.recipients import owed
from campaigns.reactions.table import Announce, Follow, FollowUp, Grant, TakeBack, follow_ups
from campaigns.sharing.posts.announce import owe_announcements
from campaigns.sharing.posts.withdraw import withdraw_of_deal, withdraw_of_order

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
            await _follow(follow, recorded, unit, now)
        await failpoint("react.before_finish")
        await finish(unit, effect.id, "told", now)


async def _follow(follow: FollowUp, recorded: Recorded, unit: Unit, now: datetime) -> None:
    fact = recorded.fact
    if isinstance(follow, Follow):
        mails = await owed(follow, recorded, unit=unit, now=now)
        for start in range(0, len(mails), _BATCH):
            await owe(unit, mails[start : start + _BATCH])
    elif isinstance(follow, Announce):
        subject = f"order:{fact.order_id}" if follow.of_order else f"deal:{fact.deal_id}"
        await owe_announcements(unit, follow.kind, str(fact.deal_id), subject, now)
    elif follow is Grant.REWARDS:
        await grant_for(unit, fact.subject.removeprefix("check_in:"), now)
    elif follow is TakeBack.OF_DEAL:
        await withdraw_of_deal(unit, str(fact.deal_id), now)
    elif fact.data.get("kind") == "announce_join":
        await withdraw_of_order(unit, fact.data["about"], now)
