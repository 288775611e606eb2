"""The short code on a till's screen: made from a key, the venue and the minute, and stored nowhere (R77)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import venues
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.rules import Actor, require

CODE_LIFE = timedelta(seconds=60)
DIGITS = 6
_PURPOSE = "venue-code"


@dataclass(frozen=True)
class VenueCode:
    """Six digits, and until when a screen shows them. They are accepted for `CODE_LIFE` longer."""

    digits: str
    until: datetime


async def show_code(venue_id: str, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> VenueCode:
    """What the till's screen shows now. Raises NotFound, NotAllowed."""
    async with store.read() as unit:
        venue = await unit.one(select(venues).where(venues.c.id == venue_id))
        if venue is None:
            raise NotFound(what="venue")
        require(actor, "show_venue_code", venue.organization_id)
        return code_at(keys, venue, await clock.now(unit))


def code_at(keys: Keys, venue: Any, now: datetime) -> VenueCode:
    """The code of a venue row in the minute of `now`."""
    minute = _minute(now)
    until = datetime.fromtimestamp((minute + 1) * CODE_LIFE.seconds, UTC)
    return VenueCode(_digits(keys.derived(_PURPOSE), venue, minute), until)


def judge(keys: Keys, venue: Any, typed: str, now: datetime) -> str:
    """`right` for the code of this minute or the one before, `absent` if nothing was typed, else `wrong`.

    Spaces and dashes do not matter. How long it takes does not depend on how much of it is right.
    """
    code = "".join(sign for sign in typed if sign.isalnum())
    if not code:
        return "absent"
    minute, found = _minute(now), False
    for key in keys.all_derived(_PURPOSE):
        for back in (0, 1):
            right = _digits(key, venue, minute - back)
            found |= hmac.compare_digest(right.encode(), code.encode())
    return "right" if found else "wrong"


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // CODE_LIFE.seconds


def _digits(key: bytes, venue: Any, minute: int) -> str:
    told = f"{venue.id}|{venue.code_version}|{minute}"
    mark = hmac.new(key, told.encode(), sha256).digest()
    return str(int.from_bytes(mark[:8]) % 10**DIGITS).zfill(DIGITS)
