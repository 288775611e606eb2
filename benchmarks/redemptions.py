"""P5: vouchers redeemed at a venue over HTTP, and one code that many present at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from benchmarks.driver import Load, drive, post
from benchmarks.pages import constant, cpu_per_request, with_database
from benchmarks.programs import Program, bare_handler, webs
from benchmarks.rounds import Ground, divided, side_by_side
from benchmarks.stage import Stage, staged
from benchmarks.targets import Measured
from campaigns.foundation.ids import new_id

_TRIES = 64


async def p5(ground: Ground) -> None:
    """P5a and P5b."""
    size, database = ground.size, "bench_p5"
    faults: list[str] = []
    with ground.server.database(database):
        url = ground.server.url(database)
        async with staged(url) as stage, bare_handler(ground.folder) as bare, webs(url, ground.folder) as web:
            deal, token = await stage.deal(), await stage.token("redeem")
            codes = iter(await stage.codes(deal, size.requests * size.all_rounds + size.rounds))
            roots = with_database(ground, web[0])

            async def redeemed(_: int) -> float:
                requests = [_scan(stage, next(codes), token) for _ in range(size.requests)]
                return await cpu_per_request(web[0], roots, requests, faults, expected=(201,))

            sides = {"bare": constant(ground, bare, faults), "redeemed": redeemed}
            rounds = await side_by_side(ground, sides)
            once = [await _present_at_once(web[0], stage, next(codes), token) for _ in range(size.rounds)]
    measured = divided("P5a", rounds, "redeemed", "bare")
    measured.faults += faults
    for one in (measured, successes(once)):
        if one.bench in ground.wanted:
            ground.done(one)


def successes(rounds: list[tuple[int, list[str]]]) -> Measured:
    """P5b, from how many scans of one code were told yes in each round, and what else went wrong."""
    measured = Measured("P5b")
    for count, faults in rounds:
        measured.ratios.append(float(count))
        measured.rounds.append({"tries": _TRIES, "successes": count})
        measured.faults += faults
    return measured


async def _present_at_once(web: Program, stage: Stage, code: str, token: str) -> tuple[int, list[str]]:
    answers: Counter[str] = Counter()
    load = Load([web.port], expected=(201,))
    made = await drive(load, _scans(stage, code, token))
    for why, count in made.unexpected.items():
        # Whoever comes later is told that the voucher was used, or that it is being looked at.
        if not why.endswith("voucher_not_redeemed"):
            answers[why] += count
    return made.finished, [f"{count} x {why}" for why, count in answers.items()]


def _scans(stage: Stage, code: str, token: str) -> Iterator[bytes]:
    return (_scan(stage, code, token) for _ in range(_TRIES))


def _scan(stage: Stage, code: str, token: str) -> bytes:
    body = json.dumps({"code": code, "venue_id": stage.venue_id}).encode()
    return post("/api/v1/redemptions", body, authorization=f"Bearer {token}", idempotency_key=new_id("scan"))
