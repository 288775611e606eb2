"""The audit trail on both databases (S33, S35, I16)."""

import asyncio

import pytest
from sqlalchemy import delete, select, text, update

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, chains, note, verify_chain
from campaigns.people.rows import audit
from tests.people.merchants import KEYS


async def break_in(unit: Unit) -> None:
    """Take the table's own guard away, as whoever owns the database can."""
    of_table = " ON audit" if unit.is_postgresql else ""
    for act in ("update", "delete"):
        await unit.run(text(f"DROP TRIGGER audit_refuses_{act}{of_table}"))


async def noted(chain: str, store: Store, clock: ManualClock, *, times: int = 3) -> None:
    async def once(number: int) -> None:
        async with store.begin() as unit:
            entry = AuditEntry(
                chain, "account:acc_1", "refund", f"order:ord_{number}", {"amount_minor": number}
            )
            await note(unit, entry, now=clock.at, keys=KEYS)

    await asyncio.gather(*(once(number) for number in range(times)))


async def first_bad(chain: str, store: Store, keys: Keys = KEYS) -> int | None:
    async with store.read() as unit:
        return await verify_chain(unit, chain, keys)


async def test_writers_at_once_make_one_unbroken_chain(store: Store, clock: ManualClock) -> None:
    """S33, I16."""
    await noted("org_fern", store, clock, times=12)
    await noted("org_moss", store, clock, times=1)
    async with store.read() as unit:
        rows = await unit.all(select(audit.c.seq).where(audit.c.chain == "org_fern").order_by(audit.c.seq))
        assert [row.seq for row in rows] == list(range(1, 13))
        assert await chains(unit) == ["org_fern", "org_moss"]
    assert await first_bad("org_fern", store) is None


@pytest.mark.parametrize("column", ["actor", "act", "subject", "prev_hash", "hash"])
async def test_a_changed_row_is_named(column: str, store: Store, clock: ManualClock) -> None:
    """S33."""
    await noted("org_fern", store, clock)
    async with store.begin() as unit:
        await break_in(unit)
        await unit.run(update(audit).where(audit.c.seq == 2).values({column: "changed"}))
    assert await first_bad("org_fern", store) == 2


async def test_changed_data_a_removed_row_and_a_cut_tail_are_named(store: Store, clock: ManualClock) -> None:
    """S33."""
    for chain in ("data", "hole", "tail"):
        await noted(chain, store, clock)
    async with store.begin() as unit:
        await break_in(unit)
        await unit.run(update(audit).where(audit.c.chain == "data", audit.c.seq == 3).values(data={}))
        await unit.run(delete(audit).where(audit.c.chain == "hole", audit.c.seq == 1))
        await unit.run(delete(audit).where(audit.c.chain == "tail", audit.c.seq == 3))
    assert [await first_bad(chain, store) for chain in ("data", "hole", "tail")] == [3, 1, 3]


async def test_a_chain_verifies_after_the_secret_was_replaced_and_not_for_a_stranger(
    store: Store, clock: ManualClock
) -> None:
    """S35."""
    await noted("org_fern", store, clock)
    assert await first_bad("org_fern", store, Keys(("a new secret", *KEYS.secrets))) is None
    assert await first_bad("org_fern", store, Keys(("a new secret",))) == 1


async def test_what_is_rolled_back_leaves_no_trace_in_the_chain(store: Store, clock: ManualClock) -> None:
    class Broken(Exception):
        pass

    async def broken() -> None:
        async with store.begin() as unit:
            await note(unit, AuditEntry("org_fern", "a", "b", "c"), now=clock.at, keys=KEYS)
            raise Broken

    with pytest.raises(Broken):
        await broken()
    await noted("org_fern", store, clock)
    assert await first_bad("org_fern", store) is None
