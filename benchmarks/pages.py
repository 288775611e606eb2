"""P1 and P2: a deal as a page and as JSON, in CPU of server and database against the bare handler."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from benchmarks.cpu import tree_s
from benchmarks.driver import Load, drive, get
from benchmarks.programs import Program, bare_handler, webs
from benchmarks.rounds import Ground, Side, divided, side_by_side
from benchmarks.stage import Deal, staged

_DATABASE = "bench_pages"
_PREFIXES = {"P1": "/deals/", "P2": "/api/v1/deals/"}


async def p1_and_p2(ground: Ground) -> None:
    """P1a, P1b, P2a and P2b, as far as they are wanted; their limit is measured once a round for all."""
    size, faults = ground.size, dict[str, list[str]]()
    with ground.server.database(_DATABASE):
        url = ground.server.url(_DATABASE)
        async with staged(url) as stage, bare_handler(ground.folder) as bare, webs(url, ground.folder) as web:
            hot = await stage.deal()
            await stage.commit_orders(hot, size.orders)
            cold = await stage.deals(size.requests)
            sides = {"bare": constant(ground, bare, faults.setdefault("bare", []))}
            for path, prefix in _PREFIXES.items():
                faults |= {f"{path}a": [], f"{path}b": []}
                sides[f"{path}a"] = _warm(ground, web[0], prefix, hot, faults[f"{path}a"])
                sides[f"{path}b"] = _missed(ground, web[0], prefix, cold, faults[f"{path}b"])
            wanted = {name: side for name, side in sides.items() if name == "bare" or name in ground.wanted}
            rounds = await side_by_side(ground, wanted)
    for bench in (name for name in wanted if name != "bare"):
        measured = divided(bench, rounds, bench, "bare")
        measured.faults += faults[bench] + faults["bare"]
        ground.done(measured)


def _warm(ground: Ground, web: Program, prefix: str, hot: Deal, faults: list[str]) -> Side:
    async def side(_: int) -> float:
        requests = [get(prefix + hot.slug)] * ground.size.requests
        return await cpu_per_request(web, with_database(ground, web), requests, faults)

    return side


def _missed(ground: Ground, web: Program, prefix: str, cold: Sequence[Deal], faults: list[str]) -> Side:
    """Every deal was edited since anybody asked for it, and is asked for once: no copy of any can be right."""

    async def side(_: int) -> float:
        ground.server.execute(
            _DATABASE,
            "UPDATE offer SET summary = CASE WHEN summary LIKE '%.' THEN rtrim(summary, '.') ELSE summary || '.' END",
            "UPDATE deal SET version = version + 1",
        )
        requests = [get(prefix + deal.slug) for deal in cold]
        return await cpu_per_request(web, with_database(ground, web), requests, faults)

    return side


def with_database(ground: Ground, web: Program) -> list[int]:
    """The roots of both process trees; of the server's alone where the database is on another machine."""
    postmaster = ground.server.postmaster
    return [web.pid, *([postmaster] if postmaster else [])]


def constant(ground: Ground, bare: Program, faults: list[str]) -> Side:
    """The limit of P1, P2 and P5: CPU of one answer of the bare handler."""

    async def side(_: int) -> float:
        requests = list(repeat(get("/"), ground.size.bare_requests))
        return await cpu_per_request(bare, [bare.pid], requests, faults)

    return side


async def cpu_per_request(
    program: Program,
    roots: Sequence[int],
    requests: Sequence[bytes],
    faults: list[str],
    *,
    expected: Sequence[int] = (200,),
) -> float:
    """Seconds of CPU of the process trees per finished request; what was unexpected is added to `faults`."""
    before = tree_s(roots)
    made = await drive(Load([program.port], expected=expected), iter(requests))
    used = tree_s(roots) - before
    faults += made.faults(f"port {program.port}")
    return used / made.finished if made.finished else 0.0
