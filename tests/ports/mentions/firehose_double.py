"""An AT Protocol server's event stream, in process: replays what follows a cursor, then stays silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import libipld
from websockets.asyncio.server import ServerConnection, serve

TIME = "2026-11-24T12:00:00.000Z"
_CID_PREFIX = bytes([1, 0x71, 0x12, 0x20])


@dataclass
class Stream:
    """`cut_after` ends each connection after so many events, without a word. `broken` events cannot be read."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    cut_after: int | None = None
    address: str = ""
    connections: int = 0

    def add(self, kind: str, **body: Any) -> int:
        self.events.append((kind, {"seq": len(self.events) + 1, "time": TIME, **body}))
        return len(self.events)

    def commit(self, did: str, path: str, record: dict[str, Any] | None, *, action: str = "create") -> None:
        """One record written, changed, or (None) deleted."""
        op: dict[str, Any] = {"action": "delete" if record is None else action, "path": path}
        self.add("#commit", repo=did, record=record, op=op)

    async def __call__(self, connection: ServerConnection) -> None:
        self.connections += 1
        asked = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        cursor = int(asked.get("cursor", ["0"])[0])
        if cursor > len(self.events):
            await connection.send(_error("FutureCursor"))
            return
        for sent, (kind, body) in enumerate(self.events[cursor:]):
            if sent == self.cut_after:
                connection.transport.abort()
                return
            await connection.send(_frame(kind, body))
        await connection.wait_closed()


@asynccontextmanager
async def a_stream() -> AsyncIterator[Stream]:
    stream = Stream()
    async with serve(stream, "127.0.0.1", 0) as server:
        stream.address = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield stream
        server.close(close_connections=True)


def cid_of(record: dict[str, Any]) -> bytes:
    return _CID_PREFIX + sha256(libipld.encode_dag_cbor(record)).digest()


def _error(word: str) -> bytes:
    return bytes(libipld.encode_dag_cbor({"op": -1}) + libipld.encode_dag_cbor({"error": word}))


def _frame(kind: str, body: dict[str, Any]) -> bytes:
    header = libipld.encode_dag_cbor({"op": 1, "t": kind})
    if kind != "#commit":
        return bytes(header + libipld.encode_dag_cbor(body))
    record, op = body["record"], body["op"]
    plain = {name: value for name, value in body.items() if name not in ("record", "op")}
    parts = {name: libipld.encode_dag_cbor(value) for name, value in plain.items()}
    parts |= {"blocks": libipld.encode_dag_cbor(_car(record)), "ops": b"\x81" + _op(op, record)}
    return bytes(header + _map(parts))


def _op(op: dict[str, Any], record: dict[str, Any] | None) -> bytes:
    parts = {name: libipld.encode_dag_cbor(value) for name, value in op.items()}
    return _map(parts | {"cid": b"\xf6" if record is None else _link(cid_of(record))})


def _map(parts: dict[str, bytes]) -> bytes:
    """Short names first: the decoder refuses any other order."""
    pairs = [_pair(name, parts[name]) for name in sorted(parts, key=lambda name: (len(name), name))]
    return bytes([0xA0 + len(parts)]) + b"".join(pairs)


def _pair(name: str, value: bytes) -> bytes:
    return bytes(libipld.encode_dag_cbor(name)) + value


def _link(cid: bytes) -> bytes:
    return b"\xd8\x2a\x58\x25\x00" + cid


def _car(record: dict[str, Any] | None) -> bytes:
    """A file of one block, which is its own root."""
    block = libipld.encode_dag_cbor(record or {})
    cid = cid_of(record or {})
    header = b"\xa2" + _pair("roots", b"\x81" + _link(cid)) + _pair("version", b"\x01")
    return _varint(len(header)) + header + _varint(len(cid) + len(block)) + cid + block


def _varint(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = number >> 7, number & 127
        out.append(low | (128 if number else 0))
        if not number:
            return bytes(out)
