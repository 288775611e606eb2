"""OwnTracks over HTTP: one JSON object per message, of which only positions matter to us."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NoReturn

from campaigns.checkins.ports import NotAPosition, PresenceClaim

# Messages are a few hundred bytes; nothing longer is read.
LONGEST_BODY_BYTES = 16_384
# A fix, and the device's word that it entered or left a region of its own; we measure either ourselves.
_WITH_A_POSITION = ("location", "transition")
_LONGEST_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class OwnTracks:
    """`lat`, `lon`, `acc` in metres (about a 68 % radius) and `tst` in seconds, on WGS 84."""

    name = "owntracks"

    def read(self, body: bytes) -> PresenceClaim | None:
        """None for a message without a position, an empty one included. Raises NotAPosition."""
        if not body.strip():
            return None
        message = _message(body)
        if message.get("_type") not in _WITH_A_POSITION:
            return None
        latitude, longitude = _within(message, "lat", 90), _within(message, "lon", 180)
        accuracy_m = _number(message, "acc")
        if accuracy_m <= 0:
            raise NotAPosition
        return PresenceClaim(latitude, longitude, accuracy_m, _instant(message))


def _message(body: bytes) -> dict[str, Any]:
    if len(body) > LONGEST_BODY_BYTES:
        raise NotAPosition
    try:
        message = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotAPosition from None
    if not isinstance(message, dict):
        raise NotAPosition
    return message


def _no_number(constant: str) -> NoReturn:
    """NaN and Infinity are not JSON, though Python reads them."""
    raise ValueError(constant)


def _number(message: dict[str, Any], name: str) -> float:
    found = message.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 1e12:
        raise NotAPosition
    return float(found)


def _within(message: dict[str, Any], name: str, most: int) -> float:
    degrees = _number(message, name)
    if abs(degrees) > most:
        raise NotAPosition
    return degrees


def _instant(message: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromtimestamp(_number(message, "tst"), UTC)
    except (ValueError, OverflowError, OSError):
        raise NotAPosition from None
    if at < _LONGEST_AGO:
        raise NotAPosition
    return at
