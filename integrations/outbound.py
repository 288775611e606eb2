"""The one client for addresses that merchants give us: feeds, webhooks, places (S32).

https only, two ports, no redirects, no proxy, no cookies, a limit on time and on length. The name is looked up
once, every address it has is judged, and the connection goes to an address that was judged, under the name's own
certificate: a name that answers otherwise a moment later gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from campaigns.foundation.settings import Settings
from integrations.addresses import AddressRefused, Allowed, is_allowed, is_open, judge

__all__ = ["AddressRefused", "AnswerTooLong", "outbound_client"]

AGENT = "Quorum"
LONGEST_BYTES = 1_000_000
TIMEOUT_S = 10.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class AnswerTooLong(httpx.ReadError):
    """The answer is longer than we read, or packed so that its length cannot be known."""


@dataclass(frozen=True)
class Network:
    """How names are looked up and connections opened. Tests bring their own."""

    resolve: Resolve
    backend: httpcore.AsyncNetworkBackend


def outbound_client(
    settings: Settings,
    *,
    timeout_s: float = TIMEOUT_S,
    longest_bytes: int = LONGEST_BYTES,
    network: Network | None = None,
) -> httpx.AsyncClient:
    """A client that speaks to public https servers, and to what QUORUM_OUTBOUND_ALLOW names.

    `timeout_s` holds for each step and for the whole exchange. Raises AddressRefused (a ConnectError: nothing was
    sent), AnswerTooLong (a ReadError: it was sent), and what httpx raises. Close it.
    """
    allowed = settings.outbound_allowed
    network = network or Network(_look_up, httpcore.AnyIOBackend())
    return httpx.AsyncClient(
        transport=_GuardedTransport(allowed, network, timeout_s=timeout_s, longest_bytes=longest_bytes),
        timeout=timeout_s,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
    )


@cache
def _tls() -> ssl.SSLContext:
    """Reading the known authorities takes longer than everything else here, and once is enough."""
    return httpx.create_ssl_context()


async def _look_up(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class _JudgedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to judged addresses only. TLS names the host, since the pool above knows only that."""

    def __init__(self, allowed: Allowed, network: Network) -> None:
        self._allowed, self._network = allowed, network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the shape of httpcore's backend
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        fault: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in await self._judged(host, port, timeout):
            try:
                return await self._network.backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                fault = refused
        raise fault or httpcore.ConnectError("the name has no address")

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("Only servers are spoken to.")

    async def sleep(self, seconds: float) -> None:
        await self._network.backend.sleep(seconds)

    async def _judged(self, host: str, port: int, timeout_s: float | None) -> Sequence[str]:
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await self._network.resolve(host, port)
        except TimeoutError as late:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from late
        except (OSError, UnicodeError) as fault:
            raise httpcore.ConnectError("there is no such name") from fault
        # One closed address among open ones is somebody's trick, so it spoils all.
        if not is_allowed(host, port, self._allowed) and not all(is_open(each) for each in addresses):
            raise AddressRefused("This address leads into a private network.")
        return addresses


class _GuardedTransport(httpx.AsyncBaseTransport):
    """Judges each request, keeps the time, and counts the answer."""

    def __init__(self, allowed: Allowed, network: Network, *, timeout_s: float, longest_bytes: int) -> None:
        self._allowed, self._timeout_s, self._longest = allowed, timeout_s, longest_bytes
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_tls(),
            max_connections=20,
            max_keepalive_connections=5,
            keepalive_expiry=5,
            network_backend=_JudgedBackend(allowed, network),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        judge(request.url, self._allowed)
        until = asyncio.get_running_loop().time() + self._timeout_s
        with _as_httpx(request):
            async with asyncio.timeout_at(until):
                answer = await self._pool.handle_async_request(_asked(request))
        stream = _CountedStream(answer, request, until=until, longest_bytes=self._longest)
        headers = httpx.Headers(answer.headers)
        if headers.get("Content-Encoding", "identity") != "identity":
            await stream.aclose()
            raise AnswerTooLong("the answer is packed although we asked for it plain", request=request)
        return httpx.Response(answer.status, headers=headers, stream=stream, extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _CountedStream(httpx.AsyncByteStream):
    def __init__(
        self, answer: httpcore.Response, request: httpx.Request, *, until: float, longest_bytes: int
    ) -> None:
        self._answer, self._request = answer, request
        self._until, self._longest = until, longest_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        parts = self._answer.aiter_stream()
        while part := await self._next(parts):
            read += len(part)
            if read > self._longest:
                raise AnswerTooLong(f"the answer is longer than {self._longest} bytes", request=self._request)
            yield part

    async def _next(self, parts: AsyncIterator[bytes]) -> bytes:
        with _as_httpx(self._request):
            async with asyncio.timeout_at(self._until):
                return await anext(parts, b"")

    async def aclose(self) -> None:
        await self._answer.aclose()


def _asked(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextmanager
def _as_httpx(request: httpx.Request) -> Iterator[None]:
    """What went wrong below, in the words of httpx: its exceptions have the same names."""
    try:
        yield
    except TimeoutError as late:
        raise httpx.ReadTimeout("the whole exchange took too long", request=request) from late
    except httpx.TransportError as known:
        known.request = request
        raise
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as fault:
        named = getattr(httpx, type(fault).__name__, httpx.TransportError)
        raise named(str(fault), request=request) from fault
