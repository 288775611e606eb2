"""What check-ins ask of whoever knows where somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from campaigns.foundation.errors import Refusal


class NotAPosition(Refusal):
    code = "not_a_position"
    sentence = "This is not a position we can read."


@dataclass(frozen=True)
class PresenceClaim:
    """Where a device says that it was. A claim: evidence is weighed, never believed.

    Degrees on `datum`; `accuracy_m` is the radius that holds the true point with `accuracy_share` (.95 or .68).
    """

    latitude: float
    longitude: float
    accuracy_m: float
    at: datetime
    accuracy_share: float = 0.68
    datum: str = "wgs84"


@runtime_checkable
class PlaceSource(Protocol):
    """One source of positions that come by themselves."""

    name: str

    def read(self, body: bytes) -> PresenceClaim | None:
        """A position; None for a message that holds none. Raises NotAPosition."""
        ...
