"""The limits joins are compared with: the bare statement, on the product's tables, with its indexes and syncs."""

from __future__ import annotations

import asyncio
import itertools
import time
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]

from benchmarks.postgres import Server, pgbench
from benchmarks.stage import Deal

CLIENTS = 32
_BUYERS_PER_CLIENT = 4000

_JOIN = """\
WITH d AS (
  UPDATE deal SET units_taken = units_taken + 1, version = version + 1
  WHERE id = {deal} AND state = 'open' AND (capacity IS NULL OR units_taken + 1 <= capacity)
  RETURNING id, units_taken
)
INSERT INTO orders (id, deal_id, buyer_id, counts_as, counts, request_key, units, units_refunded, units_captured,
                    unit_price_minor, due_minor, currency, state, plan, attempt, placed_at, place_ends_at)
SELECT 'ord_' || {buyer}, id, 'b' || {buyer}, 'b' || {buyer}, true, 'k' || {buyer}, 1, 0, 0,
       2500, 2500, 'USD', 'pending', 'hold', 1, clock_timestamp(), clock_timestamp() + interval '30 minutes'
FROM d RETURNING id, (SELECT units_taken FROM d)
"""

_INVITED = """\
INSERT INTO account (id, email, email_key, name, created_at)
SELECT 'b' || n, 'b' || n || '@bench.example', 'b' || n || '@bench.example', '', now()
FROM generate_series(0, {count}) AS n
"""

_SCRIPT = f"""\
\\set i :i + 1
\\set b :client_id * {_BUYERS_PER_CLIENT} + :i
{_JOIN.format(deal=":deal", buyer=":b").rstrip()};
"""


def invite_buyers(server: Server, database: str) -> None:
    """Accounts for the limit's orders, so that its rows are as tied to others as the product's."""
    count = CLIENTS * _BUYERS_PER_CLIENT
    server.execute(
        database,
        _INVITED.format(count=count),
    )


async def cte_per_second(server: Server, database: str, deal: Deal, seconds: float) -> float:
    """Joins a second as one statement on one hot row: pgbench, or without it a loop of our own."""
    if server.tools is None:
        return await _own_loop(server, database, deal, seconds)
    values = {"deal": deal.id, "i": "0"}
    return await pgbench(server, database, _SCRIPT, clients=CLIENTS, seconds=seconds, values=values)


async def _own_loop(server: Server, database: str, deal: Deal, seconds: float) -> float:
    address = server.url(database).replace("postgresql+asyncpg", "postgresql")
    assert urlsplit(address).scheme == "postgresql"
    statement = _JOIN.format(deal="$1::text", buyer="$2::text")
    connections = [await asyncpg.connect(address) for _ in range(CLIENTS)]
    began = time.perf_counter()

    async def client(number: int, connection: asyncpg.Connection) -> int:
        prepared = await connection.prepare(statement)
        for made in itertools.count():
            if time.perf_counter() - began > seconds:
                return made
            await prepared.fetch(deal.id, str(number * _BUYERS_PER_CLIENT + made))
        raise AssertionError  # a count has no end

    try:
        clients = [client(number, connection) for number, connection in enumerate(connections)]
        done = sum(await asyncio.gather(*clients))
        return done / (time.perf_counter() - began)
    finally:
        for connection in connections:
            await connection.close()
