"""Check-ins, venue codes and offers for coming as programs read and write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from campaigns.checkins.offer_queries import OfferView
from campaigns.checkins.queries import CheckedIn, CheckInLine
from storefront.check_in_words import told_alone

_STATE = msgspec.Meta(description="received, accepted, needs_staff, refused, conflict or undone")
_BAND = msgspec.Meta(description="Upper edge in metres, or `more`; never the place itself.", examples=["50"])


class Position(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a browser or a phone says that it is, on WGS 84. `accuracy_m` is its 95 % radius."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90, examples=[45.5181])]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180, examples=[-122.6586])]
    accuracy_m: Annotated[float, msgspec.Meta(gt=0, le=1e9, examples=[12.0])]
    at: Annotated[datetime, msgspec.Meta(tz=True, description="When it was there, with a zone.")]


class WantedChallenge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the holder is about to check in."""

    venue_id: Annotated[str, msgspec.Meta(max_length=80)]


class MadeChallenge(msgspec.Struct, frozen=True):
    """Good for one attempt until `expires_at`, two minutes."""

    challenge: Annotated[str, msgspec.Meta(examples=["cha_d6v7m2kq3zq5"])]
    expires_at: datetime


class NewCheckIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A holder who redeems alone: the key in the voucher's link, the till's code, and where they are.

    Without a position the holder's connected device may have told it.
    """

    voucher: Annotated[str, msgspec.Meta(max_length=200)]
    venue_id: Annotated[str, msgspec.Meta(max_length=80)]
    code: Annotated[str, msgspec.Meta(max_length=20, examples=["678007"])]
    challenge: Annotated[str, msgspec.Meta(max_length=80)]
    position: Position | None = None


class CheckIn(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt and what became of it. `reason` is the answer's code, `sentence` is for the holder."""

    id: str
    state: Annotated[str, _STATE]
    reason: Annotated[str, msgspec.Meta(examples=["ok"])]
    sentence: str
    title: str
    venue_id: str
    venue: str
    received_at: datetime
    waits_until: datetime | None
    redeemed_at: datetime | None
    tries_left: Annotated[int, msgspec.Meta(description="Wrong codes that may still be sent.")]


class KeptCheckIn(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt in a merchant's list, with coarse evidence only."""

    id: str
    state: Annotated[str, _STATE]
    reason: str
    source: Annotated[str, msgspec.Meta(description="browser, owntracks, venue_code or staff")]
    code: Annotated[str, msgspec.Meta(description="right, wrong, absent or not_asked")]
    position: Annotated[str, msgspec.Meta(description="inside, unclear, outside or absent")]
    distance_band: Annotated[str | None, _BAND]
    accuracy_band: Annotated[str | None, _BAND]
    inside_percent: int | None
    flags: list[str]
    venue_id: str
    venue: str
    deal_id: str | None
    title: str | None
    received_at: datetime
    local_on: Annotated[date, msgspec.Meta(description="The day at the venue.")]
    decided_at: datetime | None


class CheckInPage(msgspec.Struct, frozen=True):
    """Some check-ins, and where the next page begins: null on the last one."""

    check_ins: list[KeptCheckIn]
    next: str | None


class Code(msgspec.Struct, frozen=True):
    """What the till shows now. It is accepted for a minute longer."""

    digits: Annotated[str, msgspec.Meta(examples=["678007"])]
    until: datetime


class NewOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reward for coming. `every` belongs to `loyalty`; `swarm_size` and `swarm_hours` to `swarm`."""

    venue_id: Annotated[str, msgspec.Meta(max_length=80)]
    kind: Annotated[str, msgspec.Meta(description="loyalty or swarm", examples=["loyalty"])]
    title: Annotated[str, msgspec.Meta(max_length=90, examples=["Tea for regulars"])]
    reward: Annotated[str, msgspec.Meta(max_length=200, examples=["a pot of tea"])]
    staff_sentence: Annotated[str, msgspec.Meta(max_length=200, examples=["Pour a pot of tea."])]
    every: Annotated[int | None, msgspec.Meta(examples=[5])] = None
    swarm_size: int | None = None
    swarm_hours: int | None = None
    capacity: Annotated[int | None, msgspec.Meta(description="Null for no end.")] = None


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A reward for coming to one venue; `left` is null where the capacity has no end."""

    id: str
    venue_id: str
    kind: str
    title: str
    reward: str
    staff_sentence: str
    every: int | None
    swarm_size: int | None
    swarm_hours: int
    capacity: int | None
    granted: int
    left: int | None
    began_at: datetime
    ended_at: datetime | None


class Offers(msgspec.Struct, frozen=True):
    offers: list[Offer]


def check_in_of(made: CheckedIn, tries_left: int) -> CheckIn:
    told = told_alone(made.state, made.reason, made.venue, tries_left=tries_left)
    same = ("id", "state", "reason", "title", "venue_id", "venue", "received_at", "waits_until")
    return CheckIn(
        **{name: getattr(made, name) for name in same},
        sentence=told.sentence,
        redeemed_at=made.used_at if made.accepted else None,
        tries_left=tries_left,
    )


def line_of(line: CheckInLine) -> KeptCheckIn:
    same = [name for name in KeptCheckIn.__struct_fields__ if name != "flags"]
    return KeptCheckIn(**{name: getattr(line, name) for name in same}, flags=list(line.flags))


def offer_of(view: OfferView) -> Offer:
    return Offer(**{name: getattr(view, name) for name in Offer.__struct_fields__})
