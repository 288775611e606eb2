"""Migrations: from empty and from every earlier revision, up and down, on both databases."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from campaigns.foundation.migrate import configuration, downgrade, metadata, upgrade
from campaigns.foundation.store import Store, Unit
from tests.conftest import NOON
from tests.databases import Database

REVISIONS = [
    script.revision for script in ScriptDirectory.from_config(configuration("sqlite://")).walk_revisions()
][::-1]
APPEND_ONLY = ("fact", "journal", "posting", "audit")


def _differences(url: str) -> list[object]:
    async def compare() -> list[object]:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            found: list[object] = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync), metadata())
            )
        await engine.dispose()
        return found

    return asyncio.run(compare())


def test_migrations_from_empty_make_the_tables_of_the_models(database: Database) -> None:
    assert _differences(database.url) == []


@pytest.mark.parametrize("revision", ["base", *REVISIONS[:-1]])
def test_every_earlier_revision_can_be_left_and_reached_again(database: Database, revision: str) -> None:
    downgrade(database.url, revision)
    upgrade(database.url)
    assert _differences(database.url) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_what_happened_can_be_neither_changed_nor_removed(store: Store, table: str) -> None:
    """I15, I16, S33, S37: the database itself refuses."""
    rows = metadata().tables[table]
    for statement in (rows.update().values(id=rows.c.id), rows.delete()):
        async with store.begin() as unit:
            number = 1 + await _count(unit, rows)
            unique: dict[str, object] = _unique(table, number)
            await unit.run(rows.insert().values(_ROWS[table] | unique | {"id": number}))
        with pytest.raises(DBAPIError, match="append-only"):
            async with store.begin() as unit:
                await unit.run(statement)


async def _count(unit: Unit, rows: Table) -> int:
    return int(await unit.value(select(func.count()).select_from(rows)))


def _unique(table: str, number: int) -> dict[str, object]:
    if table == "journal":
        return {"ref": str(number)}
    return {"seq": number} if table == "audit" else {}


_ROWS: dict[str, dict[str, object]] = {
    "fact": {"at": NOON, "machine": "", "subject": "s", "name": "n", "data": {}},
    "journal": {"at": NOON, "kind": "k", "amount_minor": 1, "currency": "USD"},
    "posting": {"journal_id": 1, "account": "a", "amount_minor": 1, "currency": "USD"},
    "audit": {
        "chain": "c",
        "prev_hash": "",
        "hash": "h",
        "at": NOON,
        "actor": "a",
        "act": "a",
        "subject": "s",
        "data": {},
    },
}
