"""The sandbox's own SQLite file. Never the application's database: the two must be able to disagree."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (kind, id)
)
"""


class StateFile:
    """Rows as JSON in one table. A save is one transaction, so a killed process leaves no half request."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("PRAGMA busy_timeout=5000")
        self._database.execute(_SCHEMA)

    def load(self) -> Iterator[tuple[str, Row]]:
        """Every row, oldest first."""
        for kind, body in self._database.execute("SELECT kind, body FROM object ORDER BY seq"):
            yield kind, json.loads(body)

    def save(self, rows: list[tuple[tuple[str, str], Row | None]]) -> None:
        """Write and delete (None) rows, all or none."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            for (kind, object_id), row in rows:
                self._save_one(kind, object_id, row)
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _save_one(self, kind: str, object_id: str, row: Row | None) -> None:
        if row is None:
            self._database.execute("DELETE FROM object WHERE kind = ? AND id = ?", (kind, object_id))
            return
        self._database.execute(
            "INSERT INTO object (kind, id, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (kind, object_id, json.dumps(row)),
        )

    def clear(self) -> None:
        """Delete every row."""
        self._database.execute("DELETE FROM object")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
