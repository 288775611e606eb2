"""The programs that are measured: the product's own, as they are shipped, and the bare handler."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.driver import Lost, Wire, get

ROOT = Path(__file__).resolve().parent.parent
SECRET = "-".join(["installation", "of", "the", "benchmark"] * 2)  # nobody can reach it
_READY_TRIES, _EVERY_S, _STOP_S = 600, 0.1, 20


@dataclass(frozen=True)
class Program:
    """A running server; `pid` is the root of its process tree."""

    pid: int
    port: int


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _environment(**ours: str) -> dict[str, str]:
    """The machine's environment without anybody's settings of Quorum."""
    foreign = ("QUORUM_", "STRIPE_", "DATABASE_URL", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **ours}


@dataclass(frozen=True)
class _Started:
    """A process that may not answer yet."""

    process: asyncio.subprocess.Process
    port: int
    log: Path

    async def ready(self, path: str) -> Program:
        """Wait for its first answer. Raises RuntimeError if there will be none."""
        await _until_ready(self.process, self.port, path, self.log)
        return Program(self.process.pid, self.port)


@asynccontextmanager
async def _started(
    arguments: Sequence[str], port: int, folder: Path, environment: dict[str, str]
) -> AsyncIterator[_Started]:
    """A Python program in a session of its own, stopped at the end."""
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield _Started(process, port, log)
    finally:
        await _stop(process)


async def _until_ready(process: asyncio.subprocess.Process, port: int, path: str, log: Path) -> None:
    wire = Wire(port)
    try:
        for _ in range(_READY_TRIES):
            if process.returncode is not None:
                break
            try:
                await wire.ask(get(path))
                return
            except Lost:
                await asyncio.sleep(_EVERY_S)
    finally:
        await wire.close()
    raise RuntimeError(f"A program did not start: {await asyncio.to_thread(log.read_text)}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()


@asynccontextmanager
async def bare_handler(folder: Path) -> AsyncIterator[Program]:
    port = free_port()
    arguments = ["-m", "uvicorn", "--factory", "benchmarks.bare:app", "--port", str(port)]
    quiet = ["--no-access-log", "--log-level", "warning", "--no-server-header", "--ws", "none"]
    async with _started([*arguments, *quiet], port, folder, _environment()) as started:
        yield await started.ready("/")


@asynccontextmanager
async def webs(
    url: str, folder: Path, count: int = 1, *, paying: bool = False
) -> AsyncIterator[list[Program]]:
    """`quorum web`, so many processes on one database; for `paying` with the payment stand-in they all ask."""
    stand_in, ports = free_port(), [free_port() for _ in range(count)]
    common = {"DATABASE_URL": url, "QUORUM_HOME": str(folder), "QUORUM_SECRET": SECRET, "PORT": str(ports[0])}
    api_base = {"QUORUM_STRIPE_API_BASE": f"http://127.0.0.1:{stand_in}"}
    async with AsyncExitStack() as stack:
        waited = []
        if paying:
            command = ["-m", "storefront.cli", "sandbox", "--port", str(stand_in)]
            paid = _started(command, stand_in, folder, _environment(**common))
            waited.append((await stack.enter_async_context(paid), "/"))
        for port in ports:
            environment = _environment(**{**common, **api_base, "PORT": str(port)})
            web = _started(["-m", "storefront.cli", "web"], port, folder, environment)
            waited.append((await stack.enter_async_context(web), "/health/live"))
        yield [await started.ready(path) for started, path in waited][-count:]
