"""Whoever calls an address that a user gave uses the guarded client and no other (S32)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.tracked import ROOT

GUARDED = ("feeds", "mentions", "places")
# Opens the sockets of streams, and judges their addresses itself.
GUARD = ROOT / "integrations" / "mentions" / "judged_socket.py"
OPENERS = frozenset(
    "AsyncClient Client AsyncHTTPTransport HTTPTransport get post put patch delete head options request stream".split()
)
FOREIGN = frozenset("httpcore requests aiohttp urllib3 urllib.request http.client socket ssl".split())


def offences(source: str) -> Iterator[str]:
    """What in this source opens a connection by itself."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="httpx"), attr=name)) if name in OPENERS:
                yield f"httpx.{name}"
            case ast.Call(func=ast.Name(id="AsyncClient" | "open_connection" as name)):
                yield name
            case ast.Call(func=ast.Attribute(attr="open_connection" | "create_connection" as name)):
                yield name
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in FOREIGN)
            case ast.ImportFrom(module=str(module)) if module in FOREIGN:
                yield module


@pytest.mark.parametrize("folder", GUARDED)
def test_adapters_open_no_connection_by_themselves(folder: str) -> None:
    found = {
        str(path.relative_to(ROOT)): list(offences(path.read_text(encoding="utf-8")))
        for path in Path(ROOT / "integrations" / folder).rglob("*.py")
        if path != GUARD
    }
    assert {name: each for name, each in found.items() if each} == {}


def test_the_one_exception_judges_every_address_it_connects_to() -> None:
    source = GUARD.read_text(encoding="utf-8")
    assert source.index("judge(url, allowed)") < source.index("is_open(") < source.index("sock_connect(")


@pytest.mark.parametrize(
    "source",
    [
        "import httpx\nhttpx.AsyncClient()",
        "import httpx\nhttpx.get('https://a')",
        "from httpx import AsyncClient\nAsyncClient()",
        "import socket",
        "import urllib.request",
        "from http.client import HTTPConnection",
        "import asyncio\nasyncio.open_connection('a', 1)",
    ],
)
def test_an_adapter_that_does_is_found(source: str) -> None:
    assert list(offences(source))
