"""Migrations: from empty and from every earlier revision, up and down, on both databases."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from campaigns.foundation.migrate import configuration, downgrade, metadata, upgrade
from campaigns.foundation.store import Store
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

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
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        async with store.begin() as unit:
            await unit.run(text(_ROWS[table]))
        with pytest.raises(DBAPIError, match="append-only"):
            async with store.begin() as unit:
                await unit.run(text(statement))


_AT = "'2026-11-24 12:00:00.000000'"
_ROWS = {
    "fact": f"INSERT INTO fact (at, machine, subject, name, data) VALUES ({_AT}, '', 's', 'n', '{{}}')",
    "journal": "INSERT INTO journal (at, kind, ref, amount_minor, currency) "
    f"SELECT {_AT}, 'k', count(*) || 'r', 1, 'USD' FROM journal",
    "posting": "INSERT INTO posting (journal_id, account, amount_minor, currency) VALUES (1, 'a', 1, 'USD')",
    "audit": "INSERT INTO audit (chain, seq, prev_hash, hash, at, actor, act, subject, data) "
    f"SELECT 'c', count(*) + 1, '', 'h', {_AT}, 'a', 'a', 's', '{{}}' FROM audit",
}
