"""Collect what is said about us, a few accounts side by side, and note which answers have been published."""

from __future__ import annotations

import asyncio

from campaigns.listening.answered import note_answers
from campaigns.listening.collect import Outside, collect_due
from scheduler.feeds import feeds_of
from scheduler.outside import Surroundings

CONCURRENT = 3


async def drain_mentions(surroundings: Surroundings, *, stopping: asyncio.Event | None = None) -> int:
    """Read every account whose time has come; answers how many mentions are new and how many were answered.

    Begins no account more once `stopping` is set.
    """
    feeds = feeds_of(surroundings)
    answered = await note_answers(store=feeds.store, clock=feeds.clock)
    if not surroundings.sources:
        return answered
    outside = Outside(feeds, surroundings.sources)
    new = await asyncio.gather(*(collect_due(outside, stopping=stopping) for _ in range(CONCURRENT)))
    return answered + sum(new)
