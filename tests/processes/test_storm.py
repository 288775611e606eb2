"""Several webs and workers on one PostgreSQL while one of them after the other is killed: nothing is lost."""

import asyncio
import os
from pathlib import Path
from random import Random

import pytest

from tests.databases import Database
from tests.processes.crowd import Crowd, a_crowd
from tests.processes.running import Installation, ended, installation

pytestmark = [
    pytest.mark.faults,
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]
_SEED = int(os.environ.get("QUORUM_TEST_SEED", "20261124"))


async def test_whoever_is_killed_every_deal_is_decided_once(database: Database, tmp_path: Path) -> None:
    """R17, R18, F1, F9, I1 to I16: two webs, two workers and a sandbox, killed at random, joins all the while."""
    dice = Random(_SEED)  # noqa: S311 - a run must be repeatable
    async with (
        installation(database.url, tmp_path) as running,
        a_crowd(database.url, running.environment["QUORUM_STRIPE_API_BASE"]) as crowd,
    ):
        deal_ids = [await crowd.deal(dice.uniform(6, 16)) for _ in range(10)]
        fate = Random(_SEED + 1)  # noqa: S311
        await asyncio.gather(_joins(crowd, deal_ids, dice), _kills(running, crowd, fate))
        await crowd.all_is_decided(deal_ids, within_s=45)
        await crowd.check(deal_ids)
        status, said = await ended("doctor", "--audit", environment=running.environment)
        assert status == 0, said
        statuses = await asyncio.gather(*(program.stop() for program in running.programs))
        assert statuses == [0, 0, 0, 0, 0], "\n".join(program.output for program in running.programs)


async def _joins(crowd: Crowd, deal_ids: list[str], dice: Random) -> None:
    """Between one and five buyers a deal, over some seconds; one in five never pays."""

    async def comes(deal_id: str, number: int, after_s: float, *, pays: bool) -> None:
        await asyncio.sleep(after_s)
        await crowd.buy(deal_id, f"buyer{number}@example.com", pays=pays)

    visits = [
        comes(deal_id, number, dice.uniform(0, 5), pays=dice.random() > 0.2)
        for deal_id in deal_ids
        for number in range(dice.randint(1, 5))
    ]
    await asyncio.gather(*visits)


async def _kills(running: Installation, crowd: Crowd, dice: Random) -> None:
    """Each of the five is killed once, in an order and at moments the seed decides, and started again at once."""
    for victim in dice.sample(running.programs, len(running.programs)):
        await asyncio.sleep(dice.uniform(0.2, 1.5))
        await victim.kill()
        await victim.start()
        await crowd.let_time_pass()
