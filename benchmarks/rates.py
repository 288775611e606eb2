"""P3a, P3b, P3c and P3g: joins a second on one hot deal, over HTTP, as the product is shipped."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing

from benchmarks.driver import MOST_CONNECTIONS, Load, drive
from benchmarks.joins import PLACED, buyers
from benchmarks.limits import cte_per_second, invite_buyers
from benchmarks.programs import ROOT, Program, webs
from benchmarks.rounds import Ground, divided, side_by_side
from benchmarks.stage import Stage, staged
from campaigns.foundation.migrate import upgrade

_BOTH_BUSY = 128


async def p3_postgresql(ground: Ground) -> None:
    """P3a and P3b. The product commits one join at a time, so one measurement stands for both."""
    database, faults = "bench_p3", list[str]()
    with ground.server.database(database):
        url = ground.server.url(database)
        invite_buyers(ground.server, database)
        async with staged(url) as stage, webs(url, ground.folder, paying=True) as web:

            async def pgbench(_: int) -> float:
                deal = await stage.deal()
                ground.server.reset(database)
                return await cte_per_second(ground.server, database, deal, ground.size.seconds)

            async def product(_: int) -> float:
                ground.server.reset(database)
                return await joins_per_second(ground, stage, web, faults)

            async def operation(_: int) -> float:
                deal = await stage.deal()
                ground.server.reset(database)
                return await _alone("benchmarks.operation", url, deal.id, str(ground.size.seconds))

            sides = {"pgbench": pgbench, "product": product, "operation alone": operation}
            rounds = await side_by_side(ground, sides)
    for bench in ("P3a", "P3b"):
        measured = divided(bench, rounds, "product", "pgbench", beside=("operation alone",))
        measured.faults += faults
        ground.done(measured)


async def p3_processes(ground: Ground) -> None:
    """P3g. Two processes on two ports, half of the connections each; for one process the other is idle."""
    database, faults = "bench_p3g", list[str]()
    with ground.server.database(database):
        url = ground.server.url(database)
        async with staged(url) as stage, webs(url, ground.folder, 2, paying=True) as web:

            async def one(_: int) -> float:
                ground.server.reset(database)
                return await joins_per_second(ground, stage, web[:1], faults, connections=_BOTH_BUSY)

            async def two(_: int) -> float:
                ground.server.reset(database)
                return await joins_per_second(ground, stage, web, faults, connections=_BOTH_BUSY)

            rounds = await side_by_side(ground, {"one": one, "two": two})
    measured = divided("P3g", rounds, "two", "one")
    measured.faults += faults
    ground.done(measured)


async def p3_sqlite(ground: Ground) -> None:
    """P3c. Both sides write the same file, each to a deal of its own; the log is emptied before each."""
    path, faults = ground.folder / "p3c.db", list[str]()
    url = f"sqlite+aiosqlite:///{path}"
    await asyncio.to_thread(upgrade, url)
    async with staged(url) as stage, webs(url, ground.folder, paying=True) as web:

        async def bare_loop(number: int) -> float:
            deal = await stage.deal()
            seconds = str(ground.size.seconds)
            return await _alone("benchmarks.bare_loop", str(path), deal.id, str(number), seconds)

        async def product(_: int) -> float:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return await joins_per_second(ground, stage, web, faults)

        rounds = await side_by_side(ground, {"bare loop": bare_loop, "product": product})
    measured = divided("P3c", rounds, "product", "bare loop")
    measured.faults += faults
    ground.done(measured)


async def joins_per_second(
    ground: Ground,
    stage: Stage,
    web: Sequence[Program],
    faults: list[str],
    *,
    connections: int = MOST_CONNECTIONS,
) -> float:
    """Joins answered 201 a second, on a new deal without a capacity."""
    deal = await stage.deal()
    load = Load(
        [program.port for program in web],
        connections=connections,
        seconds=ground.size.seconds,
        expected=(PLACED,),
        networks=ground.networks,
    )
    made = await drive(load, buyers(deal))
    faults += made.faults("joins")
    return made.per_second


async def _alone(module: str, *arguments: str) -> float:
    """What a module prints that is run in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
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
