"""I1 to I16: silent over a world that went well, and each names the wrong that was planted for it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from campaigns.foundation.store import Unit
from campaigns.orders.invariant_statements import STATEMENTS
from campaigns.orders.invariants import Violation, broken_chains, violations
from tests.cli.plants import PLANTS, Plant
from tests.world import World

Look = Callable[[Unit], Awaitable[list[Violation]]]


class Undone(Exception):
    """Ends a transaction without keeping what it did."""


async def test_a_world_that_went_well_violates_nothing(world: World) -> None:
    async with world.store.read() as unit:
        assert await violations(unit, world.clock.at) == []
        assert await broken_chains(unit, world.keys) == []


async def test_every_planted_wrong_is_named_by_its_invariant(world: World) -> None:
    missed = [plant for plant in PLANTS if not await _is_named(world, plant)]
    assert missed == []


def test_every_statement_has_a_plant() -> None:
    planted = {(plant.id, statement.sentence) for plant in PLANTS for statement in STATEMENTS
               if statement.id == plant.id and plant.says in statement.sentence}  # fmt: skip
    assert {(statement.id, statement.sentence) for statement in STATEMENTS} == planted


async def test_a_forged_row_of_the_audit_trail_is_found_by_its_signature(world: World) -> None:
    """I16, S33: the links still fit, the words do not."""
    plant = Plant("I16", "", "audit", "UPDATE audit SET act = 'nothing at all' WHERE seq = 2")
    assert await _found(world, plant, lambda unit: violations(unit, world.clock.at)) == []
    found = await _found(world, plant, lambda unit: broken_chains(unit, world.keys))
    assert [(violation.id, violation.count) for violation in found] == [("I16", 1)]
    assert found[0].sentence.endswith("row 2")


async def _found(world: World, plant: Plant, look: Look) -> list[Violation]:
    """What is found while the wrong is there; afterwards it never was."""
    found: list[Violation] = []
    with suppress(Undone):
        async with world.store.begin() as unit:
            await plant.put(unit)
            found += await look(unit)
            raise Undone
    return found


async def _is_named(world: World, plant: Plant) -> bool:
    found = await _found(world, plant, lambda unit: violations(unit, world.clock.at))
    return any(violation.id == plant.id and plant.says in violation.sentence for violation in found)
