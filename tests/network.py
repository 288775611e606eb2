"""Tests speak to this machine only. The guard sits below every library, in the interpreter's audit hook."""

import ipaddress
import socket
import sys


class OutsideNetwork(Exception):
    """A test tried to reach something that is not on this machine."""


def forbid_outside_network() -> None:
    """Refuse, for the rest of this process, connections and name look-ups beyond the loopback interface."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        connection, address = arguments
        if getattr(connection, "family", None) == socket.AF_UNIX:
            return
        host = address[0] if isinstance(address, tuple) else address
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        raise OutsideNetwork(f"{event} to {host!r}: tests reach only this machine")


def is_loopback(host: object) -> bool:
    """True for loopback addresses, `localhost`, and the absent host of a listening socket."""
    if isinstance(host, bytes):
        host = host.decode()
    if host is None or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False
