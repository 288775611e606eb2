"""A person's own device: consent, matching, and that it redeems nothing (6.1)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.checkins.locate import locate
from campaigns.checkins.place_source import connect, connected_since, disconnect, recognize
from campaigns.checkins.ports import NotAPosition, PresenceClaim
from campaigns.checkins.rows import place_sources
from campaigns.vouchers.rows import vouchers
from tests.checkins.scene import PLACE, Scene, north_of


def from_device(
    scene: Scene, metres: float = 0.0, accuracy_m: float = 15.0, age_s: float = 0.0
) -> PresenceClaim:
    at = scene.clock.at - timedelta(seconds=age_s)
    return PresenceClaim(*north_of(PLACE, metres), accuracy_m, at)


async def found(scene: Scene, claim: PresenceClaim, email: str = "ann@example.com") -> tuple[str, ...]:
    return (await locate(scene.accounts[email], claim, store=scene.store, clock=scene.clock)).venue_ids


async def test_a_position_inside_is_kept_and_redeems_nothing(scene: Scene) -> None:
    await scene.voucher("ann@example.com")
    assert await found(scene, from_device(scene)) == (scene.venue_id,)
    (row,) = await scene.kept()
    assert (row.source, row.state, row.voucher_id, row.position) == ("owntracks", "received", None, "inside")
    assert [row.state for row in await scene.world.rows(select(vouchers.c.state))] == ["issued"]


async def test_it_is_the_position_of_a_self_check_in_without_a_browsers(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    await found(scene, from_device(scene))
    scene.clock.advance(seconds=90)
    done = await scene.arrive(voucher_id, claim=None)
    assert (done.accepted, (await scene.kept())[-1].source) == (True, "owntracks")


async def test_an_old_one_waits_for_staff(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    await found(scene, from_device(scene))
    scene.clock.advance(seconds=121)
    done = await scene.arrive(voucher_id, claim=None)
    assert (done.state, done.flags) == ("needs_staff", ("age",))


async def test_outside_every_fence_it_is_discarded_and_says_so(scene: Scene) -> None:
    await scene.voucher("ann@example.com")
    answer = await locate(
        scene.accounts["ann@example.com"], from_device(scene, 5000), store=scene.store, clock=scene.clock
    )
    assert (answer.discarded, await scene.kept()) == (True, [])


async def test_a_wild_accuracy_far_away_is_discarded_too(scene: Scene) -> None:
    await scene.voucher("ann@example.com")
    assert await found(scene, from_device(scene, 100_000, 5000)) == ()


async def test_only_venues_of_unused_vouchers_are_looked_at(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    await scene.scan(voucher_id)
    assert await found(scene, from_device(scene)) == ()
    assert [row.source for row in await scene.kept()] == ["staff"]


async def test_two_venues_that_overlap_are_both_matched(scene: Scene) -> None:
    other = await scene.venue(100)
    await scene.voucher("ann@example.com")
    assert set(await found(scene, from_device(scene, 50))) == {scene.venue_id, other}


async def test_the_same_position_twice_is_kept_once(scene: Scene) -> None:
    """Retained fixes reach us again: the instant of the fix is its name."""
    await scene.voucher("ann@example.com")
    claim = from_device(scene)
    for _ in range(2):
        assert await found(scene, claim) == (scene.venue_id,)
        scene.clock.advance(seconds=30)
    assert len(await scene.kept()) == 1


async def test_nonsense_is_refused(scene: Scene) -> None:
    await scene.voucher("ann@example.com")
    with pytest.raises(NotAPosition):
        await found(scene, from_device(scene, accuracy_m=0))


async def test_a_device_is_known_by_a_secret_shown_once_until_consent_is_withdrawn(scene: Scene) -> None:
    around: Any = {"store": scene.store, "clock": scene.clock}
    await scene.voucher("ann@example.com")
    ann = scene.accounts["ann@example.com"]
    made = await connect(ann, **around)
    assert await recognize(made.username, made.secret, store=scene.store) == ann
    assert await recognize(made.username, made.secret + "x", store=scene.store) is None
    assert await recognize("nobody", made.secret, store=scene.store) is None
    (row,) = await scene.world.rows(select(place_sources))
    assert made.secret not in str(row)
    async with scene.store.read() as unit:
        assert await connected_since(unit, ann) == scene.clock.at
    assert await disconnect(ann, **around)
    assert not await disconnect(ann, **around)
    assert await recognize(made.username, made.secret, store=scene.store) is None
    async with scene.store.read() as unit:
        assert await connected_since(unit, ann) is None


async def test_a_new_device_takes_the_place_of_the_old(scene: Scene) -> None:
    around: Any = {"store": scene.store, "clock": scene.clock}
    await scene.voucher("ann@example.com")
    ann = scene.accounts["ann@example.com"]
    old, new = await connect(ann, **around), await connect(ann, **around)
    assert await recognize(old.username, old.secret, store=scene.store) is None
    assert await recognize(new.username, new.secret, store=scene.store) == ann
