"""Whether a database has the schema this program was written for."""

from __future__ import annotations

from functools import cache

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from campaigns.foundation.migrate import configuration
from campaigns.foundation.store import Store


async def at_head(store: Store) -> bool:
    """True if every migration has run and no later one. Raises what the driver raises if nobody answers."""
    async with store.read() as unit:
        await unit.value(text("SELECT 1"))
    try:
        async with store.read() as unit:
            rows = await unit.all(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError):
        return False  # the table is made by the first migration
    return {row.version_num for row in rows} == _heads()


@cache
def _heads() -> set[str]:
    return set(ScriptDirectory.from_config(configuration("sqlite://")).get_heads())
