"""What the guarded client makes of answers: their length, their time, their redirects, their end (S32)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from campaigns.foundation.settings import Settings
from integrations.outbound import AddressRefused, AnswerTooLong, outbound_client


@asynccontextmanager
async def asking(
    *parts: bytes, pause: asyncio.Event | None = None
) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A client that reads 1,000 bytes within 2 s at most, and a server that sends the same parts to everybody.

    Before the last part the server waits for `pause`.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for number, part in enumerate(parts):
            if pause and number == len(parts) - 1:
                await pause.wait()
            writer.write(part)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = Settings(outbound_allow=place)
        async with outbound_client(settings, timeout_s=2 if not pause else 0.3, longest_bytes=1000) as client:
            yield client, f"http://{place}/"
    finally:
        if pause:
            pause.set()
        server.close()


HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


async def test_an_answer_is_read_up_to_its_limit_and_no_further() -> None:
    for length, fits in ((1000, True), (1001, False)):
        async with asking(HEAD + b"\r\n", b"x" * length) as (client, address):
            if fits:
                assert len((await client.get(address)).content) == length
            else:
                with pytest.raises(AnswerTooLong):
                    await client.get(address)


async def test_a_packed_answer_is_not_unpacked() -> None:
    async with asking(HEAD + b"Content-Encoding: gzip\r\n\r\n", b"\x1f\x8b") as (client, address):
        with pytest.raises(AnswerTooLong):
            await client.get(address)


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    location = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    async with asking(location) as (client, address):
        assert (await client.get(address)).status_code == 302


async def test_a_server_that_drips_is_left_when_the_whole_time_is_up() -> None:
    """Each byte comes in time, the whole answer does not."""
    async with asking(HEAD + b"\r\n", b"x", b"y", pause=asyncio.Event()) as (client, address):
        with pytest.raises(httpx.ReadTimeout):
            await client.get(address)


async def test_a_cut_answer_and_a_closed_port_keep_the_names_httpx_gives_them() -> None:
    async with asking(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"x") as (client, address):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(address)
    async with outbound_client(Settings(outbound_allow=address[7:-1])) as client:
        with pytest.raises(httpx.ConnectError) as said:
            await client.get(address)
    assert not isinstance(said.value, AddressRefused)
