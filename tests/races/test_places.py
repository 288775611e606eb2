"""(a) The last places: twenty want five. The lock, the condition and the CHECK each hold alone."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Store
from campaigns.orders import join as joining
from campaigns.orders import rows
from campaigns.orders.join import Ask, Placed, join
from campaigns.orders.rows import orders
from campaigns.orders.rules import SoldOut
from tests.races.conftest import Open
from tests.races.meeting import Meeting, meeting_at, of_kind, race
from tests.races.unguarded import drop_constraint, loose, without
from tests.world import LINKS, World

pytestmark = pytest.mark.races
BUYERS, PLACES = 20, 5

UNLOCKED = ('await failpoint("join.after_check")', "await let_go(unit)")
UNCONDITIONAL = (
    "(deals.c.capacity.is_(None)) | (deals.c.units_taken + units <= deals.c.capacity)",
    "deals.c.id == deal_id",
)
CHECK = ("deal", "ck_deal_never_above_capacity")


def ask(deal_id: str, number: int) -> Ask:
    return Ask(deal_id, f"buyer{number}@example.com", 1, new_id("key"))


async def sold(world: World, deal_id: str) -> tuple[int, int]:
    """Orders placed, and places counted as taken."""
    counted = await world.rows(select(func.count()).select_from(orders).where(orders.c.deal_id == deal_id))
    return counted[0][0], (await world.deal_row(deal_id)).units_taken


async def test_twenty_joins_on_five_places_sell_exactly_five(world: World, stores: Open) -> None:
    """R20, R21, X27, I10, F16: fifteen are told, and leave no trace."""
    deal_id = await world.deal(threshold=9, capacity=PLACES)
    with meeting_at("join.after_check", people=BUYERS):
        answers = await race(
            *(
                join(ask(deal_id, number), store=store, clock=world.clock, links=LINKS)
                for number, store in enumerate(stores(BUYERS))
            )
        )
    assert (len(of_kind(answers, Placed)), len(of_kind(answers, SoldOut))) == (5, 15)
    assert await sold(world, deal_id) == (5, 5)


async def _race_without(world: World, opened: list[Store], deal_id: str, *guards: str) -> list[object]:
    """The same race by a copy of `join` that lacks the named guards."""
    meeting = Meeting(BUYERS)
    taking = without(rows, *([UNCONDITIONAL] if "condition" in guards else []))
    copy = without(
        joining,
        *([UNLOCKED] if "lock" in guards else []),
        take_units=taking.take_units,
        let_go=meeting.let_go,
    )
    return await race(
        *(
            copy.join(ask(deal_id, number), store=loose(store), clock=world.clock, links=LINKS)
            for number, store in enumerate(opened)
        )
    )


async def test_without_lock_condition_and_check_all_twenty_get_one_of_five_places(
    world: World, stores: Open
) -> None:
    """M2 and what X27 is there for: everybody looked before anybody wrote."""
    await drop_constraint(world.store, *CHECK)
    deal_id = await world.deal(threshold=9, capacity=PLACES)
    answers = await _race_without(world, stores(BUYERS), deal_id, "lock", "condition")
    assert len(of_kind(answers, Placed)) == 20
    assert await sold(world, deal_id) == (20, 20)


@pytest.mark.parametrize("left", ["lock", "condition", "check"])
async def test_any_one_of_the_three_guards_keeps_the_capacity(world: World, stores: Open, left: str) -> None:
    """I10: two of the three are belt and braces; only the CHECK answers with an error of its own."""
    if left != "check":
        await drop_constraint(world.store, *CHECK)
    deal_id = await world.deal(threshold=9, capacity=PLACES)
    answers = await _race_without(world, stores(BUYERS), deal_id, *({"lock", "condition"} - {left}))
    assert len(of_kind(answers, IntegrityError if left == "check" else SoldOut)) == 15
    assert await sold(world, deal_id) == (5, 5)
