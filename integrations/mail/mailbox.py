"""A mailbox on this machine instead of a mail server: the demo shows what would have been sent."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from campaigns.people.ports import Letter

_TABLE = """
CREATE TABLE IF NOT EXISTS letter (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  recipient TEXT NOT NULL COLLATE NOCASE,
  subject TEXT NOT NULL,
  paragraphs TEXT NOT NULL,
  label TEXT,
  address TEXT,
  unsubscribe TEXT,
  sent_at TEXT NOT NULL
)
"""
_COLUMNS = "id, key, recipient, subject, paragraphs, label, address, unsubscribe, sent_at"


@dataclass(frozen=True)
class KeptLetter:
    """A letter in the mailbox. `sent_at` is when it first arrived; it does not arrive twice."""

    id: int
    key: str
    to: str
    subject: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None
    unsubscribe: str | None
    sent_at: datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MailboxMailer:
    """A Mailer that keeps letters in its own SQLite file, apart from the application's database.

    Several processes may use the same file. The answer of `send` is the letter's number.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = _utc_now) -> None:
        self._path, self._now = path, now

    async def send(self, letter: Letter) -> str:
        return str(await asyncio.to_thread(self._keep, letter))

    async def letters(self, limit: int = 50, to: str | None = None) -> list[KeptLetter]:
        """The newest letters first, of everybody or of one address."""
        where, values = ("WHERE recipient = ?", [to]) if to is not None else ("", [])
        # The only variable part is one of the two conditions above.
        query = f"SELECT {_COLUMNS} FROM letter {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        return await asyncio.to_thread(self._read, query, [*values, limit])

    async def letter(self, letter_id: int) -> KeptLetter | None:
        """One letter, or None where there is none of this number."""
        query = f"SELECT {_COLUMNS} FROM letter WHERE id = ?"  # noqa: S608 - a constant
        found = await asyncio.to_thread(self._read, query, [letter_id])
        return found[0] if found else None

    def _keep(self, letter: Letter) -> int:
        label, address = letter.action or (None, None)
        paragraphs = json.dumps(letter.paragraphs)
        sent_at = self._now().isoformat()
        words = (letter.key, letter.to, letter.subject, paragraphs, label, address)
        values = (*words, letter.unsubscribe, sent_at)
        insert = (
            "INSERT INTO letter (key, recipient, subject, paragraphs, label, address, unsubscribe, sent_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
        )
        with closing(self._open()) as file, file:
            file.execute(insert, values)
            found = file.execute("SELECT id FROM letter WHERE key = ?", (letter.key,)).fetchone()
        return int(found[0])

    def _read(self, query: str, values: list[object]) -> list[KeptLetter]:
        with closing(self._open()) as file:
            return [_kept(row) for row in file.execute(query, values)]

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self._path, timeout=5)
        file.execute(_TABLE)
        columns = {row[1] for row in file.execute("PRAGMA table_info(letter)")}
        if "unsubscribe" not in columns:  # a file of an earlier version
            with suppress(sqlite3.OperationalError):  # another process was faster
                file.execute("ALTER TABLE letter ADD COLUMN unsubscribe TEXT")
        return file


def _kept(row: tuple[int, str, str, str, str, str | None, str | None, str | None, str]) -> KeptLetter:
    number, key, to, subject, paragraphs, label, address, unsubscribe, sent_at = row
    return KeptLetter(
        id=number,
        key=key,
        to=to,
        subject=subject,
        paragraphs=tuple(json.loads(paragraphs)),
        action=(label, address) if label is not None and address is not None else None,
        unsubscribe=unsubscribe,
        sent_at=datetime.fromisoformat(sent_at),
    )
