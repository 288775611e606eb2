"""The database: short visible transactions on SQLite or PostgreSQL, one code path."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, Executable, Row, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# A stopped process must not hold the deal row for ever, and a join must not wait longer than a person does.
POSTGRESQL_SETTINGS = {
    "idle_in_transaction_session_timeout": "5000",
    "lock_timeout": "3000",
    "statement_timeout": "10000",
    "application_name": "quorum",
}
DRIVERS = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}
# FULL: an acknowledged join survives a power cut.
SQLITE_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "trusted_schema=OFF",
)


class StoreUnfit(RuntimeError):
    """The database is not set up as money needs it; the program must not start."""


class Unit:
    """One transaction. Everything read and written through it belongs together."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.is_postgresql = connection.dialect.name == "postgresql"

    async def run(
        self, statement: Executable, rows: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        return await self._connection.execute(statement, rows)

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return (await self.run(statement)).first()

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        return (await self.run(statement)).all()

    async def value(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return (await self.run(statement)).scalar()

    async def changed(self, statement: Executable) -> int:
        """How many rows a guarded write matched. 0 says that somebody was faster."""
        return (await self.run(statement)).rowcount

    def insert(self, into: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that knows ON CONFLICT, which the two databases spell alike."""
        return postgresql.insert(into) if self.is_postgresql else sqlite.insert(into)


class Store:
    """`begin()` is a writing transaction, `read()` a read-only snapshot. Neither may stay open across the network."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, url: str) -> None:
        self._writer, self._reader, self.url = writer, reader, url

    @property
    def is_postgresql(self) -> bool:
        return self._writer.dialect.name == "postgresql"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        async with self._writer.begin() as connection:
            yield Unit(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        async with self._reader.connect() as connection, connection.begin():
            yield Unit(connection)

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


def async_url(url: str) -> str:
    """Name the async driver: people write `postgresql://…` and `sqlite:///…`. Raises StoreUnfit."""
    parsed = make_url(url)
    if (driver := DRIVERS.get(parsed.drivername.partition("+")[0])) is None:
        raise StoreUnfit("DATABASE_URL is not an address such as postgresql://user@host/name.")
    return parsed.set(drivername=driver).render_as_string(False)


def open_store(url: str, *, connections: int = 4) -> Store:
    """Engines for a database address. Nothing is connected before the first transaction. Raises StoreUnfit."""
    url = async_url(url)
    if url.startswith("sqlite"):
        _need_folder(url)
        # One writer per process queues in fair order here instead of polling the file lock.
        writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=15)
        reader = create_async_engine(url, pool_size=connections, max_overflow=0)
        _prepare_sqlite(writer, "BEGIN IMMEDIATE")
        _prepare_sqlite(reader, "BEGIN", query_only=True)
        return Store(writer, reader, url)
    writer = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=4,
        pool_pre_ping=True,
        connect_args={"server_settings": POSTGRESQL_SETTINGS},
    )
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Store(writer, reader, url)


def _need_folder(url: str) -> None:
    """SQLite makes a missing file but no missing folder, and its complaint names neither."""
    path = make_url(url).database
    if path and not path.startswith((":memory:", "file:")) and not Path(path).parent.is_dir():
        raise StoreUnfit(
            f"There is no folder {Path(path).parent} for the database. Make it, or name another."
        )


def _prepare_sqlite(engine: AsyncEngine, begin: str, *, query_only: bool = False) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi: Any, _: object) -> None:
        dbapi.isolation_level = (
            None  # SQLAlchemy begins, not the driver: it opens no transaction for a SELECT
        )
        cursor = dbapi.cursor()
        for setting in (*SQLITE_SETTINGS, *(["query_only=ON"] if query_only else [])):
            cursor.execute(f"PRAGMA {setting}")
        cursor.execute("PRAGMA foreign_keys")
        if cursor.fetchone()[0] != 1:
            raise StoreUnfit("This SQLite was built without foreign keys; Quorum will not run on it.")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_now(connection: Any) -> None:
        # A deferred transaction that reads first loses updates without an error.
        connection.exec_driver_sql(begin)
