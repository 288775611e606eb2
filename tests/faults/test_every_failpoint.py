"""X1 to X4: a process killed at each place of the money path; whoever comes after it ends the story well."""

import pytest

from tests.faults.checks import check_after, check_now, drain
from tests.faults.killing import PLACES, killed_at, survive
from tests.faults.stories import STORIES, failpoints_of_the_code
from tests.world import World

pytestmark = pytest.mark.faults


def test_every_failpoint_is_hit() -> None:
    """A place nobody is killed at proves nothing: the code, the list and the stories name the same ones."""
    assert set(PLACES) == failpoints_of_the_code() == set(STORIES)
    assert len(PLACES) == len(set(PLACES))


@pytest.mark.parametrize("place", PLACES)
async def test_killed_there_the_story_ends_well_all_the_same(world: World, place: str) -> None:
    """I1 to I16, C1 to C3: at the moment of the kill, and after the lease has run out and others went on."""
    act = await STORIES[place](world)
    with killed_at(place) as struck:
        await survive(act)
    assert struck == [place]
    await check_now(world)
    world.deaf = False
    await world.advance(seconds=61)
    await drain(world)
    await world.advance(hours=3)
    await drain(world)
    await check_after(world)
