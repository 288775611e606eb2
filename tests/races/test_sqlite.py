"""(j) What SQLite does when it is used as its driver would use it: lost updates, orphans, refusals."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from campaigns.deals.rows import deals
from campaigns.foundation import store as stores_module
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import StoreUnfit
from campaigns.vouchers.rows import redemptions
from tests.races.meeting import Meeting, race
from tests.races.unguarded import without
from tests.world import World

pytestmark = [
    pytest.mark.races,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
WRITERS = 8
IMMEDIATE = ('"BEGIN IMMEDIATE"', '"BEGIN"')
# What the driver does by itself: no transaction before the first write, so none around what was read.
DRIVER_BEGINS = (
    ("connection.exec_driver_sql(begin)", "pass"),
    ("dbapi.isolation_level = (\n            None", "dbapi.isolation_level = (\n            'DEFERRED'"),
)
KEYS_OFF = ('"foreign_keys=ON"', '"foreign_keys=OFF"')
NOT_LOOKED_AT = ("if cursor.fetchone()[0] != 1:", "if cursor.fetchone()[0] is None:")


async def _raise_the_count(world: World, module: Any, meeting: Meeting) -> Counter[str]:
    """Eight writers read a number and write it back one higher; what became of each."""
    deal_id = await world.deal()
    opened = [module.open_store(world.store.url, connections=1) for _ in range(WRITERS)]

    async def raise_it(store: Any) -> None:
        async with store.begin() as unit:
            read = await unit.value(select(deals.c.units_taken).where(deals.c.id == deal_id))
            await meeting.wait()
            await unit.run(update(deals).where(deals.c.id == deal_id).values(units_taken=read + 1))

    answers = await race(*(raise_it(store) for store in opened))
    for store in opened:
        await store.close()
    said = Counter(type(answer).__name__ for answer in answers)
    said["counted"] = (await world.deal_row(deal_id)).units_taken
    return said


async def test_eight_writers_lose_nothing_and_nobody_is_refused(world: World) -> None:
    """X34, I2."""
    said = await _raise_the_count(world, stores_module, Meeting(WRITERS, patient=True))
    assert said == {"NoneType": WRITERS, "counted": WRITERS}


async def test_as_the_driver_begins_updates_are_lost_without_an_error(world: World) -> None:
    """M10: a SELECT opens no transaction, so everybody writes one more than nothing."""
    said = await _raise_the_count(world, without(stores_module, *DRIVER_BEGINS), Meeting(WRITERS))
    assert said == {"NoneType": WRITERS, "counted": 1}


async def test_a_deferred_transaction_that_has_read_is_refused_its_write(world: World) -> None:
    """M10: with a plain BEGIN one writer gets through and seven people see an error."""
    said = await _raise_the_count(world, without(stores_module, IMMEDIATE), Meeting(WRITERS))
    assert said == {"NoneType": 1, OperationalError.__name__: WRITERS - 1, "counted": 1}


async def _insert_an_orphan(module: Any, world: World) -> int:
    """A redemption of a voucher that is not there; how many there are then."""
    store = module.open_store(world.store.url, connections=1)
    row = {
        "id": new_id("red"), "voucher_id": "vou_none", "venue_id": "ven_none", "nonce": "n", "answer": "ok",
        "at": world.clock.at,
    }  # fmt: skip
    try:
        async with store.begin() as unit:
            await unit.run(redemptions.insert().values(row))
    finally:
        await store.close()
    return len(await world.rows(select(redemptions.c.id)))


async def test_nothing_may_point_at_what_is_not_there(world: World) -> None:
    """M15."""
    with pytest.raises(IntegrityError):
        await _insert_an_orphan(stores_module, world)


async def test_without_the_setting_the_store_will_not_open(world: World) -> None:
    """M15: the start-up guard reads the setting back."""
    with pytest.raises(StoreUnfit):
        await _insert_an_orphan(without(stores_module, KEYS_OFF), world)


async def test_without_setting_and_guard_orphans_get_in(world: World) -> None:
    """M15: as SQLite is by default."""
    assert await _insert_an_orphan(without(stores_module, KEYS_OFF, NOT_LOOKED_AT), world) == 1
