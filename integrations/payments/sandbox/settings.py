"""What a sandbox needs to know when it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Settings of one sandbox.

    state_path: the sandbox's own SQLite file; None keeps everything in memory.
    public_base: the address browsers reach the sandbox by, without a trailing slash, for instance
    `http://127.0.0.1:8000/sandbox/stripe`; None derives it from each request, mount path included.
    webhook_url, webhook_secret: the endpoint that is registered from the start; both or neither.
    seed: of every random choice (faults by rate, shuffled delivery).
    now: the clock below the sandbox's own clock.
    """

    state_path: Path | None = None
    public_base: str | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    seed: int = 1
    now: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("A webhook address and its secret belong together: give both or neither.")
