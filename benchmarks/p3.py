"""P3: joins over HTTP, on either database with one pair of processes and one payment stand-in for all measures."""

from __future__ import annotations

import asyncio

from benchmarks.exactness import EXACT, sold_out
from benchmarks.programs import webs
from benchmarks.rates import Floor, against_pgbench, against_the_bare_loop, two_against_one
from benchmarks.rounds import Ground
from benchmarks.stage import staged
from benchmarks.targets import Measured
from campaigns.foundation.migrate import upgrade

_DATABASE = "bench_p3"
_ON_POSTGRESQL, _ON_SQLITE = {"P3a", "P3b", "P3g", *EXACT}, {"P3c", *EXACT}


async def p3(ground: Ground) -> None:
    """P3a to P3g, as far as they are wanted."""
    exact = [Measured(bench) for bench in EXACT if bench in ground.wanted]
    if _ON_POSTGRESQL & ground.wanted:
        await _on_postgresql(ground, exact)
    if _ON_SQLITE & ground.wanted:
        await _on_sqlite(ground, exact)
    for measured in exact:
        ground.done(measured)


async def _on_postgresql(ground: Ground, exact: list[Measured]) -> None:
    with ground.server.database(_DATABASE):
        url = ground.server.url(_DATABASE)
        async with staged(url) as stage, webs(url, ground.folder, 2, paying=True) as web:
            floor = Floor(ground, stage, web, _DATABASE)
            if {"P3a", "P3b"} & ground.wanted:
                await against_pgbench(floor)
            if "P3g" in ground.wanted:
                await two_against_one(floor)
            await sold_out(ground, stage, web, exact, kind="postgresql")


async def _on_sqlite(ground: Ground, exact: list[Measured]) -> None:
    path = ground.folder / "p3.db"
    url = f"sqlite+aiosqlite:///{path}"
    await asyncio.to_thread(upgrade, url)
    async with staged(url) as stage, webs(url, ground.folder, 2, paying=True) as web:
        if "P3c" in ground.wanted:
            await against_the_bare_loop(Floor(ground, stage, web, str(path)))
        await sold_out(ground, stage, web, exact, kind="sqlite")
