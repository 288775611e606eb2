"""The background task that carries webhooks. The API never waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from typing import TYPE_CHECKING, Any

import httpx

from integrations.payments.sandbox.delivery import (
    GIVEN_UP_AFTER_SECONDS,
    Message,
    Policy,
    message,
    retry_after_seconds,
)
from integrations.payments.sandbox.state import Change, Row

if TYPE_CHECKING:
    from integrations.payments.sandbox.engine import Sandbox

_LOOK_SECONDS = 1.0
_KEPT_LINES = 10_000


class Courier:
    """Delivers at least once: what was not answered with 2xx is tried again, also after a restart."""

    def __init__(self, sandbox: Sandbox, seed: int) -> None:
        self._sandbox = sandbox
        self._dice = random.Random(seed)  # noqa: S311 a run must be repeatable
        self.policy = Policy()
        self.waiting: dict[str, float] = {}
        self.held: dict[str, None] = {}
        self.lines: deque[Row] = deque(maxlen=_KEPT_LINES)
        self._wake = asyncio.Event()
        self._sending = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def take_over(self) -> None:
        """Take up the deliveries an earlier process left behind."""
        for delivery_id in self._sandbox.state.rows("delivery"):
            if delivery_id not in self.held:
                self.waiting[delivery_id] = 0.0

    def accept(self, deliveries: list[Row]) -> None:
        """Plan new deliveries by the policy in force; called after their events are committed."""
        for row in deliveries:
            if self.policy.hold:
                self.held[row["id"]] = None
            else:
                self.waiting[row["id"]] = _now() + self.policy.delay_seconds
        self._wake.set()

    def reset(self) -> None:
        """Forget policy, queue and log."""
        self.policy = Policy()
        self.waiting.clear()
        self.held.clear()
        self.lines.clear()

    async def start(self) -> None:
        """Begin to deliver."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="sandbox courier")

    async def stop(self) -> None:
        """Stop; what is under way is given up and will be delivered after the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def flush(self) -> dict[str, int]:
        """Try everything that waits or is held once, now; how many were `sent`, `lost` and `refused`."""
        ids = {*self.held, *self.waiting}
        order = [row_id for row_id in self._sandbox.state.rows("delivery") if row_id in ids]
        self.held.clear()
        self.waiting.clear()
        counts = {"sent": 0, "lost": 0, "refused": 0}
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            for delivery_id in self.policy.arranged(order, self._dice):
                outcome = await self._deliver(client, delivery_id)
                counts[outcome] = counts.get(outcome, 0) + 1
        async with self._sending:
            # What the background task had in hand has arrived too when this returns.
            return counts

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while True:
                self._wake.clear()
                await self._sandbox.tick()
                await self._deliver_due(client)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._pause())

    def _pause(self) -> float:
        soonest = min(self.waiting.values(), default=_now() + _LOOK_SECONDS)
        return max(0.0, min(soonest - _now(), _LOOK_SECONDS))

    async def _deliver_due(self, client: httpx.AsyncClient) -> None:
        now = _now()
        due = [delivery_id for delivery_id, at in self.waiting.items() if at <= now]
        for delivery_id in self.policy.arranged(due, self._dice):
            if self.waiting.pop(delivery_id, None) is not None:
                await self._deliver(client, delivery_id)

    async def _deliver(self, client: httpx.AsyncClient, delivery_id: str) -> str:
        async with self._sending:
            rows = self._sandbox.state
            delivery = rows.rows("delivery").get(delivery_id)
            if delivery is None:
                return "gone"
            event = rows.rows("event")[delivery["event"]]
            endpoint = rows.rows("webhook_endpoint")[delivery["endpoint"]]
            if self.policy.drops(event["type"], self._dice):
                await self._close(delivery, event, "lost", None)
                return "lost"
            forged = self._dice.random() < self.policy.wrong_signature
            sent = message(event, endpoint, self.policy, forged=forged)
            status = await self._post(client, sent)
            if status is not None and 200 <= status < 300:
                if self._dice.random() < self.policy.duplicate:
                    await self._post(client, sent)
                await self._close(delivery, event, "sent", status)
                return "sent"
            await self._refused(delivery, event, status)
            return "refused"

    async def _post(self, client: httpx.AsyncClient, sent: Message) -> int | None:
        try:
            answer = await client.post(sent.url, content=sent.body, headers=sent.headers)
        except httpx.HTTPError:
            return None
        return answer.status_code

    async def _refused(self, delivery: Row, event: Row, status: int | None) -> None:
        self._note(delivery, event, "refused", status)
        if self._sandbox.clock.now() - event["created"] > GIVEN_UP_AFTER_SECONDS:
            await self._close(delivery, event, "given_up", status)
            return
        tries = delivery["tries"] + 1
        await self._sandbox.change(lambda change: _count(change, delivery["id"], tries))
        if delivery["id"] in self._sandbox.state.rows("delivery"):
            self.waiting[delivery["id"]] = _now() + retry_after_seconds(tries)

    async def _close(self, delivery: Row, event: Row, outcome: str, status: int | None) -> None:
        if outcome != "given_up":
            self._note(delivery, event, outcome, status)
        await self._sandbox.change(lambda change: _finish(change, delivery["id"], event["id"], outcome))

    def _note(self, delivery: Row, event: Row, outcome: str, status: int | None) -> None:
        line: dict[str, Any] = {
            "event": event["id"],
            "type": event["type"],
            "about": event["_about"],
            "endpoint": delivery["endpoint"],
            "outcome": outcome,
            "status": status,
        }
        self.lines.append(line)


def _count(change: Change, delivery_id: str, tries: int) -> None:
    if change.read("delivery", delivery_id) is not None:
        change.edit("delivery", delivery_id)["tries"] = tries


def _finish(change: Change, delivery_id: str, event_id: str, outcome: str) -> None:
    if change.read("delivery", delivery_id) is None:
        return
    change.remove("delivery", delivery_id)
    if outcome == "sent":
        change.edit("event", event_id)["pending_webhooks"] -= 1


def _now() -> float:
    return asyncio.get_running_loop().time()
