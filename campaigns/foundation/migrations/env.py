"""Alembic's entry: one connection, the same code for SQLite and PostgreSQL."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from campaigns.foundation.migrate import metadata

config = context.config
_ONE_AT_A_TIME = 78_657_675


def _run(connection: Any) -> None:
    context.configure(connection=connection, target_metadata=metadata(), render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Whoever comes second waits here, and then finds nothing left to do.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        context.run_migrations()


async def _upgrade() -> None:
    engine = create_async_engine(config.attributes["url"])
    async with engine.begin() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_upgrade())
