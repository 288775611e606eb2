"""Our own modules and schema with a guard taken out, to show that it is the guard that decides a race.

A module is copied from its source with an exact text replaced; nothing of the real one is touched. A text that
is not there exactly once fails the test: the guard has moved, and so must its proof.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import linecache
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from types import ModuleType
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from campaigns.foundation.store import Store, Unit

_numbers = itertools.count(1)


def without(module: ModuleType, *cuts: tuple[str, str], **using: object) -> Any:
    """A copy of `module` in which each guard is replaced by the text beside it, and the names in `using` mean
    what is given. Classes stay the real ones unless a cut is in them, so errors and tables can be compared."""
    source = real = inspect.getsource(module)
    for guard, instead in cuts:
        found = source.count(guard)
        assert found == 1, f"{module.__name__} has {guard!r} {found} times"
        source = source.replace(guard, instead)
    kept = {ast.dump(node) for node in ast.parse(real).body if isinstance(node, ast.ClassDef)}
    body = [
        node
        for node in ast.parse(source).body
        if not isinstance(node, ast.Import | ast.ImportFrom) and ast.dump(node) not in kept
    ]
    copy = ModuleType(f"{module.__name__}_without_{next(_numbers)}")
    vars(copy).update({name: value for name, value in vars(module).items() if not name.startswith("__")})
    vars(copy).update(using)
    name = f"{copy.__name__}.py"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)  # for tracebacks
    exec(compile(ast.Module(body, []), name, "exec"), vars(copy))  # noqa: S102 - our own source
    return copy


class Loose(Store):
    """A store whose transactions may be ended in the middle, as if somebody had written two instead of one."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        async with self._writer.connect() as connection:
            yield Unit(connection)
            await connection.commit()


def loose(store: Store) -> Loose:
    return Loose(store._writer, store._reader, store.url)


async def let_go(unit: Unit) -> None:
    """End the transaction of a loose store half-way: what was locked is free, what was read may be old."""
    await unit._connection.commit()


async def drop_constraint(store: Store, table: str, constraint: str) -> None:
    """Take a constraint out of this test's own database. On SQLite the table must still be empty."""
    if store.is_postgresql:
        async with store.begin() as unit:
            await unit.run(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{constraint}"'))
        return
    path = make_url(store.url).database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        _rebuild(connection, table, constraint)


def _rebuild(connection: sqlite3.Connection, table: str, constraint: str) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")
    assert connection.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,)  # noqa: S608 - our own name
    saved = "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
    parts = connection.execute(saved, (table,)).fetchall()
    (old,) = (sql for kind, sql in parts if kind == "table")
    new, found = re.subn(rf"\n\s*CONSTRAINT {constraint} [^\n]*", "", old)
    assert found == 1, f"{table} has no {constraint}"
    connection.execute(f'DROP TABLE "{table}"')
    connection.execute(re.sub(r",\s*\)\s*$", "\n)", new))
    for kind, sql in parts:
        if kind != "table":
            connection.execute(sql)
