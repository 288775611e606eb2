"""The join by itself: the operation in one process, without HTTP, stored answers, limits or a payment page.

    python -m benchmarks.operation DATABASE_URL DEAL SECONDS

Prints joins a second of 32 callers. It tells how much of a join over HTTP is the reservation.
"""

from __future__ import annotations

import asyncio
import sys
import time

from benchmarks.stage import CLOCK, KEYS
from campaigns.foundation.ids import new_id
from campaigns.foundation.links import Links
from campaigns.foundation.store import open_store
from campaigns.orders.join import Ask, join

_CALLERS = 32


async def joins_per_second(url: str, deal_id: str, seconds: float) -> float:
    store, links = open_store(url), Links("http://127.0.0.1:8000", KEYS)
    began, made = time.perf_counter(), 0

    async def caller() -> None:
        nonlocal made
        while time.perf_counter() - began < seconds:
            key = new_id("key")
            ask = Ask(deal_id, f"{key[-24:]}@example.com", 1, key)
            await join(ask, store=store, clock=CLOCK, links=links)
            made += 1

    try:
        await asyncio.gather(*(caller() for _ in range(_CALLERS)))
        return made / (time.perf_counter() - began)
    finally:
        await store.close()


if __name__ == "__main__":
    print(asyncio.run(joins_per_second(sys.argv[1], sys.argv[2], float(sys.argv[3]))))
