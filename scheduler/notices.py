"""Act on what has arrived in the inbox."""

from __future__ import annotations

import asyncio

import structlog

from campaigns.foundation.notices import Received, claim_notices, put_back
from campaigns.orders.carry_out import Outside
from campaigns.orders.hear import hear

_log = structlog.get_logger("quorum.notices")


async def drain_notices(outside: Outside, *, stopping: asyncio.Event | None = None) -> int:
    """Handle every due notice, one after another; answers how many. Begins no more once `stopping` is set."""
    heard, stopping = 0, stopping or asyncio.Event()
    while not stopping.is_set():
        async with outside.store.begin() as unit:
            leased = await claim_notices(unit, await outside.clock.now(unit))
        if not leased:
            return heard
        for notice in leased:
            if stopping.is_set():
                break  # the rest is taken up when its lease ends
            await _hear(notice, outside)
            heard += 1
    return heard


async def _hear(notice: Received, outside: Outside) -> None:
    try:
        await hear(notice, outside)
    except Exception as error:  # noqa: BLE001 - a notice that cannot be handled must not block those behind it
        _log.error("notice_failed", notice=notice.id, type=notice.type, error=type(error).__name__)
        async with outside.store.begin() as unit:
            now = await outside.clock.now(unit)
            await put_back(unit, notice, now, error=f"{type(error).__name__}: {error}")
