"""Place sources to run the contract against, and how each writes a position down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from campaigns.checkins.ports import NotAPosition, PlaceSource, PresenceClaim
from integrations.places.owntracks import OwnTracks


class FakePlaces:
    """Positions as plain lines: `latitude longitude accuracy seconds`; `-` is a message without one."""

    name = "fake"

    def read(self, body: bytes) -> PresenceClaim | None:
        text = body.decode(errors="replace").strip()
        if text in ("", "-"):
            return None
        try:
            latitude, longitude, accuracy_m, seconds = map(float, text.split())
            at = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise NotAPosition from None
        if accuracy_m <= 0 or abs(latitude) > 90 or abs(longitude) > 180:
            raise NotAPosition
        return PresenceClaim(latitude, longitude, accuracy_m, at)


class Writer(Protocol):
    def __call__(self, latitude: object, longitude: object, accuracy_m: object, seconds: object) -> bytes: ...


@dataclass(frozen=True)
class Speaking:
    """A source, how a device of it says where it is, and how it says something else."""

    source: PlaceSource
    write: Writer
    other: bytes


def _line(latitude: object, longitude: object, accuracy_m: object, seconds: object) -> bytes:
    return f"{latitude} {longitude} {accuracy_m} {seconds}".encode()


def _location(latitude: object, longitude: object, accuracy_m: object, seconds: object) -> bytes:
    fix = {"_type": "location", "lat": latitude, "lon": longitude, "acc": accuracy_m, "tst": seconds}
    return json.dumps(fix | {"t": "u", "batt": 80, "conn": "m"}).encode()


def _transition(latitude: object, longitude: object, accuracy_m: object, seconds: object) -> bytes:
    fix = {"_type": "transition", "lat": latitude, "lon": longitude, "acc": accuracy_m, "tst": seconds}
    return json.dumps(fix | {"event": "enter", "desc": "Noodles", "wtst": seconds, "t": "c"}).encode()


SOURCES = {
    "fake": Speaking(FakePlaces(), _line, b"-"),
    "owntracks": Speaking(OwnTracks(), _location, b'{"_type":"lwt","tst":1795325555}'),
    "owntracks transition": Speaking(OwnTracks(), _transition, b'{"_type":"waypoint","lat":1,"lon":2}'),
}
