"""P3a, P3b, P3c and P3g: joins a second on one hot deal, over HTTP, as the product is shipped."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field

from benchmarks.driver import MOST_CONNECTIONS, Load, drive
from benchmarks.joins import PLACED, buyers
from benchmarks.limits import cte_per_second, invite_buyers
from benchmarks.programs import ROOT, Program
from benchmarks.rounds import Ground, divided, side_by_side
from benchmarks.stage import Stage

_BOTH_BUSY = 128


@dataclass
class Floor:
    """Where joins are placed: the stage, its web processes and the name or path of its database."""

    ground: Ground
    stage: Stage
    web: list[Program]
    database: str
    faults: list[str] = field(default_factory=list)

    def reset(self) -> None:
        self.ground.server.reset(self.database)

    async def joins_per_second(self, processes: int = 1, connections: int = MOST_CONNECTIONS) -> float:
        """Joins answered 201 a second, on a new deal without a capacity; the other processes are idle."""
        deal = await self.stage.deal()
        load = Load(
            [program.port for program in self.web[:processes]],
            connections=connections,
            seconds=self.ground.size.seconds,
            expected=(PLACED,),
            networks=self.ground.networks,
        )
        made = await drive(load, buyers(deal))
        self.faults += made.faults("joins")
        return made.per_second

    def take_faults(self) -> list[str]:
        """Those since the last call."""
        taken, self.faults = self.faults, []
        return taken


async def against_pgbench(floor: Floor) -> None:
    """P3a and P3b. The product commits one join at a time, so one measurement stands for both."""
    ground, seconds = floor.ground, floor.ground.size.seconds
    invite_buyers(ground.server, floor.database)

    async def pgbench(_: int) -> float:
        deal = await floor.stage.deal()
        floor.reset()
        return await cte_per_second(ground.server, floor.database, deal, seconds)

    async def product(_: int) -> float:
        floor.reset()
        return await floor.joins_per_second()

    async def operation(_: int) -> float:
        deal = await floor.stage.deal()
        floor.reset()
        return await _alone("benchmarks.operation", floor.stage.store.url, deal.id, str(seconds))

    sides = {"pgbench": pgbench, "product": product, "operation alone": operation}
    rounds = await side_by_side(ground, sides)
    faults = floor.take_faults()
    for bench in ("P3a", "P3b"):
        if bench in ground.wanted:
            measured = divided(bench, rounds, "product", "pgbench", beside=("operation alone",))
            measured.faults += faults
            ground.done(measured)


async def two_against_one(floor: Floor) -> None:
    """P3g. Two processes on two ports, half of the connections each; for one process the other is idle."""

    async def one(_: int) -> float:
        floor.reset()
        return await floor.joins_per_second(1, _BOTH_BUSY)

    async def two(_: int) -> float:
        floor.reset()
        return await floor.joins_per_second(2, _BOTH_BUSY)

    rounds = await side_by_side(floor.ground, {"one": one, "two": two})
    measured = divided("P3g", rounds, "two", "one")
    measured.faults += floor.take_faults()
    floor.ground.done(measured)


async def against_the_bare_loop(floor: Floor) -> None:
    """P3c. Both sides write the same file, each to a deal of its own; the log is emptied before each."""

    async def bare_loop(number: int) -> float:
        deal = await floor.stage.deal()
        seconds = str(floor.ground.size.seconds)
        return await _alone("benchmarks.bare_loop", floor.database, deal.id, str(number), seconds)

    async def product(_: int) -> float:
        with closing(sqlite3.connect(floor.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return await floor.joins_per_second()

    rounds = await side_by_side(floor.ground, {"bare loop": bare_loop, "product": product})
    measured = divided("P3c", rounds, "product", "bare loop")
    measured.faults += floor.take_faults()
    floor.ground.done(measured)


async def _alone(module: str, *arguments: str) -> float:
    """What a module prints that is run in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"{module} failed")
    return float(out)
