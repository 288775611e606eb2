"""Switches in front of any server: what it does before, after and instead of answering."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["instead", "committed", "silent", "cut", "slow"]


@dataclass
class Fault:
    """What happens to the next `times` requests whose `METHOD path` matches.

    `instead`: the server never hears of it and `status` is answered. `committed`: it does its work, then `status` is
    answered. `silent`: it does its work and says nothing. `cut`: half of its answer arrives. `slow`: late, but whole.
    """

    kind: Kind
    match: str = ""
    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1


class Faults:
    """An ASGI application around another one. `asked` is what arrived, `METHOD path`, faults or not."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.asked: list[str] = []
        self.waiting: list[Fault] = []
        self._end = asyncio.Event()

    def next(self, kind: Kind, match: str = "", **more: Any) -> None:
        """Put a fault in force."""
        self.waiting.append(Fault(kind, match, **more))

    def release(self) -> None:
        """End the silences, so that the server can stop."""
        self._end.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        line = f"{scope['method']} {scope['path']}"
        self.asked.append(line)
        fault = self._take(line)
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "instead":
            await _read(receive)
            await _answer(send, fault.status, fault.body, fault.headers)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Any, receive: Any, send: Any) -> None:
        said: list[dict[str, Any]] = []

        async def keep(message: dict[str, Any]) -> None:
            said.append(message)

        await self.app(scope, receive, keep)
        if fault.kind == "silent":
            await self._end.wait()
        elif fault.kind == "committed":
            await _answer(send, fault.status, fault.body, fault.headers)
        elif fault.kind == "slow":
            await asyncio.sleep(0.05)
            for message in said:
                await send(message)
        else:
            await _send_half(send, said)

    def _take(self, line: str) -> Fault | None:
        for fault in self.waiting:
            if re.search(fault.match, line):
                fault.times -= 1
                if fault.times == 0:
                    self.waiting.remove(fault)
                return fault
        return None


async def _send_half(send: Any, said: list[dict[str, Any]]) -> None:
    body = b"".join(message.get("body", b"") for message in said)
    await send({**said[0], "headers": [*_without_length(said[0]), (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


def _without_length(start: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]


async def _read(receive: Any) -> None:
    while (await receive()).get("more_body"):
        pass


async def _answer(send: Any, status: int, body: Any, headers: Mapping[str, str]) -> None:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    sent = {"content-type": "application/json", **headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
