"""P1 and P2: a deal as a page and as JSON, in CPU of server and database against the bare handler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat

from benchmarks.cpu import tree_s
from benchmarks.driver import Load, drive, get
from benchmarks.programs import Program, bare_handler, webs
from benchmarks.rounds import Ground, Side, divided, side_by_side
from benchmarks.stage import Deal, staged


async def p1(ground: Ground) -> None:
    """P1a and P1b."""
    await _views(ground, "P1", "/deals/")


async def p2(ground: Ground) -> None:
    """P2a and P2b."""
    await _views(ground, "P2", "/api/v1/deals/")


async def _views(ground: Ground, path: str, prefix: str) -> None:
    size, database = ground.size, f"bench_{path.lower()}"
    faults: list[str] = []
    with ground.server.database(database):
        url = ground.server.url(database)
        async with staged(url) as stage, bare_handler(ground.folder) as bare, webs(url, ground.folder) as web:
            hot = await stage.deal()
            await stage.commit_orders(hot, size.orders)
            cold = await stage.deals(size.requests)
            roots = _roots(ground, web[0])

            async def warm(_: int) -> float:
                return await cpu_per_request(web[0], roots, [get(prefix + hot.slug)] * size.requests, faults)

            async def missed(_: int) -> float:
                _change(ground, database)
                return await cpu_per_request(web[0], roots, list(_asking(prefix, cold)), faults)

            sides = {"bare": constant(ground, bare, faults), "warm": warm, "missed": missed}
            rounds = await side_by_side(ground, sides)
    for bench, side in ((f"{path}a", "warm"), (f"{path}b", "missed")):
        measured = divided(bench, rounds, side, "bare")
        measured.faults += faults
        ground.done(measured)


def _change(ground: Ground, database: str) -> None:
    """Edit every deal, so that no copy of any of them is right: each is then asked for once."""
    ground.server.execute(
        database,
        "UPDATE offer SET summary = CASE WHEN summary LIKE '%.' THEN rtrim(summary, '.') ELSE summary || '.' END",
        "UPDATE deal SET version = version + 1",
    )


def _asking(prefix: str, deals: Sequence[Deal]) -> Iterator[bytes]:
    return (get(prefix + deal.slug) for deal in deals)


def _roots(ground: Ground, web: Program) -> list[int]:
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
