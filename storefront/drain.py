"""Going down in good order: readiness says no, streams end, requests finish."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Drain:
    """Begun once, by a signal; whoever keeps a connection open waits for it."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def is_draining(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        self._begun.set()

    async def wait(self) -> None:
        """Returns when the server begins to go down."""
        await self._begun.wait()


@contextmanager
def drained_by_signal(drain: Drain) -> Iterator[None]:
    """Begin draining at SIGTERM or SIGINT, then let the server's own handler do its part."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread; elsewhere somebody else decides when to stop
        return
    loop = asyncio.get_running_loop()
    earlier = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(drain.begin)
        then = earlier[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number in earlier:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
