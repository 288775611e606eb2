"""One run: open the ground, measure path after path, report, and end whatever was started."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.machine import described
from benchmarks.p3 import p3
from benchmarks.pages import p1_and_p2
from benchmarks.postgres import Server, postgres
from benchmarks.redemptions import p5
from benchmarks.report import report
from benchmarks.rounds import TINY, Ground, Size
from benchmarks.targets import TARGETS, Measured, exit_status

_RESULTS = Path(__file__).resolve().parent
_STOPPED = 130

Part = Callable[[Ground], Awaitable[None]]
# In the order they run, with the targets each of them measures.
PARTS: tuple[tuple[Part, tuple[str, ...]], ...] = (
    (p1_and_p2, ("P1a", "P1b", "P2a", "P2b")),
    (p3, ("P3a", "P3b", "P3c", "P3d", "P3e", "P3f", "P3g")),
    (p5, ("P5a", "P5b")),
)


def main(arguments: list[str]) -> int:
    """0 when every target measured is met, 1 when one is missed, 2 for a wrong call, 130 when stopped."""
    asked = _asked(arguments)
    wanted = [name for name in TARGETS if name.lower().startswith(asked.only.lower())]
    if not wanted:
        say(f"ONLY={asked.only} names nothing. There are: {', '.join(TARGETS)}")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="quorum-bench-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as another user, who must get in
    try:
        with postgres(folder) as server:
            size = TINY if asked.tiny else Size()
            measured = asyncio.run(_measure(folder, server, size, wanted))
            report(measured, described(folder, server.version), asked.into)
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped. Nothing was kept, and nothing is left running.")
        return _STOPPED
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return exit_status(measured)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the hot paths.")
    parser.add_argument("--only", default=os.environ.get("ONLY", ""), help="a path such as P3, or one target")
    parser.add_argument(
        "--tiny", action="store_true", help="the smallest run there is; its ratios mean nothing"
    )
    parser.add_argument(
        "--into", type=Path, default=_RESULTS, help="the folder of results.json and results.md"
    )
    return parser.parse_args(arguments)


async def _measure(folder: Path, server: Server, size: Size, wanted: list[str]) -> list[Measured]:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    ground = Ground(folder, server, size, say, frozenset(wanted), _tell)
    for part, names in PARTS:
        if set(names) & set(wanted):
            say(", ".join(name for name in names if name in wanted))
            await part(ground)
    return ground.made


def _tell(one: Measured) -> None:
    print(json.dumps(one.line()), flush=True)
    for fault in one.faults[:5]:
        say(f"  {one.bench}: {fault}")


def say(words: str) -> None:
    """To people; programs read standard output."""
    with suppress(BrokenPipeError):
        print(words, file=sys.stderr, flush=True)
