"""No test reaches beyond this machine, whichever library it uses."""

import socket

import httpx
import pytest

from tests.network import OutsideNetwork, is_loopback


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as mine, pytest.raises(OutsideNetwork):
        mine.connect(("192.0.2.1", 80))


async def test_a_name_of_another_machine_is_not_looked_up() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(OutsideNetwork):
            await client.get("http://shop.example/")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", None, b"127.0.0.1"])
def test_this_machine_is_reachable(host: object) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "::", "shop.example", "localhost.example"])
def test_other_machines_are_not(host: object) -> None:
    assert not is_loopback(host)
