"""What every place source promises, and what OwnTracks sends besides."""

import json
from datetime import UTC, datetime

import pytest

from campaigns.checkins.ports import NotAPosition, PlaceSource, PresenceClaim
from integrations.places.owntracks import LONGEST_BODY_BYTES, OwnTracks
from tests.ports.place_sources import SOURCES, Speaking

AT = 1795325555


@pytest.fixture(params=SOURCES)
def speaking(request: pytest.FixtureRequest) -> Speaking:
    return SOURCES[request.param]


def test_it_is_a_place_source(speaking: Speaking) -> None:
    assert isinstance(speaking.source, PlaceSource)
    assert speaking.source.name


def test_a_position_is_read_as_it_was_said(speaking: Speaking) -> None:
    claim = speaking.source.read(speaking.write(31.2304, 121.4737, 18, AT))
    assert claim == PresenceClaim(31.2304, 121.4737, 18.0, datetime.fromtimestamp(AT, UTC))


def test_accuracy_is_the_wider_circle_on_the_common_datum(speaking: Speaking) -> None:
    claim = speaking.source.read(speaking.write(0, 0, 1, AT))
    assert claim is not None
    assert (claim.accuracy_share, claim.datum) == (0.68, "wgs84")


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_an_empty_body_holds_no_position(speaking: Speaking, body: bytes) -> None:
    assert speaking.source.read(body) is None


def test_another_message_holds_no_position(speaking: Speaking) -> None:
    assert speaking.source.read(speaking.other) is None


@pytest.mark.parametrize(
    "said",
    [
        (91, 0, 18, AT),
        (-90.1, 0, 18, AT),
        (0, 180.5, 18, AT),
        (0, 0, 0, AT),
        (0, 0, -5, AT),
        ("north", 0, 18, AT),
        (0, 0, "near", AT),
        (0, 0, 18, "now"),
        (0, 0, 18, 1e30),
    ],
)
def test_what_cannot_be_a_position_is_refused(speaking: Speaking, said: tuple[object, ...]) -> None:
    with pytest.raises(NotAPosition):
        speaking.source.read(speaking.write(*said))


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"location"',
        b"\xff\xfe",
        b'{"_type":"location","lat":NaN,"lon":0,"acc":5,"tst":1795325555}',
        b'{"_type":"location","lat":1,"lon":0,"acc":Infinity,"tst":1795325555}',
        b'{"_type":"location","lat":true,"lon":0,"acc":5,"tst":1795325555}',
        b'{"_type":"location","lon":0,"acc":5,"tst":1795325555}',
        b'{"_type":"location","lat":1,"lon":0,"tst":1795325555}',
        b'{"_type":"location","lat":1,"lon":0,"acc":5,"tst":5}',
        b"[" * 5000,
        b'{"_type":"location","pad":"' + b"x" * LONGEST_BODY_BYTES + b'"}',
    ],
)
def test_what_owntracks_never_sends_is_refused(body: bytes) -> None:
    with pytest.raises(NotAPosition):
        OwnTracks().read(body)


@pytest.mark.parametrize("kind", ["lwt", "waypoint", "card", "encrypted", "cmd", "status", None])
def test_owntracks_messages_without_a_position_are_passed_over(kind: str | None) -> None:
    assert OwnTracks().read(json.dumps({"_type": kind, "lat": 1}).encode()) is None
