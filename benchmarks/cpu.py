"""CPU time of process trees, from /proc: user and system time, of children that have ended too."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PARENT, _UTIME, _CSTIME = 1, 11, 14  # counted from the field behind the name


def _fields(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(") ")[2].split()


def _every_pid() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())


def tree_s(roots: Iterable[int]) -> float:
    """Seconds of CPU used so far by these processes and everything below them."""
    stats = {pid: found for pid in _every_pid() if (found := _fields(pid)) is not None}
    below: dict[int, list[int]] = {}
    for pid, found in stats.items():
        below.setdefault(int(found[_PARENT]), []).append(pid)
    ticks, waiting, seen = 0, list(roots), set[int]()
    while waiting:
        pid = waiting.pop()
        if pid in seen or pid not in stats:
            continue
        seen.add(pid)
        ticks += sum(int(value) for value in stats[pid][_UTIME : _CSTIME + 1])
        waiting += below.get(pid, [])
    return ticks * _TICK_S


def parent_of(pid: int) -> int | None:
    """None where there is no such process on this machine."""
    found = _fields(pid)
    return int(found[_PARENT]) if found else None


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
