"""I9, I10, I15 of check-ins: silent over a day that went well, and each names the wrong planted for it."""

from contextlib import suppress

import pytest

from campaigns.checkins.invariants import STATEMENTS, violations
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.checkins.scene import a_scene
from tests.checkins.test_offers import SWARM, an_offer, come
from tests.cli.plants import Plant

PLANTS = (
    Plant("I9", "was not redeemed there", "redemption", "DELETE FROM redemption"),
    Plant("I9", "was not redeemed there", "voucher", "UPDATE voucher SET state = 'issued'"),
    Plant("I9", "more than one accepted", "check_in", "INSERT INTO check_in SELECT * FROM check_in"),
    Plant("I9", "without position or code", "check_in",
          "UPDATE check_in SET source = 'browser', staff_account_id = NULL"),
    Plant("I10", "another number of rewards", "check_in_offer", "UPDATE check_in_offer SET granted = granted + 1"),
    Plant("I15", "check-ins are in another state", "check_in", "UPDATE check_in SET state = 'undone'"),
)  # fmt: skip


class Undone(Exception):
    """Ends a transaction without keeping what it did."""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_every_planted_wrong_is_named_and_a_good_day_is_not(store: Store, clock: ManualClock) -> None:
    scene = await a_scene(store, clock)
    await an_offer(scene, SWARM, swarm_size="2")
    await come(scene, "ann", "bob")
    await scene.arrive(await scene.voucher("eve@example.com"))
    sentences = {statement.sentence for statement in STATEMENTS}
    async with store.read() as unit:
        assert [v for v in await violations(unit, clock.at) if v.sentence in sentences] == []
    named = set()
    for plant in PLANTS:
        with suppress(Undone):
            async with store.begin() as unit:
                await plant.put(unit)
                found = [v for v in await violations(unit, clock.at) if plant.says in v.sentence]
                assert [v.id for v in found] == [plant.id], plant
                named |= {v.sentence for v in found}
                raise Undone
    assert named == sentences
