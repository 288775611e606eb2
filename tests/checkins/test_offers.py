"""Offers for coming: every n-th visit, and enough people at once (R78, 6.5)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.checkins.grant import grant_for
from campaigns.checkins.offer_queries import loyalty_of, offers_at, rewards_for, rewards_of
from campaigns.checkins.rows import check_in_rewards
from campaigns.checkins.write_offer import TypedOffer, end_offer, write_offer
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.people.rows import audit
from campaigns.people.rules import Actor
from tests.checkins.scene import Scene

LOYALTY = TypedOffer(
    "loyalty", "Third time free", "A free tea", "Pour a tea for every third visit.", every="3"
)
SWARM = TypedOffer(
    "swarm", "Come together", "A plate of dumplings", "Three at once get dumplings.", swarm_size="3"
)


async def an_offer(scene: Scene, typed: TypedOffer = SWARM, **changes: str) -> str:
    return await write_offer(
        scene.venue_id, TypedOffer(**{**typed.__dict__, **changes}), actor=scene.owner, **scene.around
    )


async def come(scene: Scene, *names: str) -> None:
    """Each is served by staff on a new voucher, and what follows is done."""
    for name in names:
        assert (await scene.scan(await scene.voucher(f"{name}@example.com"))).answer.accepted
        await tell(scene)


async def tell(scene: Scene) -> None:
    await scene.world.work()


async def rewarded(scene: Scene) -> list[tuple[str, int]]:
    """Name and round of everything granted."""
    names = {account: email.partition("@")[0] for email, account in scene.accounts.items()}
    rows = await scene.world.rows(select(check_in_rewards))
    return sorted((names[row.account_id], row.ordinal) for row in rows)


async def test_a_swarm_needs_its_size_and_takes_everybody_and_the_next(scene: Scene) -> None:
    """R78: at n-1 nothing, at n all of them, at n+1 the one who came later too."""
    await an_offer(scene)
    await come(scene, "ann", "bob")
    assert await rewarded(scene) == []
    await come(scene, "eve")
    assert await rewarded(scene) == [("ann", 1), ("bob", 1), ("eve", 1)]
    await come(scene, "dan")
    assert await rewarded(scene) == [("ann", 1), ("bob", 1), ("dan", 1), ("eve", 1)]


async def test_one_person_with_many_vouchers_is_no_swarm(scene: Scene) -> None:
    """R78: distinct people."""
    await an_offer(scene)
    await come(scene, "ann", "ann", "ann", "bob")
    assert await rewarded(scene) == []


@pytest.mark.parametrize(("late_s", "many"), [(-1, 3), (0, 0), (1, 0)])
async def test_the_window_of_a_swarm_rolls_and_excludes_its_beginning(
    scene: Scene, late_s: int, many: int
) -> None:
    await an_offer(scene)
    await come(scene, "ann", "bob")
    scene.clock.at += timedelta(hours=3, seconds=late_s)
    await come(scene, "eve")
    assert len(await rewarded(scene)) == many


async def test_a_swarm_is_found_in_whatever_order_its_check_ins_are_told(scene: Scene) -> None:
    await an_offer(scene)
    for name in ("ann", "bob", "eve"):
        await scene.scan(await scene.voucher(f"{name}@example.com"))
        scene.clock.advance(minutes=20)
    ids = [row.id for row in await scene.kept()]
    async with scene.store.begin() as unit:
        told = [
            await grant_for(unit, check_in_id, scene.clock.at) for check_in_id in (ids[0], ids[2], ids[1])
        ]
    assert (told, len(await rewarded(scene))) == ([3, 0, 0], 3)


async def test_a_person_counts_once_a_day_so_a_second_visit_does_not_join_a_later_swarm(scene: Scene) -> None:
    """R78: who came at noon counts at noon."""
    await an_offer(scene)
    scene.clock.at = scene.clock.at.replace(hour=16)
    await come(scene, "ann")
    scene.clock.advance(hours=4)
    await come(scene, "bob", "ann", "eve")
    assert await rewarded(scene) == []


async def test_midnight_at_the_venue_starts_a_new_day(scene: Scene) -> None:
    """R78: 23:50 and 00:10 in Portland are two visits, though both are one day in UTC."""
    await an_offer(scene, LOYALTY, every="2")
    scene.clock.at = scene.clock.at.replace(day=25, hour=7, minute=50)
    await come(scene, "ann", "ann")
    assert await rewarded(scene) == []
    scene.clock.advance(minutes=20)
    await come(scene, "ann")
    assert await rewarded(scene) == [("ann", 1)]


async def test_every_third_visit_earns_and_the_counter_says_how_far(scene: Scene) -> None:
    await an_offer(scene, LOYALTY)
    seen = []
    for _ in range(7):
        await come(scene, "ann")
        async with scene.store.read() as unit:
            (loyalty,) = await loyalty_of(unit, scene.accounts["ann@example.com"], scene.venue_id)
        seen.append((loyalty.visits, loyalty.to_go, loyalty.rewards))
        scene.clock.advance(days=1)
    assert seen == [(1, 2, 0), (2, 1, 0), (3, 3, 1), (4, 2, 1), (5, 1, 1), (6, 3, 2), (7, 2, 2)]
    assert await rewarded(scene) == [("ann", 1), ("ann", 2)]


async def test_visits_before_the_offer_do_not_count(scene: Scene) -> None:
    await come(scene, "ann")
    scene.clock.advance(days=1)
    await an_offer(scene, LOYALTY, every="2")
    await come(scene, "ann")
    assert await rewarded(scene) == []


async def test_a_self_check_in_and_a_claim_that_waited_count_as_visits(scene: Scene) -> None:
    await an_offer(scene, SWARM, swarm_size="2")
    await scene.arrive(await scene.voucher("ann@example.com"))
    waiting = await scene.voucher("bob@example.com")
    await scene.arrive(waiting, claim=None)
    await tell(scene)
    assert await rewarded(scene) == []
    scene.clock.advance(minutes=5)
    await scene.scan(waiting)
    await tell(scene)
    assert await rewarded(scene) == [("ann", 1), ("bob", 1)]


async def test_refused_ones_count_nothing(scene: Scene) -> None:
    await an_offer(scene, SWARM, swarm_size="2")
    await come(scene, "ann")
    await scene.arrive(await scene.voucher("bob@example.com"), code="")
    await tell(scene)
    assert await rewarded(scene) == []


async def test_the_capacity_of_an_offer_ends_it(scene: Scene) -> None:
    offer_id = await an_offer(scene, SWARM, swarm_size="2", capacity="3")
    await come(scene, "ann", "bob", "eve", "dan")
    async with scene.store.read() as unit:
        (offer,) = await offers_at(unit, scene.venue_id)
    assert (offer.id, offer.left, offer.granted) == (offer_id, 0, 3)
    assert await rewarded(scene) == [("ann", 1), ("bob", 1), ("eve", 1)]


async def test_telling_twice_grants_once(scene: Scene) -> None:
    """R80: a fact is told at least once."""
    await an_offer(scene, LOYALTY, every="2")
    await come(scene, "ann")
    scene.clock.advance(days=1)
    await come(scene, "ann")
    last = (await scene.kept())[-1]
    async with scene.store.begin() as unit:
        assert await grant_for(unit, last.id, scene.clock.at) == 0
        assert await grant_for(unit, "chk_none", scene.clock.at) == 0
    async with scene.store.read() as unit:
        (mine,) = await rewards_of(unit, scene.accounts["ann@example.com"])
        assert await rewards_for(unit, last.id) == (mine,)
    assert (mine.reward, mine.ordinal) == ("A free tea", 1)


async def test_an_ended_offer_grants_nothing_more_and_keeps_what_it_gave(scene: Scene) -> None:
    offer_id = await an_offer(scene, SWARM, swarm_size="2")
    await come(scene, "ann", "bob")
    for _ in range(2):
        await end_offer(offer_id, actor=scene.owner, **scene.around)
    await come(scene, "eve")
    assert await rewarded(scene) == [("ann", 1), ("bob", 1)]
    async with scene.store.read() as unit:
        assert await offers_at(unit, scene.venue_id) == ()
        assert len(await offers_at(unit, scene.venue_id, ended_too=True)) == 1
    acts = await scene.world.rows(select(audit.c.act).where(audit.c.act.like("%check_in_offer")))
    assert [row.act for row in acts] == ["write_check_in_offer", "end_check_in_offer"]


async def test_an_offer_belongs_to_its_venue(scene: Scene) -> None:
    """6.5: the capacity is kept per venue, and so are the visits."""
    await an_offer(scene, SWARM, swarm_size="2")
    other = await scene.venue(5000)
    await come(scene, "ann")
    await scene.scan(await scene.voucher("bob@example.com"), other)
    await tell(scene)
    assert await rewarded(scene) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "flash"}, "kind"),
        ({"title": ""}, "title"),
        ({"reward": ""}, "reward"),
        ({"staff_sentence": ""}, "staff_sentence"),
        ({"swarm_size": "1"}, "swarm_size"),
        ({"swarm_size": ""}, "swarm_size"),
        ({"swarm_hours": "25"}, "swarm_hours"),
        ({"capacity": "0"}, "capacity"),
        ({"kind": "loyalty", "every": "1"}, "every"),
        ({"kind": "loyalty", "every": ""}, "every"),
    ],
)
async def test_an_offer_says_everything_it_needs(scene: Scene, changes: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidFields) as refusal:
        await an_offer(scene, SWARM, **changes)
    assert field in [error.field for error in refusal.value.errors]


async def test_only_who_may_write_offers_writes_and_ends_them(scene: Scene) -> None:
    offer_id = await an_offer(scene)
    staff: dict[str, Any] = {
        "actor": Actor(scene.owner.account_id, "Staff", {OrganizationId(scene.world.merchant_id): "staff"})
    }
    with pytest.raises(NotAllowed):
        await write_offer(scene.venue_id, SWARM, **staff, **scene.around)
    with pytest.raises(NotAllowed):
        await end_offer(offer_id, **staff, **scene.around)
    with pytest.raises(NotFound):
        await write_offer("ven_none", SWARM, actor=scene.owner, **scene.around)
    with pytest.raises(NotFound):
        await end_offer("cio_none", actor=scene.owner, **scene.around)
