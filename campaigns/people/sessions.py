"""Sessions: one row per sign-in. An id we did not make is never adopted (S4, S5)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import Refusal
from campaigns.foundation.ids import AccountId
from campaigns.foundation.store import Store, Unit
from campaigns.people.rows import session
from campaigns.people.rules import FRESH, LIFETIMES

# A row is moved on at most this often, so that reading pages does not write.
_TOUCH_EVERY = timedelta(minutes=5)


class SignInAgain(Refusal):
    code = "sign_in_again"
    sentence = "Sign in again to {act}. Your last sign-in is more than ten minutes old."


@dataclass(frozen=True)
class Session:
    """A valid sign-in. `id_hash` names it in the database; the id itself is in the browser only."""

    id_hash: str
    account_id: AccountId
    kind: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return now - self.created_at <= FRESH


@dataclass(frozen=True)
class SignedIn:
    """`token` is for the browser's cookie and exists nowhere else."""

    token: str
    session: Session


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def require_fresh(signed_in: Session | None, now: datetime, *, act: str) -> None:
    """Payouts, refunds, exports and key changes ask for a recent password. Raises SignInAgain."""
    if signed_in is None or not signed_in.is_fresh(now):
        raise SignInAgain(act=act)


async def open_session(unit: Unit, account_id: AccountId, kind: str, now: datetime) -> SignedIn:
    """A new session under a new random id of 256 bits. `kind` decides how long it lasts."""
    token = secrets.token_urlsafe(32)
    lifetime = LIFETIMES[kind]
    opened = Session(digest(token), account_id, kind, now, now, lifetime.expires_at(now, now))
    row = {name: getattr(opened, name) for name in Session.__dataclass_fields__}
    await unit.run(session.insert().values(row | {"absolute_ends_at": now + lifetime.absolute}))
    return SignedIn(token, opened)


async def find_session(token: str, *, store: Store, clock: Clock) -> Session | None:
    """The valid session behind a cookie, moved on if it was last seen a while ago; None for anything else."""
    columns = [session.c[name] for name in Session.__dataclass_fields__]
    async with store.read() as unit:
        now = await clock.now(unit)
        valid = (session.c.id_hash == digest(token), session.c.expires_at > now)
        row = await unit.one(select(*columns).where(*valid))
    if row is None:
        return None
    found = Session(**row._mapping)
    if now - found.seen_at < _TOUCH_EVERY:
        return found
    return await _move_on(found, now, store=store)


async def _move_on(found: Session, now: datetime, *, store: Store) -> Session | None:
    expires_at = LIFETIMES[found.kind].expires_at(found.created_at, now)
    statement = (
        update(session)
        .where(session.c.id_hash == found.id_hash)
        .values(seen_at=now, expires_at=expires_at)
        .returning(session.c.expires_at)
    )
    async with store.begin() as unit:
        moved = await unit.value(statement)
    if moved is None:
        return None  # signed out between the two statements
    return Session(found.id_hash, found.account_id, found.kind, found.created_at, now, moved)


async def sign_out(token: str, *, store: Store) -> None:
    """End the session of this browser. One that is gone already is no error."""
    async with store.begin() as unit:
        await unit.run(delete(session).where(session.c.id_hash == digest(token)))


async def sign_out_everywhere(account_id: AccountId, *, store: Store) -> int:
    """End every session of an account; answers how many there were."""
    async with store.begin() as unit:
        return await end_sessions(unit, account_id)


async def end_sessions(unit: Unit, account_id: AccountId) -> int:
    return await unit.changed(delete(session).where(session.c.account_id == account_id))
