"""The sandbox as one running thing: state, clock, faults, courier, and the log of requests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from integrations.payments.sandbox import endpoints, expiry
from integrations.payments.sandbox.clock import SandboxClock
from integrations.payments.sandbox.courier import Courier
from integrations.payments.sandbox.faults import Faults
from integrations.payments.sandbox.file import StateFile
from integrations.payments.sandbox.refusals import Refusal
from integrations.payments.sandbox.settings import SandboxSettings
from integrations.payments.sandbox.state import Change, Row, State

T = TypeVar("T")

_KEPT_LINES = 100_000


class Sandbox:
    """Holds everything. `start` and `stop` belong to the event loop that serves it; both may be repeated."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.clock = SandboxClock(settings.now)
        self.state = State(StateFile(settings.state_path) if settings.state_path else None)
        self.faults = Faults(settings.seed)
        self.courier = Courier(self, settings.seed)
        self.log: deque[Row] = deque(maxlen=_KEPT_LINES)
        self.running_keys: set[str] = set()
        self.stopping = asyncio.Event()
        self._lock = asyncio.Lock()
        self._started = False
        remembered = self.state.rows("setting").get("clock")
        if remembered is not None:
            self.clock.restore(remembered)

    async def start(self) -> None:
        """Register the configured endpoint, take up what was left undelivered, begin to deliver."""
        if self._started:
            return
        self._started = True
        self.stopping.clear()
        self.courier.take_over()
        await self._configure()
        await self.courier.start()

    async def stop(self) -> None:
        """End slow answers and deliveries. Undelivered events stay in the state."""
        self.stopping.set()
        await self.courier.stop()
        self._started = False

    def close(self) -> None:
        """Let go of the state file. The sandbox cannot be used any more."""
        if self.state.file is not None:
            self.state.file.close()

    async def change(self, work: Callable[[Change], T], base: str = "") -> T:
        """Do something whole or not at all. A refusal that keeps effects is raised after they are saved."""
        async with self._lock:
            await self._tick()
            change = Change(self.state, self.clock.now(), self.settings.public_base or base)
            try:
                result = work(change)
            except Refusal as refusal:
                if refusal.keeps_effects:
                    await self._commit(change)
                raise
            await self._commit(change)
            return result

    async def tick(self) -> None:
        """Let happen what is due by the clock."""
        async with self._lock:
            await self._tick()

    async def move_clock(self, move: Callable[[SandboxClock], None]) -> None:
        """Change the clock, remember it, and let happen what is due then."""
        move(self.clock)
        await self.change(lambda change: change.put("setting", {"id": "clock", **self.clock.dump()}))
        await self.tick()

    async def reset(self) -> None:
        """Forget everything but the configured endpoint: objects, keys, faults, clock, log, deliveries."""
        async with self._lock:
            self.state.clear()
            self.clock = SandboxClock(self.settings.now)
            self.faults = Faults(self.settings.seed)
            self.courier.reset()
            self.log.clear()
        await self._configure()

    async def _tick(self) -> None:
        while due := self.state.due(self.clock.now()):
            change = Change(self.state, self.clock.now(), self.settings.public_base or "")
            for kind, object_id in due:
                expiry.expire(change, kind, object_id)
            await self._commit(change)

    async def _commit(self, change: Change) -> None:
        await self.state.commit(change)
        fresh = [row for (kind, _), row in change.written.items() if kind == "delivery" and row is not None]
        self.courier.accept([row for row in fresh if row["tries"] == 0])

    async def _configure(self) -> None:
        url, secret = self.settings.webhook_url, self.settings.webhook_secret
        if url is not None and secret is not None:
            await self.change(lambda change: endpoints.configure(change, url, secret))
