"""(d), (h) Alone, by staff and by refund at the same moment: one winner; and no offer gives more than it has."""

from typing import Any

import pytest
from sqlalchemy import select, text, update

from campaigns.checkins import check_in as checking_in
from campaigns.checkins import grant as granting
from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import Arrival, check_in
from campaigns.checkins.grant import grant_for
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.queries import CheckedIn
from campaigns.checkins.rows import check_in_offers, check_in_rewards, check_ins
from campaigns.checkins.scan import scan
from campaigns.checkins.venue_code import code_at
from campaigns.deals.rows import venues
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Store, Unit
from campaigns.orders.refund import refund
from campaigns.orders.rules import MayNotRefund
from campaigns.vouchers import redeem as redeeming
from campaigns.vouchers.redeem import Scan
from campaigns.vouchers.rows import redemptions
from tests.checkins.scene import PLACE, a_scene
from tests.checkins.test_offers import SWARM, an_offer
from tests.faults.checks import check_after, drain
from tests.races.conftest import Open
from tests.races.meeting import Meeting, meeting_at, of_kind, race
from tests.races.scenes import broken
from tests.races.test_scans import ANY_STATE_SPENDS, ONCE_EARNED, ONCE_REDEEMED
from tests.races.unguarded import drop_constraint, loose, without
from tests.world import World

pytestmark = pytest.mark.races

THE_LOCK = ("await unit.run(select(vouchers.c.id).where(locked).with_for_update())", "")
WHILE_STOCK_LASTS = (
    "where(check_in_offers.c.id == offer_id, left)",
    "where(check_in_offers.c.id == offer_id)",
)
ONE_AT_A_TIME = ("\n        .with_for_update()\n", "\n")


async def a_voucher(world: World) -> tuple[str, str, str, str]:
    """Order, voucher, its code, and a placed venue where its holder may redeem alone."""
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "ann@example.com")
    async with world.store.begin() as unit:
        placed = {"latitude": PLACE[0], "longitude": PLACE[1], "self_check_in": True}
        await unit.run(update(venues).values(placed))
        voucher_id = await unit.value(text("SELECT id FROM voucher"))
    return order_id, str(voucher_id), *(await world.code_of(str(voucher_id)))


async def an_arrival(world: World, voucher_id: str, venue_id: str) -> Arrival:
    made = await issue_challenge(voucher_id, venue_id, store=world.store, clock=world.clock)
    (venue,) = await world.rows(select(venues).where(venues.c.id == venue_id))
    digits = code_at(world.keys, venue, world.clock.at).digits
    claim = PresenceClaim(*PLACE, 10, world.clock.at, 0.95)
    return Arrival(voucher_id, venue_id, digits, made.id, new_id("non"), claim)


async def alone(world: World, store: Store, arrival: Arrival, using: Any = check_in) -> Any:
    return await using(arrival, store=store, clock=world.clock, keys=world.keys)


async def by_staff(world: World, store: Store, code: str, venue_id: str) -> Any:
    asked = Scan(code, venue_id, new_id("non"))
    return await scan(asked, actor=world.owner, store=store, clock=world.clock, keys=world.keys)


async def give_back(world: World, store: Store, order_id: str) -> Any:
    return await refund(order_id, 1, actor=world.owner, store=store, clock=world.clock, keys=world.keys)


@pytest.mark.parametrize("turn", [0, 1, 2])
async def test_alone_by_staff_and_refund_have_one_winner(world: World, stores: Open, turn: int) -> None:
    """R68, R70, R77: served alone, served by staff, or refunded; the others are told so."""
    order_id, voucher_id, code, venue_id = await a_voucher(world)
    arrival = await an_arrival(world, voucher_id, venue_id)
    one, two, three = stores(3)
    racers = [
        alone(world, one, arrival), by_staff(world, two, code, venue_id), give_back(world, three, order_id),
    ]  # fmt: skip
    with meeting_at("check_in.after_look", "redeem.after_look", "refund.before_revoke", people=3):
        said = await race(*racers[turn:], *racers[:turn])
    answers = said[3 - turn :] + said[: 3 - turn]
    came, served, refunded = answers
    won = [came.accepted, served.answer.accepted, isinstance(refunded, str)]
    assert won.count(True) == 1
    assert isinstance(refunded, str | MayNotRefund)
    if won[1]:
        assert came.reason == "already_redeemed"
    await drain(world)
    assert (await world.order(order_id)).state == ("refunded" if won[2] else "captured")
    await check_after(world)


@pytest.mark.parametrize("presses", [2, 8])
async def test_one_attempt_sent_many_times_at_once_is_one_attempt(
    world: World, stores: Open, presses: int
) -> None:
    """R68: the same nonce."""
    _, voucher_id, _, venue_id = await a_voucher(world)
    arrival = await an_arrival(world, voucher_id, venue_id)
    with meeting_at("check_in.after_look", people=presses):
        answers = await race(*(alone(world, store, arrival) for store in stores(presses)))
    assert len(of_kind(answers, CheckedIn)) == presses
    assert len(set(answers)) == len(await world.rows(select(check_ins))) == 1
    await check_after(world)


async def _unguarded(
    world: World, opened: list[Store], arrivals: list[Arrival], *cuts: tuple[str, str]
) -> Any:
    """By copies that look, let go, and then spend whatever the state is by now."""
    meeting = Meeting(len(opened))
    spend = without(redeeming, ANY_STATE_SPENDS).spend if ANY_STATE_SPENDS in cuts else redeeming.spend
    copy = without(
        checking_in,
        THE_LOCK,
        ('await failpoint("check_in.after_look")', "await let_go(unit)"),
        let_go=meeting.let_go,
        spend=spend,
    )
    racers = (
        alone(world, loose(store), arrival, copy.check_in)
        for store, arrival in zip(opened, arrivals, strict=True)
    )
    return await race(*racers)


async def test_without_lock_and_condition_everybody_is_served_alone(world: World, stores: Open) -> None:
    """I9 broken: one voucher, five meals."""
    for constraint in (ONCE_REDEEMED, ONCE_EARNED):
        await drop_constraint(world.store, *constraint)
    _, voucher_id, _, venue_id = await a_voucher(world)
    arrivals = [await an_arrival(world, voucher_id, venue_id) for _ in range(5)]
    answers = await _unguarded(world, stores(5), arrivals, ANY_STATE_SPENDS)
    assert [answer.accepted for answer in of_kind(answers, CheckedIn)] == [True] * 5
    assert len(await world.rows(select(redemptions))) == 5
    assert "I9" in await broken(world)


async def test_without_the_lock_the_vouchers_condition_still_decides(world: World, stores: Open) -> None:
    """R68: the second guard is the one statement that staff scans use too."""
    _, voucher_id, _, venue_id = await a_voucher(world)
    arrivals = [await an_arrival(world, voucher_id, venue_id) for _ in range(5)]
    answers = await _unguarded(world, stores(5), arrivals)
    reasons = sorted(answer.reason for answer in of_kind(answers, CheckedIn))
    assert reasons == ["already_redeemed"] * 4 + ["ok"]
    await check_after(world)


async def test_a_challenge_is_used_by_one_of_two_attempts(world: World, stores: Open) -> None:
    _, voucher_id, _, venue_id = await a_voucher(world)
    first = await an_arrival(world, voucher_id, venue_id)
    second = Arrival(**{**first.__dict__, "nonce": new_id("non")})
    one, other = stores(2)
    with meeting_at("check_in.after_look", people=2):
        answers = await race(alone(world, one, first), alone(world, other, second))
    assert sorted(answer.state for answer in answers) == ["accepted", "refused"]


async def _a_swarm(world: World, people: int, capacity: str) -> list[str]:
    """Check-ins of a swarm that nobody has told yet."""
    scene = await a_scene(world.store, world.clock)
    await an_offer(scene, SWARM, swarm_size="2", capacity=capacity)
    for number in range(people):
        await scene.scan(await scene.voucher(f"person{number}@example.com"))
    return [row.id for row in await scene.kept()]


async def _grant(store: Store, check_in_id: str, world: World, using: Any = grant_for) -> int:
    async with store.begin() as unit:
        return int(await using(unit, check_in_id, world.clock.at))


async def _granted(world: World) -> tuple[int, int]:
    (offer,) = await world.rows(select(check_in_offers.c.granted))
    return len(await world.rows(select(check_in_rewards))), offer.granted


async def test_a_swarm_told_by_all_at_once_never_gives_more_than_its_capacity(
    world: World, stores: Open
) -> None:
    """R78, 6.5, I10."""
    told = await _a_swarm(world, people=6, capacity="4")
    with meeting_at("grant.before_capacity", people=6):
        answers = await race(
            *(_grant(store, each, world) for store, each in zip(stores(6), told, strict=True))
        )
    assert (of_kind(answers, Exception), sum(of_kind(answers, int))) == ([], 4)
    assert await _granted(world) == (4, 4)


async def test_without_lock_condition_and_constraint_the_capacity_is_overdrawn(
    world: World, stores: Open
) -> None:
    """Two tellings that each reward another person of the same offer, of which one was left."""
    await drop_constraint(world.store, "check_in_offer", "ck_check_in_offer_never_above_capacity")
    told = await _a_swarm(world, people=2, capacity="1")
    copy = without(granting, WHILE_STOCK_LASTS, ONE_AT_A_TIME)

    async def everybody(unit: Unit) -> int:
        return int(await copy.grant_for(unit, told[0], world.clock.at))

    async with world.store.begin() as unit:
        assert await everybody(unit) == 2
    assert await _granted(world) == (2, 2)
