"""A worker refuses to start where it could do harm, with a sentence."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from campaigns.foundation.store import Store, open_store
from scheduler.start_up import StartRefused, check_lease, check_start


async def test_a_migrated_database_is_fit_to_start(store: Store) -> None:
    await check_start(store)


async def test_a_database_without_tables_is_refused(tmp_path: Path) -> None:
    empty = open_store(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(StartRefused, match="quorum migrate"):
        await check_start(empty)
    await empty.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_rows_that_point_at_nothing_are_refused(store: Store) -> None:
    """SQLite keeps foreign keys only while each connection asks it to, so a stray tool can break them."""
    with contextlib.closing(sqlite3.connect(store.url.removeprefix("sqlite+aiosqlite:///"))) as careless:
        careless.execute("INSERT INTO membership VALUES ('nobody', 'nobody', 'owner', '2026-11-24 12:00:00')")
        careless.commit()
    with pytest.raises(StartRefused, match="point at nothing"):
        await check_start(store)


def test_a_lease_shorter_than_the_slowest_batch_is_refused() -> None:
    """Four calls one after another of 10 s each, and 5 s to spare."""
    check_lease(lease_s=46, call_timeout_s=10)
    with pytest.raises(StartRefused):
        check_lease(lease_s=45, call_timeout_s=10)
