"""(b), (c), (f) The deal is tipped, left and decided under its lock: whatever meets there has one winner."""

from types import ModuleType
from typing import Any

import pytest

from campaigns.deals import rows as deal_rows
from campaigns.deals.rules import Count
from campaigns.foundation.store import Unit
from campaigns.orders import apply, close, reconcile, tip
from campaigns.orders import leave as leaving
from campaigns.orders import rows as order_rows
from campaigns.orders.close import decide
from campaigns.orders.leave import leave
from campaigns.orders.reconcile import reconcile_order
from campaigns.orders.rules import MayNotLeave
from tests.faults.checks import check_after, check_now, drain
from tests.races.conftest import Open
from tests.races.meeting import Meeting, meeting_at, of_kind, race
from tests.races.scenes import at, broken, owed, paid, states, times
from tests.races.unguarded import let_go, loose, without
from tests.world import World

pytestmark = pytest.mark.races

NO_CAS = (".where(deals.c.id == row.id, deals.c.state == row.state)", ".where(deals.c.id == row.id)")
LOCK = "deal = await lock_deal(unit, peek.deal_id)\n    order = await lock_order(unit, peek.id)"
UNLOCKED = (LOCK, LOCK.replace("\n", "\n    await let_go(unit)\n"))


def committing(meeting: Meeting, *cuts: tuple[str, str], tipping: ModuleType = tip) -> Any:
    """`reconcile_order` over an `apply_payment` with cuts."""
    copy = without(apply, *cuts, tip_if_reached=tipping.tip_if_reached, let_go=meeting.let_go)
    return without(reconcile, apply_payment=copy.apply_payment).reconcile_order


async def test_the_last_two_buyers_tip_the_deal_once(world: World, stores: Open) -> None:
    """R5, F16, I1, I8: one tip, and every commitment is captured once, also the one that came second."""
    deal_id = await world.deal(threshold=1)
    ids = [await paid(world, deal_id, email) for email in ("ann@example.com", "bo@example.com")]
    with meeting_at("apply.commit", people=2):
        await race(*(reconcile_order(i, at(world, store)) for i, store in zip(ids, stores(2), strict=True)))
    assert await times(world, f"deal:{deal_id}", "tipped") == 1
    assert await states(world, *ids) == ["capturing", "capturing"]
    await drain(world)
    assert await states(world, *ids) == ["captured", "captured"]
    await check_after(world)


async def test_without_the_deals_lock_one_buyer_is_never_captured(world: World, stores: Open) -> None:
    """The state's compare-and-set alone tips once, but whoever committed meanwhile is overlooked."""
    deal_id = await world.deal(threshold=1)
    ids = [await paid(world, deal_id, email) for email in ("ann@example.com", "bo@example.com")]
    commit = committing(Meeting(2), UNLOCKED)
    await race(*(commit(i, at(world, loose(s))) for i, s in zip(ids, stores(2), strict=True)))
    assert await times(world, f"deal:{deal_id}", "tipped") == 1
    assert sorted(await states(world, *ids)) == ["authorized", "capturing"]


async def test_without_lock_and_compare_and_set_a_deal_tips_twice(world: World, stores: Open) -> None:
    """M3: and everybody is told twice."""
    deal_id = await world.deal(threshold=1)
    ids = [await paid(world, deal_id, email) for email in ("ann@example.com", "bo@example.com")]
    tipping = without(tip, move_deal=without(deal_rows, NO_CAS).move_deal)
    commit = committing(Meeting(2), UNLOCKED, tipping=tipping)
    await race(*(commit(i, at(world, loose(s))) for i, s in zip(ids, stores(2), strict=True)))
    assert await times(world, f"deal:{deal_id}", "tipped") == 2


async def test_counted_outside_the_lock_the_tip_is_missed(world: World, stores: Open) -> None:
    """R5: both count one commitment, their own, and the deal of two stays open."""
    deal_id = await world.deal(threshold=2)
    ids = [await paid(world, deal_id, email) for email in ("ann@example.com", "bo@example.com")]
    meeting = Meeting(2)

    async def one_of_its_own(unit: Unit, deal: str, *, tipped: bool) -> Count:
        return Count(1, 1, 2500)

    async def count_then_lock(unit: Unit, deal: str) -> object:
        assert await order_rows.count_committed(unit, deal, tipped=False) == Count(0, 0, 0)
        await meeting.let_go(unit)
        return await deal_rows.lock_deal(unit, deal)

    tipping = without(tip, count_committed=one_of_its_own)
    copy = without(apply, tip_if_reached=tipping.tip_if_reached, lock_deal=count_then_lock)
    commit = without(reconcile, apply_payment=copy.apply_payment).reconcile_order
    await race(*(commit(i, at(world, loose(s))) for i, s in zip(ids, stores(2), strict=True)))
    assert (await world.deal_row(deal_id)).state == "open"
    assert await states(world, *ids) == ["authorized", "authorized"]


@pytest.mark.parametrize("first", ["leave", "tip"])
async def test_leaving_and_the_tip_have_one_winner(world: World, stores: Open, first: str) -> None:
    """F17: released without a capture, or captured and told that it was too late."""
    deal_id = await world.deal(threshold=2)
    ann, bo = await world.buy(deal_id, "ann@example.com"), await paid(world, deal_id, "bo@example.com")
    one, other = stores(2)
    left, tipped = leave(ann, store=one, clock=world.clock), reconcile_order(bo, at(world, other))
    with meeting_at("leave.locked", "tip.before", people=2):
        answer = (await race(left, tipped))[0] if first == "leave" else (await race(tipped, left))[1]
    state, kinds = (await states(world, ann))[0], await owed(world, "capture", "release")
    assert (state == "capturing") == isinstance(answer, MayNotLeave)
    assert kinds == ({"capture": 2} if state == "capturing" else {"release": 1})
    await drain(world)
    assert (await states(world, ann))[0] == ("captured" if state == "capturing" else "released")
    await check_after(world)


async def _leave_while_it_tips(world: World, stores: Open, *cuts: tuple[str, str]) -> str:
    """Ann looks, the deal tips with her, then she goes: by a copy that lets the lock go after looking."""
    deal_id = await world.deal(threshold=2)
    ann, bo = await world.buy(deal_id, "ann@example.com"), await paid(world, deal_id, "bo@example.com")
    other = at(world, stores(1)[0])

    async def meanwhile(unit: Unit) -> None:
        await let_go(unit)
        await reconcile_order(bo, other)

    looked = "how = check_leave(deal_now(deal), await _leaving(unit, deal, order), now)"
    copy = without(
        leaving,
        (looked, f"{looked}\n        await meanwhile(unit)"),
        meanwhile=meanwhile,
        move_order=without(order_rows, *cuts).move_order,
    )
    await copy.leave(ann, store=loose(world.store), clock=world.clock)
    return ann


async def test_without_the_lock_the_orders_compare_and_set_still_decides(world: World, stores: Open) -> None:
    """F17: the second guard. The tip was faster, so nothing is released."""
    ann = await _leave_while_it_tips(world, stores)
    assert await states(world, ann) == ["capturing"]
    assert await owed(world, "capture", "release") == {"capture": 2}


async def test_without_lock_and_compare_and_set_a_buyer_is_released_and_captured(
    world: World, stores: Open
) -> None:
    """F17 broken: both calls are owed, and the deal counts one buyer who left."""
    cas = (".where(orders.c.id == row.id, orders.c.state == row.state)", ".where(orders.c.id == row.id)")
    ann = await _leave_while_it_tips(world, stores, cas)
    assert await states(world, ann) == ["releasing"]
    assert await owed(world, "capture", "release") == {"capture": 2, "release": 1}


async def test_five_deciders_decide_once(world: World, stores: Open) -> None:
    """X7, R17, I11: the same answer from all, one fact, one release per hold."""
    deal_id = await world.deal(threshold=3)
    for email in ("ann@example.com", "bo@example.com"):
        await world.buy(deal_id, email)
    await world.advance(hours=2)
    with meeting_at("decide.locked", people=5):
        answers = await race(*(decide(deal_id, store=store, clock=world.clock) for store in stores(5)))
    assert answers == ["failed"] * 5
    assert await times(world, f"deal:{deal_id}", "failed") == 1
    assert await owed(world, "release") == {"release": 2}


async def test_without_lock_and_compare_and_set_five_deciders_decide_five_times(
    world: World, stores: Open
) -> None:
    """M3: only the unique constraint on effects keeps the releases at one each."""
    deal_id = await world.deal(threshold=3)
    for email in ("ann@example.com", "bo@example.com"):
        await world.buy(deal_id, email)
    await world.advance(hours=2)
    meeting = Meeting(5)
    copy = without(
        close,
        ('await failpoint("decide.before_fail")', "await let_go(unit)"),
        let_go=meeting.let_go,
        move_deal=without(deal_rows, NO_CAS).move_deal,
    )
    await race(*(copy.decide(deal_id, store=loose(s), clock=world.clock) for s in stores(5)))
    assert await times(world, f"deal:{deal_id}", "failed") == 5
    assert await owed(world, "release") == {"release": 2}


async def _last_moment(world: World) -> tuple[str, str, str]:
    """A deal of two past its `decide_by`: Ann holds, Bo paid in time and nobody has heard."""
    deal_id = await world.deal(threshold=2)
    ann, bo = await world.buy(deal_id, "ann@example.com"), await paid(world, deal_id, "bo@example.com")
    world.clock.at = (await world.deal_row(deal_id)).decide_by
    return deal_id, ann, bo


@pytest.mark.parametrize("first", ["decide", "commit"])
async def test_the_close_and_the_last_commitment_have_one_winner(
    world: World, stores: Open, first: str
) -> None:
    """I8, R12: tipped with both captured, or failed with both released; never half of each."""
    deal_id, ann, bo = await _last_moment(world)
    one, other = stores(2)
    closes = decide(deal_id, store=one, clock=world.clock)
    commits = reconcile_order(bo, at(world, other))
    with meeting_at("decide.locked", "apply.commit", "apply.turn_away", people=2):
        answers = await race(*((closes, commits) if first == "decide" else (commits, closes)))
    assert of_kind(answers, Exception) == []
    deal, found = await world.deal_row(deal_id), await states(world, ann, bo)
    assert (deal.state, found) in (
        ("tipped", ["capturing", "capturing"]),
        ("failed", ["releasing", "releasing"]),
    )
    await check_now(world)


async def test_without_lock_and_compare_and_set_a_deal_fails_after_it_tipped(
    world: World, stores: Open
) -> None:
    """I1, I8 broken: captures are owed for a deal that failed."""
    deal_id, _ann, bo = await _last_moment(world)
    other = at(world, stores(1)[0])

    async def meanwhile(unit: Unit) -> None:
        await let_go(unit)
        await reconcile_order(bo, other)

    copy = without(
        close,
        (
            (
                'await lapse_unpaid(unit, deal_id, now, reason="deal_closed")\n'
                "            deal = await lock_deal(unit, deal_id)"
            ),
            "await meanwhile(unit)",
        ),
        meanwhile=meanwhile,
        move_deal=without(deal_rows, NO_CAS).move_deal,
    )
    assert await copy.decide(deal_id, store=loose(world.store), clock=world.clock) == "failed"
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.tipped_by) == ("failed", "threshold")
    assert "I2" in await broken(world)
    assert await owed(world, "capture") == {"capture": 2}
