"""A person lets their own device tell us where it is, and takes that back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update

from campaigns.checkins.rows import place_sources
from campaigns.foundation.clock import Clock
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.ids import new_id, random_text
from campaigns.foundation.store import Store, Unit

_NAME_BITS = 60


@dataclass(frozen=True)
class Connected:
    """What the person types into the app, shown this once: we keep a hash of the secret alone."""

    username: str
    secret: str


async def connect(account_id: str, *, store: Store, clock: Clock) -> Connected:
    """Positions are taken from now on, by this consent. An earlier device of the person is let go."""
    made = Connected(f"q{random_text(_NAME_BITS)}", random_text())
    async with store.begin() as unit:
        now = await clock.now(unit)
        await _let_go(unit, account_id, now)
        row = {"id": new_id("pls"), "account_id": account_id, "kind": "owntracks"}
        row |= {"username": made.username, "secret_hash": _hash(made.secret)}
        await unit.run(place_sources.insert().values(**row, consented_at=now))
        await record(unit, [Fact("place_source_connected", f"account:{account_id}", now)])
    return made


async def disconnect(account_id: str, *, store: Store, clock: Clock) -> bool:
    """Nothing more is taken from the person's device. False: there was none."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        gone = await _let_go(unit, account_id, now)
        if gone:
            await record(unit, [Fact("place_source_withdrawn", f"account:{account_id}", now)])
        return gone


async def recognize(username: str, secret: str, *, store: Store) -> str | None:
    """The account whose device signs in so, or None. Takes as long for a wrong name as for a wrong secret."""
    async with store.read() as unit:
        row = await unit.one(select(place_sources).where(place_sources.c.username == username[:80]))
    kept = row.secret_hash if row is not None else _hash("")
    right = hmac.compare_digest(kept, _hash(secret[:200]))
    if row is None or not right or row.withdrawn_at is not None:
        return None
    return str(row.account_id)


async def connected_since(unit: Unit, account_id: str) -> datetime | None:
    """When the person agreed, if that stands."""
    found: datetime | None = await unit.value(
        select(place_sources.c.consented_at).where(*_standing(account_id))
    )
    return found


def _standing(account_id: str) -> tuple[Any, ...]:
    return (place_sources.c.account_id == account_id, place_sources.c.withdrawn_at.is_(None))


async def _let_go(unit: Unit, account_id: str, now: datetime) -> bool:
    standing = update(place_sources).where(*_standing(account_id))
    return await unit.changed(standing.values(withdrawn_at=now)) > 0


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
