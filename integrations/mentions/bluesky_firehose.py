"""The event stream of one AT Protocol server: everything since a cursor, then the end. It never waits for more."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any

import httpx
import structlog

from campaigns.listening.ports import Batch, Heard, Wanted
from campaigns.sharing.ports import FeedAccount, TryLater
from integrations.addresses import Allowed
from integrations.mentions.at_records import POST, REPOST, Written, heard_of, instant
from integrations.mentions.judged_socket import judged_socket

_log = structlog.get_logger("quorum.mentions")
# A batch ends after so many events, after so long a silence, or after so long altogether.
MOST_EVENTS = 2000
QUIET_S = 1.0
OPENING_S = 8.0
WHOLE_S = 20.0
# Names are asked for that long; whoever is left then keeps an id for a name.
NAMING_S = 8.0
_MOST_BYTES = 5 * 1024 * 1024
_COLLECTIONS = (POST, REPOST)

HandleOf = Callable[[FeedAccount, str], Awaitable[str]]


@cache
def _library() -> ModuleType:
    """Imported at the first use: it takes most of a second."""
    return importlib.import_module("atproto")


class FutureCursor(Exception):
    """The server was reset: our cursor lies ahead of everything it has."""


@dataclass
class _Read:
    """What one connection has brought so far."""

    seq: int
    events: int = 0
    written: list[Written | str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    moved: asyncio.Event = field(default_factory=asyncio.Event)


class Firehose:
    """Reads `com.atproto.sync.subscribeRepos` of the account's own server."""

    def __init__(
        self,
        allowed: Allowed,
        handle_of: HandleOf,
        *,
        quiet_s: float = QUIET_S,
        most: int = MOST_EVENTS,
        naming_s: float = NAMING_S,
    ) -> None:
        self._allowed, self._handle_of = allowed, handle_of
        self._quiet_s, self._most, self._naming_s = quiet_s, most, naming_s

    async def read(self, account: FeedAccount, wanted: Wanted, seq: int) -> Batch:
        """Events after `seq`; from the beginning where the server knows none so late. Raises TryLater."""
        try:
            read = await self._since(account, seq)
        except FutureCursor:
            _log.warning("firehose_reset", account=account.id)
            read = await self._since(account, 0)
        heard = [found for each in read.written if (found := self._heard(each, wanted, account))]
        named = await self._named(account, heard, dict(read.names))
        return Batch(named, str(read.seq), more=read.events >= self._most)

    @staticmethod
    def _heard(found: Written | str, wanted: Wanted, account: FeedAccount) -> Heard | None:
        if isinstance(found, Written):
            return heard_of(found, wanted, account)
        return Heard(found, "removed", "", "", "", "", datetime.now(UTC))

    async def _named(self, account: FeedAccount, heard: list[Heard], names: dict[str, str]) -> list[Heard]:
        """The stream tells a name once, when it is taken; the others are asked for."""
        clock = asyncio.get_running_loop().time
        until = clock() + self._naming_s
        for each in heard:
            if each.author_id and each.author_id not in names and clock() < until:
                names[each.author_id] = await self._handle_of(account, each.author_id)
        return [_with_name(each, names.get(each.author_id, "")) for each in heard]

    async def _since(self, account: FeedAccount, seq: int) -> _Read:
        read = _Read(seq)
        client = _client(account.address, read, self._allowed)
        running = asyncio.create_task(client.start(lambda frame: _take(frame, read, account)))
        ended = False
        try:
            await self._until_quiet(running, read)
            ended = running.done()
        finally:
            await client.stop()
            running.cancel()
            outcome = (await asyncio.gather(running, return_exceptions=True))[0]
        if ended:
            _judge_end(outcome, read)
        return read

    async def _until_quiet(self, running: asyncio.Task[None], read: _Read) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + WHOLE_S
        wait_s = OPENING_S
        while not running.done() and read.events < self._most and loop.time() < end:
            moved = asyncio.create_task(read.moved.wait())
            done, _ = await asyncio.wait(
                {running, moved}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED
            )
            moved.cancel()
            if not done:
                return
            read.moved.clear()
            wait_s = self._quiet_s


class _Told:
    """Opens a connection and says so: from then on, silence means that there is no more."""

    def __init__(self, opening: Any, read: _Read) -> None:
        self._opening, self._read = opening, read

    async def __aenter__(self) -> Any:
        connection = await self._opening.__aenter__()
        self._read.moved.set()
        return connection

    async def __aexit__(self, *fault: object) -> None:
        await self._opening.__aexit__(*fault)


def _client(address: str, read: _Read, allowed: Allowed) -> Any:
    """The library's client, which would connect anywhere and again for ever: ours does neither."""
    library = _library()

    class OneConnection(library.AsyncFirehoseSubscribeReposClient):  # type: ignore[misc,name-defined]
        async def _before_connect(self) -> None:
            self._judged = await judged_socket(address, allowed, timeout_s=OPENING_S)

        def _get_async_client(self) -> Any:
            from websockets.asyncio.client import connect

            host = httpx.URL(address).host
            tls: dict[str, Any] = {"server_hostname": host} if self._websocket_uri.startswith("wss:") else {}
            opening = connect(
                self._websocket_uri,
                sock=self._judged,
                proxy=None,
                max_size=_MOST_BYTES,
                close_timeout=0.1,
                open_timeout=OPENING_S,
                **tls,
            )
            return _Told(opening, read)

        def _handle_websocket_error_or_stop(self, exception: Exception) -> bool:
            raise exception

    base = address.rstrip("/").replace("http", "ws", 1) + "/xrpc"
    return OneConnection({"cursor": read.seq}, base_uri=base)


def _judge_end(outcome: BaseException | None, read: _Read) -> None:
    """A stream that was cut after some events is a short batch; one that brought nothing is tried again later."""
    if outcome is None:
        return
    if "FutureCursor" in f"{outcome!r} {outcome.args!r}":
        raise FutureCursor from outcome
    if not read.events:
        raise TryLater(f"{type(outcome).__name__}: {outcome}") from outcome


async def _take(frame: Any, read: _Read, account: FeedAccount) -> None:
    body = frame.body
    if frame.header.t == "#commit":
        try:
            read.written += _records(body)
        except (KeyError, TypeError, ValueError) as fault:
            # One commit that nobody can read must not stop us at its place for ever.
            _log.warning("commit_unread", account=account.id, seq=body.get("seq"), error=type(fault).__name__)
    elif frame.header.t == "#identity" and body.get("handle"):
        read.names[str(body.get("did"))] = str(body["handle"])
    if isinstance(body.get("seq"), int):
        read.seq = body["seq"]
        read.events += 1
    read.moved.set()


def _records(body: Mapping[str, Any]) -> list[Written | str]:
    """Posts and reposts of one commit, and the addresses of those it deletes."""
    ops = [op for op in body["ops"] if str(op["path"]).split("/")[0] in _COLLECTIONS]
    if not ops:
        return []
    told_at = instant(body.get("time"), datetime.now(UTC))
    library = _library()
    blocks = {
        cid.encode(): block for cid, block in library.CAR.from_bytes(bytes(body["blocks"])).blocks.items()
    }
    found: list[Written | str] = []
    for op in ops:
        uri = f"at://{body['repo']}/{op['path']}"
        if op["action"] == "delete":
            found.append(uri)
            continue
        cid = library.CID.decode(op["cid"]).encode()
        if isinstance(record := blocks.get(cid), Mapping):
            edit = op["action"] == "update"
            found.append(Written(uri, cid, str(body["repo"]), "", record, told_at, is_edit=edit))
    return found


def _with_name(heard: Heard, name: str) -> Heard:
    return replace(heard, author=name) if name else heard
