"""The guard in front of addresses that merchants choose (S32): every trick we know of, and what must still work."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.foundation.settings import Settings, SettingsUnfit
from integrations.addresses import is_disguised, is_open
from integrations.outbound import (
    AddressRefused,
    Network,
    outbound_client,
)

PUBLIC = "93.184.215.14"
CLOSED = """
127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.0.1
100.64.0.1 100.100.100.200 100.127.255.255 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16 192.88.99.1
:: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:93.184.215.14 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::a00:1
2002:7f00:1:: 2001::7f00:1 2001:db8::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 100::1 3fff::1
""".split()
OPEN = "93.184.215.14 1.1.1.1 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 2606:4700::1111 2a00:1450:4001::1".split()


class Opened(Exception):
    """A connection would have been opened now."""


class Recorder(httpcore.AsyncNetworkBackend):
    """Opens nothing; keeps where it was asked to."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the shape of httpcore's backend
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.opened.append((host, port))
        raise Opened


class Names:
    """A resolver whose answers change from one question to the next."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def opened_by(url: str, *answers: Sequence[str], allow: str = "") -> list[tuple[str, int]]:
    """Where a request to `url` would connect to, if it got that far."""
    recorder = Recorder()
    settings = Settings(outbound_allow=allow)
    async with outbound_client(settings, network=Network(Names(*answers), recorder)) as client:
        with pytest.raises(Opened):
            await client.get(url)
    return recorder.opened


async def refusal(url: str, *answers: Sequence[str], allow: str = "") -> str:
    """Why a request to `url` is refused; nothing may have been opened."""
    recorder = Recorder()
    settings = Settings(outbound_allow=allow)
    async with outbound_client(settings, network=Network(Names(*answers), recorder)) as client:
        with pytest.raises(AddressRefused) as said:
            await client.get(url)
    assert recorder.opened == []
    return str(said.value)


@pytest.mark.parametrize("address", CLOSED)
async def test_a_name_that_leads_into_a_private_network_is_refused(address: str) -> None:
    """S32."""
    assert not is_open(address)
    assert "private" in await refusal("https://feeds.example/x", [address])


@pytest.mark.parametrize("address", CLOSED)
async def test_one_closed_address_among_open_ones_spoils_all(address: str) -> None:
    assert "private" in await refusal("https://feeds.example/x", [PUBLIC, address])


@pytest.mark.parametrize("address", OPEN)
async def test_a_public_address_is_connected_to(address: str) -> None:
    assert await opened_by("https://feeds.example/x", [address]) == [(address, 443)]


@settings(deadline=None)
@given(st.ip_addresses())
def test_whatever_the_standard_library_calls_not_global_is_closed(address: ipaddress.IPv4Address) -> None:
    """A second opinion over the whole space: ours may be stricter, never laxer."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not is_open(str(address))


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_no_ipv4_address_becomes_open_by_being_written_as_ipv6(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    disguises = [0xFFFF << 32, 0, 0x64FF9B << 96, 0x64FF9B0001 << 80]
    assert not any(is_open(str(ipaddress.IPv6Address(prefix | number))) for prefix in disguises)
    assert not is_open(str(ipaddress.IPv6Address(0x2002 << 112 | number << 80)))


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "0x",
        "1.2.3.4.5",
    ],
)
async def test_a_number_in_disguise_is_refused_before_anybody_resolves_it(host: str) -> None:
    names = Names([PUBLIC])
    assert is_disguised(host)
    async with outbound_client(Settings(), network=Network(names, Recorder())) as client:
        with pytest.raises(AddressRefused, match="disguise"):
            await client.get(f"https://{host}/")
    assert names.asked == 0


@pytest.mark.parametrize("host", ["0177.0.0.1", "010.0.0.1", "256.1.1.1"])
async def test_a_dotted_number_with_octal_parts_is_no_address_at_all(host: str) -> None:
    assert is_disguised(host)
    async with outbound_client(Settings(), network=Network(Names([PUBLIC]), Recorder())) as client:
        with pytest.raises(httpx.InvalidURL):
            await client.get(f"https://{host}/")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://feeds.example/", "https"),
        ("ftp://feeds.example/", "https"),
        ("https://feeds.example:22/", "ports"),
        ("https://feeds.example:6379/", "ports"),
        ("https://user:secret@feeds.example/", "password"),
        ("https://feeds.example@169.254.169.254/", "password"),
    ],
)
async def test_only_https_on_two_ports_without_a_password_is_used(url: str, why: str) -> None:
    assert why in await refusal(url, [PUBLIC])


@pytest.mark.parametrize("host", ["169.254.169.254", "[::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]"])
async def test_a_private_address_written_out_is_refused(host: str) -> None:
    literal = host.strip("[]")
    assert "private" in await refusal(f"https://{host}/latest/meta-data", [literal])


async def test_a_name_that_resolves_otherwise_a_moment_later_gains_nothing() -> None:
    """DNS rebinding: the connection goes to the address that was judged, and the name is asked once."""
    assert await opened_by("https://feeds.example/", [PUBLIC], ["127.0.0.1"]) == [(PUBLIC, 443)]
    assert "private" in await refusal("https://feeds.example/", ["127.0.0.1"], [PUBLIC])


async def test_what_the_operator_allows_is_allowed_by_host_and_port_together() -> None:
    allow = "127.0.0.1:2583, feeds.internal:8080"
    assert await opened_by("http://127.0.0.1:2583/x", ["127.0.0.1"], allow=allow) == [("127.0.0.1", 2583)]
    assert await opened_by("http://FEEDS.internal.:8080/", ["10.0.0.7"], allow=allow) == [("10.0.0.7", 8080)]
    assert "https" in await refusal("http://127.0.0.1:2584/", ["127.0.0.1"], allow=allow)
    assert "private" in await refusal("https://feeds.internal/", ["10.0.0.7"], allow=allow)
    assert "https" in await refusal("http://2130706433:2583/", ["127.0.0.1"], allow=allow)


@pytest.mark.parametrize(
    "entry", ["localhost", "127.0.0.1:", "127.0.0.1:x", "http://a:1", "a:1/path", "u@a:1"]
)
def test_an_entry_that_is_no_host_and_port_stops_the_start(entry: str) -> None:
    with pytest.raises(SettingsUnfit, match="QUORUM_OUTBOUND_ALLOW"):
        Settings(outbound_allow=entry).check()


def test_private_addresses_are_not_opened_beside_real_money() -> None:
    """S32, S43."""
    key: dict[str, Any] = {"stripe_api_key": "rk_live_1", "stripe_webhook_secret": "whsec_1"}
    Settings(**key).check()
    with pytest.raises(SettingsUnfit, match="QUORUM_OUTBOUND_ALLOW"):
        Settings(**key, outbound_allow="127.0.0.1:2583").check()


class FirstBytes(Exception):
    """Carries what a connection was told to send first."""


class Listening(httpcore.AsyncNetworkStream):
    """A connection that only notes for which name TLS is begun."""

    def __init__(self, seen: list[str | None]) -> None:
        self.seen = seen

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the shape of httpcore's stream
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.check_hostname
        assert ssl_context.verify_mode == ssl.CERT_REQUIRED
        self.seen.append(server_hostname)
        raise FirstBytes

    async def aclose(self) -> None:
        """Nothing is open."""


class OneStream(Recorder):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str | None] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.opened.append((host, port))
        return Listening(self.names)


async def test_tls_asks_for_the_name_and_not_for_the_number_it_connects_to() -> None:
    backend = OneStream()
    async with outbound_client(Settings(), network=Network(Names([PUBLIC]), backend)) as client:
        with pytest.raises(FirstBytes):
            await client.get("https://feeds.example/")
    assert (backend.opened, backend.names) == ([(PUBLIC, 443)], ["feeds.example"])
