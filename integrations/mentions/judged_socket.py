"""A socket for a stream from an address that a merchant gave us, opened only to a judged address (S32)."""

from __future__ import annotations

import asyncio
import socket

import httpx

from integrations.addresses import AddressRefused, Allowed, is_allowed, is_open, judge, port_of


async def judged_socket(address: str, allowed: Allowed, *, timeout_s: float) -> socket.socket:
    """Connected to one address of the server at `address`. Raises AddressRefused, OSError, TimeoutError."""
    url = httpx.URL(address)
    judge(url, allowed)
    host, port = url.raw_host.decode("ascii"), port_of(url)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # One closed address among open ones is somebody's trick, so it spoils all.
        if not is_allowed(host, port, allowed) and not all(is_open(str(each[4][0])) for each in found):
            raise AddressRefused("This address leads into a private network.")
        fault: OSError | None = None
        for family, kind, protocol, _, where in found:
            opened = socket.socket(family, kind, protocol)
            opened.setblocking(False)
            try:
                await loop.sock_connect(opened, where)
            except BaseException as refused:
                opened.close()
                if not isinstance(refused, OSError):
                    raise
                fault = refused
            else:
                return opened
    raise fault or OSError("the name has no address")
