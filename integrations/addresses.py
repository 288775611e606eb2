"""Which addresses outside we may speak to when somebody else chose them (S32). Pure: nothing is looked up here."""

from __future__ import annotations

import ipaddress
import re

import httpx

Allowed = frozenset[tuple[str, int]]
"""Host and port pairs that the operator allows in spite of everything below."""

PORTS = frozenset({443, 8443})
_DEFAULT_PORTS = {"http": 80, "https": 443}

# Beside private and loopback ranges: shared address space, benchmarks, documentation, relays, multicast, reserved.
# 168.63.129.16 is public by number and answers inside one cloud only, with its machines' secrets.
_CLOSED_4 = tuple(
    ipaddress.IPv4Network(each)
    for each in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 "
        "198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    ).split()
)
# Of IPv6 only global unicast is open, less what carries an IPv4 address inside or leads nowhere. That leaves out
# ::ffff:0:0/96, ::/96, 64:ff9b::/96, fc00::/7 (fd00:ec2::254 among them), fe80::/10, fec0::/10 and ff00::/8.
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    ipaddress.IPv6Network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_NUMBER = re.compile(r"(0x[0-9a-f]*|\d+)", re.IGNORECASE)


class AddressRefused(httpx.ConnectError):
    """Nobody was asked: this address is none that we speak to. The text says why, for people."""


def is_open(address: str) -> bool:
    """Whether a numeric address is one of the public Internet. Anything that is no address is not."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _CLOSED_4)
    return found in _OPEN_6 and not any(found in network for network in _CLOSED_6)


def is_allowed(host: str, port: int, allowed: Allowed) -> bool:
    """Whether the operator named this very host and port."""
    return (host.lower().rstrip("."), port) in allowed


def port_of(url: httpx.URL) -> int:
    """The port a URL means, said or not."""
    return url.port or _DEFAULT_PORTS.get(url.scheme, 0)


def judge(url: httpx.URL, allowed: Allowed) -> None:
    """Refuse what can be refused before a name is looked up. Raises AddressRefused."""
    if url.userinfo:
        raise AddressRefused("An address with a name or password in it is not used.")
    host, port = url.raw_host.decode("ascii"), port_of(url)
    if is_allowed(host, port, allowed) and url.scheme in _DEFAULT_PORTS:
        return
    if url.scheme != "https":
        raise AddressRefused("Only https addresses are used.")
    if port not in PORTS:
        raise AddressRefused("Only the ports 443 and 8443 are used.")
    if is_disguised(host):
        raise AddressRefused("This is a number in disguise, not the name of a server.")
    if _is_number(host) and not is_open(host):
        raise AddressRefused("This address leads into a private network.")


def is_disguised(host: str) -> bool:
    """Whether a resolver would read a number where people read a name: 2130706433, 0x7f.1, 0177.0.0.1, 127.1."""
    if ":" in host or not _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return False
    return not _is_number(host)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
