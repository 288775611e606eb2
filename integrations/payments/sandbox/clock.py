"""The sandbox's own clock: it can run ahead of the wall clock, or stand still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class SandboxClock:
    """Seconds since 1970. `source` is the clock below; the offset may grow but time never runs back."""

    source: Callable[[], datetime]
    offset_seconds: float = 0.0
    frozen_at: float | None = None

    def now(self) -> int:
        """The sandbox's time in whole seconds."""
        return int(self.exact())

    def exact(self) -> float:
        """The sandbox's time with its fraction."""
        if self.frozen_at is not None:
            return self.frozen_at
        return self.source().timestamp() + self.offset_seconds

    def advance(self, seconds: float) -> None:
        """Move forward; refuses to go back with ValueError."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        if self.frozen_at is not None:
            self.frozen_at += seconds
        else:
            self.offset_seconds += seconds

    def freeze(self) -> None:
        """Stand still until `thaw`."""
        self.frozen_at = self.exact()

    def thaw(self) -> None:
        """Run again, from the time shown while it stood still."""
        if self.frozen_at is not None:
            self.offset_seconds = self.frozen_at - self.source().timestamp()
            self.frozen_at = None

    def dump(self) -> dict[str, Any]:
        """What to remember over a restart."""
        return {"offset_seconds": self.offset_seconds, "frozen_at": self.frozen_at}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `dump` gave."""
        self.offset_seconds = saved["offset_seconds"]
        self.frozen_at = saved["frozen_at"]
