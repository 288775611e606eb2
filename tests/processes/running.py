"""Real processes of one installation: started, listened to, asked to stop, killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.ports.sandbox.running import API_KEY, WEBHOOK_SECRET

ROOT = Path(__file__).parents[2]
# A cold start on a busy machine with two cores, six of them at once.
_START_S = 60


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@dataclass
class Program:
    """One `quorum …`. `says` is what its output holds once it is ready, `within_s`; `lines` is all of it so far."""

    arguments: tuple[str, ...]
    says: str
    environment: Mapping[str, str]
    within_s: float = _START_S
    lines: list[str] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, or start it again; returns when it is ready."""
        self._ready = asyncio.Event()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "storefront.cli",
            *self.arguments,
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", **self.environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read(self.process))
        await asyncio.wait_for(self._ready.wait(), self.within_s)
        assert self.is_running, self.output

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def output(self) -> str:
        return "\n".join([f"quorum {' '.join(self.arguments)} said:", *self.lines])

    async def stop(self) -> int:
        """SIGTERM; its exit status."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> int:
        """SIGKILL; its exit status."""
        return await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        assert self._reading is not None
        if self.is_running:
            self.process.send_signal(number)
        status = await asyncio.wait_for(self.process.wait(), 30)
        await self._reading
        return status

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.lines.append(line.decode().rstrip())
            if self.says in self.lines[-1]:
                self._ready.set()
        self._ready.set()  # it ended; whoever waits sees that it does not run


async def ended(*arguments: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command to its end: its status and all it wrote."""
    program = Program(arguments, "nothing says this", environment)
    await _run(program)
    assert program.process is not None
    return await program.process.wait(), "\n".join(program.lines)


async def _run(program: Program) -> None:
    try:
        await program.start()
    except AssertionError:
        return


@dataclass
class Installation:
    """Several processes on one database and one payment stand-in."""

    environment: dict[str, str]
    webs: tuple[Program, Program]
    workers: tuple[Program, Program]
    sandbox: Program

    @property
    def programs(self) -> tuple[Program, ...]:
        return (self.sandbox, *self.webs, *self.workers)


@asynccontextmanager
async def installation(database_url: str, home: Path) -> AsyncIterator[Installation]:
    """Two webs, two workers and a sandbox, all running; every one of them is stopped at the end."""
    sandbox_port, web_ports = free_port(), (free_port(), free_port())
    environment = {
        "DATABASE_URL": database_url,
        "QUORUM_HOME": str(home),
        "QUORUM_SECRET": "a secret of forty characters for the tests",
        "QUORUM_INSTALLATION": "test",
        "QUORUM_PUBLIC_URL": f"http://127.0.0.1:{web_ports[0]}",
        "STRIPE_API_KEY": API_KEY,
        "QUORUM_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "QUORUM_STRIPE_API_BASE": f"http://127.0.0.1:{sandbox_port}",
    }
    webs = [Program(("web",), "web answers", {**environment, "PORT": str(port)}) for port in web_ports]
    workers = [Program(("worker",), "worker_started", environment) for _ in range(2)]
    sandbox = Program(("sandbox", "--port", str(sandbox_port)), "stand-in answers", environment)
    running = Installation(environment, (webs[0], webs[1]), (workers[0], workers[1]), sandbox)
    try:
        await asyncio.gather(*(program.start() for program in running.programs))
        yield running
    finally:
        await asyncio.gather(*(program.kill() for program in running.programs if program.process))
