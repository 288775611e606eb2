"""Workers: lease what is owed, carry it out, a few at a time."""

from __future__ import annotations

import asyncio

import structlog

from campaigns.foundation.effects import Leased, claim, hand_back, postpone
from campaigns.orders.carry_out import carry_out
from campaigns.orders.owed import KINDS
from campaigns.reactions.deliver import deliver
from campaigns.reactions.react import react
from scheduler.outside import Surroundings

_log = structlog.get_logger("quorum.effects")
# One batch must fit into a lease: batch / CONCURRENT calls of at most 10 s each.
BATCH = 20
CONCURRENT = 5
ALL_KINDS = (*KINDS, "tell", "mail")


async def drain_effects(surroundings: Surroundings, *, stopping: asyncio.Event | None = None) -> int:
    """Carry out everything that is due now; answers how many tries were made.

    Once `stopping` is set, nothing more is begun and what was leased but not begun is handed back.
    """
    made, stopping = 0, stopping or asyncio.Event()
    while not stopping.is_set():
        async with surroundings.money.store.begin() as unit:
            now = await surroundings.money.clock.now(unit)
            leased = await claim(unit, now, kinds=ALL_KINDS, batch=BATCH)
        if not leased:
            return made
        lanes = asyncio.Semaphore(CONCURRENT)
        await asyncio.gather(*(_in_lane(effect, surroundings, lanes, stopping) for effect in leased))
        made += len(leased)
    return made


async def _in_lane(
    effect: Leased, surroundings: Surroundings, lanes: asyncio.Semaphore, stopping: asyncio.Event
) -> None:
    async with lanes:
        if stopping.is_set():
            async with surroundings.money.store.begin() as unit:
                await hand_back(unit, effect)
            return
        try:
            await _carry_out(effect, surroundings)
        except Exception as error:  # noqa: BLE001 - one effect that cannot be handled must not stop the others (X43)
            _log.error("effect_failed", effect=effect.id, kind=effect.kind, error=type(error).__name__)
            async with surroundings.money.store.begin() as unit:
                now = await surroundings.money.clock.now(unit)
                await postpone(unit, effect, now, error=f"{type(error).__name__}: {error}", state="unknown")


async def _carry_out(effect: Leased, surroundings: Surroundings) -> None:
    money = surroundings.money
    if effect.kind == "tell":
        await react(effect, store=money.store, clock=money.clock)
    elif effect.kind == "mail":
        await deliver(
            effect, store=money.store, clock=money.clock, links=surroundings.links, mailer=surroundings.mailer
        )
    else:
        await carry_out(effect, money)
