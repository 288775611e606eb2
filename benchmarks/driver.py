"""Our own HTTP/1.1 client: few bytes, few instructions, every answer read."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

MOST_CONNECTIONS = 32
# Joins are limited per network, so buyers come from many, as buyers do: a /24 of the loopback block each.
_ASKS_PER_NETWORK = 150


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def code(self) -> str:
        """The stable code of a refusal, or nothing."""
        found = re.search(rb'"code": ?"([a-z_]+)"', self.body) if self.status >= 400 else None
        return found.group(1).decode() if found else ""


class Lost(Exception):
    """The server hung up without a whole answer."""


class Networks:
    """Source addresses of this machine, each in a network of its own; 65,000 of them."""

    def __init__(self) -> None:
        self._next = itertools.count(256)

    def take(self) -> str:
        number = next(self._next)
        return f"127.{number // 256 % 256}.{number % 256}.1"


class Wire:
    """One connection to a port of 127.0.0.1. With `networks` it moves to a new one before a limit is reached."""

    def __init__(self, port: int, networks: Networks | None = None) -> None:
        self.port, self._networks, self._asked = port, networks, 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> Answer:
        """Raises Lost."""
        if self._networks is not None and self._asked == _ASKS_PER_NETWORK:
            await self.close()
        try:
            if self._writer is None or self._reader is None:
                self._reader, self._writer = await self._open()
            self._asked += 1
            self._writer.write(request)
            return await _answer(self._reader)
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError) as fault:
            await self.close()
            raise Lost(type(fault).__name__) from fault

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._asked = 0
        source = (self._networks.take(), 0) if self._networks else None
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=source)

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def _answer(reader: asyncio.StreamReader) -> Answer:
    async with asyncio.timeout(60):
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        lengths = [line[15:] for line in lines if line.startswith(b"content-length:")]
        body = await reader.readexactly(int(lengths[0])) if lengths else await _chunked(reader)
        return Answer(int(lines[0].split(b" ")[1]), body)


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while length := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(length))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\n\r\n".encode()


def post(path: str, body: bytes, **headers: str) -> bytes:
    """A JSON request; underscores in header names become hyphens."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{more}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Drive:
    """What came of many requests. `unexpected` counts answers that should not have been given."""

    finished: int = 0
    seconds: float = 0.0
    unexpected: Counter[str] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return self.finished / self.seconds if self.seconds else 0.0

    def faults(self, what: str) -> list[str]:
        return [f"{what}: {count} x {why}" for why, count in self.unexpected.items()]


@dataclass(frozen=True)
class Load:
    """How requests are sent: over so many connections, in turn to the ports, for so long or until there are none."""

    ports: Sequence[int]
    connections: int = MOST_CONNECTIONS
    seconds: float | None = None
    expected: Collection[int] = (200,)
    networks: Networks | None = None


async def drive(load: Load, requests: Iterator[bytes]) -> Drive:
    """Send requests and read their answers; those in flight at the end are waited for and counted."""
    made, began = Drive(), time.perf_counter()
    until = began + load.seconds if load.seconds is not None else float("inf")
    wires = [Wire(load.ports[i % len(load.ports)], load.networks) for i in range(load.connections)]
    try:
        async with asyncio.TaskGroup() as group:
            for wire in wires:
                group.create_task(_send(wire, requests, load.expected, made, until=until))
    finally:
        for wire in wires:
            await wire.close()
    made.seconds = time.perf_counter() - began
    return made


async def _send(
    wire: Wire, requests: Iterator[bytes], expected: Collection[int], made: Drive, *, until: float
) -> None:
    while time.perf_counter() < until:
        request = next(requests, None)
        if request is None:
            return
        try:
            answer = await wire.ask(request)
        except Lost as lost:
            made.unexpected[f"connection lost ({lost})"] += 1
            continue
        if answer.status in expected:
            made.finished += 1
        else:
            made.unexpected[f"status {answer.status} {answer.code}"] += 1
