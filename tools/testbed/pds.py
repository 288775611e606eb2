"""One running server: started on free loopback ports, stopped by its process id, gone with whoever started it."""

from __future__ import annotations

import os
import secrets
import select
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.setup import SetupError
from tools.testbed.install import is_installed, node

STARTER = Path(__file__).parent / "serve.mjs"
READY_WITHIN_S = 90
GONE_WITHIN_S = 15


@dataclass(frozen=True)
class RunningPds:
    """`address` is the server, `directory` where its names are kept; both are on 127.0.0.1."""

    address: str
    directory: str
    pid: int


@contextmanager
def running_pds(folder: Path, data: Path, *, rate_limits: bool = False) -> Iterator[RunningPds]:
    """A server with empty books in `data`, while inside. Raises SetupError if it does not start.

    With `rate_limits` it counts requests and refuses them as the public one does.
    """
    if not is_installed(folder):
        raise SetupError("the test bed is not built. Run: python -m tools.testbed install")
    port, directory_port = _free_ports()
    process = _start(folder, data, _environment(data, port, directory_port, rate_limits))
    try:
        _wait_until_ready(process, data)
        _refuse_other_interfaces(process.pid)
        yield RunningPds(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{directory_port}", process.pid)
    finally:
        _stop(process)


def listening(pid: int) -> set[tuple[str, int]]:
    """Host (hexadecimal, as the kernel shows it) and port of every socket this process listens on."""
    links = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]
    mine = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            field = line.split()
            if field[3] == "0A" and field[9] in mine:
                host, port = field[1].split(":")
                found.add((host, int(port, 16)))
    return found


LOOPBACK = "0100007F"


def _refuse_other_interfaces(pid: int) -> None:
    strangers = {host for host, _ in listening(pid)} - {LOOPBACK}
    if strangers:
        raise SetupError(f"the server listens beyond this machine: {strangers}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _environment(data: Path, port: int, directory_port: int, rate_limits: bool) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **keep,
        "PLC_PORT": str(directory_port),
        "PDS_PORT": str(port),
        "PDS_HOSTNAME": "localhost",
        "PDS_DEV_MODE": "true",
        "PDS_DATA_DIRECTORY": str(data),
        "PDS_BLOBSTORE_DISK_LOCATION": str(data / "blobs"),
        "PDS_BLOBSTORE_DISK_TMP_LOCATION": str(data / "blobs-coming"),
        "PDS_DID_PLC_URL": f"http://127.0.0.1:{directory_port}",
        "PDS_INVITE_REQUIRED": "false",
        "PDS_SERVICE_HANDLE_DOMAINS": ".test",
        "PDS_JWT_SECRET": secrets.token_hex(16),
        "PDS_DPOP_SECRET": secrets.token_hex(32),
        "PDS_ADMIN_PASSWORD": "testbed",
        "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX": secrets.token_hex(32),
        "PDS_RATE_LIMITS_ENABLED": "true" if rate_limits else "false",
        "LOG_ENABLED": "false",
    }


def _start(folder: Path, data: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    for name in ("blobs", "blobs-coming"):
        (data / name).mkdir(parents=True, exist_ok=True)
    with (data / "server.log").open("wb") as log:
        return subprocess.Popen(
            [node(folder), STARTER],
            cwd=folder / "atproto",
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path) -> None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    ready, _, _ = select.select([process.stdout], [], [], READY_WITHIN_S)
    said = process.stdout.readline() if ready else b""
    if said.strip() != b"ready":
        raise SetupError(f"the server did not start:\n{(data / 'server.log').read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(GONE_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
