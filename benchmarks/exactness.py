"""P3d, P3e and P3f: what two processes promised on one deal, held against what its database says."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import func, select

from benchmarks.driver import MOST_CONNECTIONS, Answer, Lost, Wire
from benchmarks.joins import PLACED, JoinAsk
from benchmarks.programs import Program
from benchmarks.rounds import Ground
from benchmarks.stage import Deal, Stage
from benchmarks.targets import Measured
from campaigns.deals.rows import deals
from campaigns.orders.rows import orders

EXACT = ("P3d", "P3e", "P3f")
_REFUSED = ("sold_out", "not_enough_left")
_BUSY = "idempotency_key_in_use"
_AGAIN_S, _TRIES = 0.05, 400
Repeat = Literal["", "during", "after"]


@dataclass
class Promised:
    """What the clients were told. `same` are repeats that got the answer of the first request."""

    capacity: int
    acknowledged: dict[str, int] = field(default_factory=dict)
    repeats: int = 0
    same: int = 0
    unexpected: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Kept:
    """What the database says: the deal's counter, its orders and their units."""

    counter: int
    orders: dict[str, int]

    @property
    def units(self) -> int:
        return sum(self.orders.values())


async def sold_out(
    ground: Ground, stage: Stage, web: list[Program], exact: list[Measured], *, kind: str
) -> None:
    """Add the rounds of one database to P3d, P3e and P3f; every round counts, none is a warm-up."""
    for number in range(ground.size.rounds if exact else 0):
        promised, kept = await _sell_out(ground, stage, web, number)
        for measured in exact:
            hold_against(measured, promised, kept, kind)
        ground.say(f"  {kind} round {number + 1}: {exact[0].rounds[-1]}")


def hold_against(measured: Measured, promised: Promised, kept: Kept, kind: str) -> None:
    """Add one round to P3d, P3e or P3f: the ratio that is farthest from 1 of those it consists of."""
    found = sum(1 for order_id in promised.acknowledged if order_id in kept.orders)
    parts: dict[str, list[float]] = {
        "P3d": [kept.units / promised.capacity, kept.counter / promised.capacity],
        "P3e": [found / max(1, len(promised.acknowledged)), kept.counter / max(1, kept.units)],
        # A place that a repeat took is an order nobody was told of, or a counter above its orders.
        "P3f": [
            promised.same / max(1, promised.repeats),
            len(kept.orders) / max(1, len(promised.acknowledged)),
            kept.counter / max(1, kept.units),
        ],
    }
    measured.ratios.append(max(parts[measured.bench], key=lambda ratio: abs(ratio - 1)))
    measured.rounds.append(_shown(promised, kept, kind, found))
    measured.faults += [f"{kind}: {count} x {why}" for why, count in promised.unexpected.items()]
    if measured.bench == "P3f" and not promised.repeats:
        measured.faults.append("nothing was repeated")


def _shown(promised: Promised, kept: Kept, kind: str, found: int) -> dict[str, Any]:
    return {
        "database": kind,
        "capacity": promised.capacity,
        "counter": kept.counter,
        "units": kept.units,
        "orders": len(kept.orders),
        "acknowledged": len(promised.acknowledged),
        "found": found,
        "repeats": promised.repeats,
        "same": promised.same,
    }


def _asks(deal: Deal, capacity: int, chance: random.Random) -> Iterator[tuple[JoinAsk, Repeat]]:
    """Orders of one to three units for twice the capacity, singles last so that the last place can be sold."""
    left = 2 * capacity
    number = 0
    while left > 0:
        units = min(left, chance.choice((1, 1, 2, 3))) if left > capacity // 4 else 1
        left -= units
        repeat: Repeat = "" if number % 5 else ("during", "after")[number // 5 % 2]
        number += 1
        yield JoinAsk(deal, units), repeat


async def _sell_out(ground: Ground, stage: Stage, web: list[Program], number: int) -> tuple[Promised, Kept]:
    promised = Promised(ground.size.capacity)
    deal = await stage.deal(capacity=promised.capacity)
    asks = _asks(deal, promised.capacity, random.Random(number))  # noqa: S311 - the same mix in every run
    async with AsyncExitStack() as stack:
        lanes = []
        for lane in range(MOST_CONNECTIONS // 2):
            pair = [Wire(program.port, ground.networks) for program in web]
            for wire in pair:
                stack.push_async_callback(wire.close)
            lanes.append(_lane(pair if lane % 2 else pair[::-1], asks, promised))
        await asyncio.gather(*lanes)
    return promised, await _read(stage, deal)


async def _lane(pair: list[Wire], asks: Iterator[tuple[JoinAsk, Repeat]], promised: Promised) -> None:
    """One client with a connection to each process; a repeat goes to the other one."""
    mine, other = pair
    for ask, repeat in asks:
        if repeat == "during":
            first, again = await asyncio.gather(_told(mine, ask), _told(other, ask))
        else:
            first = await _told(mine, ask)
            again = await _told(other, ask) if repeat else None
        _note(promised, ask, first)
        if repeat and again is not None:
            promised.repeats += 1
            promised.same += first is not None and _meaning(first) == _meaning(again)
            _note(promised, ask, again)


async def _told(wire: Wire, ask: JoinAsk) -> Answer | None:
    """The answer to a request; while it is being answered elsewhere, ask again, as that answer says."""
    for _ in range(_TRIES):
        try:
            answer = await wire.ask(ask.request())
        except Lost:
            return None
        if answer.code != _BUSY:
            return answer
        await asyncio.sleep(_AGAIN_S)
    return None


def _note(promised: Promised, ask: JoinAsk, answer: Answer | None) -> None:
    if answer is None:
        promised.unexpected["no answer"] += 1
    elif answer.status == PLACED:
        promised.acknowledged[_meaning(answer)] = ask.units
    elif answer.code not in _REFUSED:
        promised.unexpected[f"status {answer.status} {answer.code}"] += 1


def _meaning(answer: Answer) -> str:
    """The order that was placed, or why none was."""
    return str(json.loads(answer.body)["id"]) if answer.status == PLACED else f"refused: {answer.code}"


async def _read(stage: Stage, deal: Deal) -> Kept:
    async with stage.store.read() as unit:
        counter = await unit.value(select(deals.c.units_taken).where(deals.c.id == deal.id))
        rows = await unit.all(
            select(orders.c.id, func.coalesce(orders.c.units, 0).label("units")).where(
                orders.c.deal_id == deal.id
            )
        )
    return Kept(int(counter), {row.id: int(row.units) for row in rows})
