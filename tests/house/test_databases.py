"""The databases tests run on are real, migrated, and each test's own."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.databases import Database, postgres_url


async def test_a_test_gets_an_empty_database_of_the_kind_it_asked_for(database: Database) -> None:
    engine = create_async_engine(database.url)
    async with engine.begin() as connection:
        assert engine.dialect.name == database.kind
        await connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
        assert (await connection.execute(text("SELECT count(*) FROM alembic_version"))).scalar_one() == 1
    await engine.dispose()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_what_another_test_made_is_not_in_it(database: Database) -> None:
    engine = create_async_engine(database.url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
    await engine.dispose()


@pytest.mark.parametrize(
    ("dsn", "url"),
    [
        ("host=/run/pg user=postgres", "postgresql+asyncpg://postgres@/deals?host=/run/pg&port=5432"),
        ("host=127.0.0.1 port=6000 user=a password=p@s", "postgresql+asyncpg://a:p%40s@127.0.0.1:6000/deals"),
    ],
)
def test_a_server_is_addressed_by_socket_or_by_port(dsn: str, url: str) -> None:
    assert postgres_url(dsn, "deals") == url
