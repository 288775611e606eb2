"""The limit of joins on SQLite: one writer, one join per commit, FULL sync, nothing but the standard library.

    python -m benchmarks.bare_loop FILE DEAL ROUND SECONDS

Prints joins a second. Runs in a process of its own, on a database the product is idle on.
"""

from __future__ import annotations

import sqlite3
import sys
import time

_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")
_BUYERS = 20_000
_TAKE = """\
UPDATE deal SET units_taken = units_taken + 1, version = version + 1
WHERE id = ? AND state = 'open' AND (capacity IS NULL OR units_taken + 1 <= capacity)"""
_PLACE = """\
INSERT INTO orders (id, deal_id, buyer_id, counts_as, counts, request_key, units, units_refunded, units_captured,
                    unit_price_minor, due_minor, currency, state, plan, attempt, placed_at, place_ends_at)
VALUES (?, ?, ?, ?, 1, ?, 1, 0, 0, 2500, 2500, 'USD', 'pending', 'hold', 1,
        '2026-01-01 12:00:00.000000', '2026-01-01 12:30:00.000000')"""


def joins_per_second(path: str, deal_id: str, mark: str, seconds: float) -> float:
    """`mark` keeps the keys of one call apart from those of another."""
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    buyers = [f"b{mark}-{number}" for number in range(_BUYERS)]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO account (id, email, email_key, name, created_at) VALUES (?, ?, ?, '', '2026-01-01 12:00:00')",
        [(buyer, buyer, buyer) for buyer in buyers],
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    began, made = time.perf_counter(), 0
    while time.perf_counter() - began < seconds and made < _BUYERS:
        buyer = buyers[made]
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute(_TAKE, (deal_id,)).rowcount != 1:
            raise RuntimeError("the deal took no join")
        connection.execute(_PLACE, (f"ord_{buyer}", deal_id, buyer, buyer, f"k{buyer}"))
        connection.execute("COMMIT")
        made += 1
    took = time.perf_counter() - began
    connection.close()
    return made / took


if __name__ == "__main__":
    print(joins_per_second(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])))
