"""The machine a run was made on, and whether it was quiet."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

QUIET = 0.9
_FSYNCS = 50
_SPIN = """\
import time
wall = time.perf_counter(); cpu = time.process_time()
while time.perf_counter() - wall < 0.1: pass
print((time.process_time() - cpu) / (time.perf_counter() - wall))
"""
_PACKAGES = ("litestar", "uvicorn", "sqlalchemy", "sqlmodel", "asyncpg", "aiosqlite", "msgspec")


async def quietness() -> float:
    """CPU time / wall time of one spinning process per core: 1 on a machine with nothing else to do."""
    spinning = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _SPIN, stdout=asyncio.subprocess.PIPE)
        for _ in range(os.cpu_count() or 1)
    ]
    said = [await process.communicate() for process in spinning]
    return round(min(float(out) for out, _ in said), 3)


def fsync_ms(folder: Path) -> float:
    """What one small write to the disk takes, on average."""
    path = folder / "fsync-probe"
    with path.open("wb", buffering=0) as file:
        began = time.perf_counter()
        for _ in range(_FSYNCS):
            file.write(b"x" * 512)
            os.fsync(file.fileno())
        took = time.perf_counter() - began
    path.unlink()
    return round(took / _FSYNCS * 1000, 3)


def described(folder: Path, postgresql: str) -> dict[str, Any]:
    """Cores, memory, load and versions, without a name."""
    pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages * page_bytes / 2**30, 1),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "fsync_ms": fsync_ms(folder),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": postgresql,
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
    }
