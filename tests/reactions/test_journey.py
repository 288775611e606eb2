"""Letters of a deal played in earnest: joined, paid at the sandbox, tipped, charged, refunded."""

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from campaigns.orders.leave import leave
from campaigns.people.ports import Letter
from tests.world import World, a_world


async def _letters(world: World) -> list[tuple[str, str]]:
    """What was sent since the last look."""
    await world.run()
    sent: list[Letter] = list(world.post.letters.values())
    world.post.letters.clear()
    return sorted((letter.to.split("@")[0], letter.subject.split(":")[0]) for letter in sent)


async def test_buyers_read_held_then_charged_then_refunded(store: Store, clock: ManualClock) -> None:
    """R5, R65, R80: one letter each at each step, also to the owner at the tip, and nothing twice."""
    async with a_world(store, clock) as world:
        deal_id = await world.deal(threshold=3)
        first = await world.buy(deal_id, "ann@example.com")
        await world.buy(deal_id, "bo@example.com")
        assert await _letters(world) == [("ann", "You're in"), ("bo", "You're in")]

        await world.buy(deal_id, "cy@example.com")
        buyers = [(name, "It's on") for name in ("ann", "bo", "cy", "owner")]
        assert await _letters(world) == buyers
        assert await _letters(world) == []

        await leave(first, store=store, clock=clock)
        assert await _letters(world) == [("ann", "$25 is on its way back to you")]


async def test_a_deal_that_fails_tells_its_buyers_and_its_owner(store: Store, clock: ManualClock) -> None:
    """R46: each hears why, and where the money is."""
    async with a_world(store, clock) as world:
        deal_id = await world.deal(threshold=3)
        await world.buy(deal_id, "ann@example.com")
        await world.buy(deal_id, "bo@example.com")
        await _letters(world)
        await world.advance(hours=2)
        await world.run()
        [letter] = world.post.to("bo@example.com")
        assert await _letters(world) == [(name, "Not enough people") for name in ("ann", "bo", "owner")]
        assert letter.paragraphs[0].startswith("2 of 3 people. Nothing was charged; your hold was released")
