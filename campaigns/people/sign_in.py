"""Sign in with a password, and change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields, Refusal
from campaigns.foundation.ids import AccountId
from campaigns.foundation.store import Store, Unit
from campaigns.people.limits import SIGN_IN_BY_ACCOUNT, SIGN_IN_BY_NETWORK, count_try, network
from campaigns.people.passwords import check_new_password, check_password, hash_password
from campaigns.people.queries import roles_of
from campaigns.people.rows import account, session
from campaigns.people.rules import InvalidEmail, normalize_email, session_kind
from campaigns.people.sessions import SignedIn, digest, end_sessions, open_session


class SignInRefused(Refusal):
    """The same for an unknown address, an account without a password and a wrong password (S3)."""

    code = "sign_in_refused"
    sentence = "This e-mail address and password do not belong together."


@dataclass(frozen=True)
class SignInTry:
    """What was typed, from where, and the session the browser had before, which ends."""

    email: str
    password: str = field(repr=False)
    address: str = ""
    earlier_token: str | None = field(default=None, repr=False)


async def sign_in(asked: SignInTry, *, store: Store, clock: Clock) -> SignedIn:
    """Open a session. Raises SignInRefused, TooManyTries."""
    email_key = _key(asked.email)
    await count_try(SIGN_IN_BY_NETWORK, network(asked.address), store=store, clock=clock)
    await count_try(SIGN_IN_BY_ACCOUNT, email_key, store=store, clock=clock)
    async with store.read() as unit:
        row = await unit.one(select(account).where(account.c.email_key == email_key))
    # Between the transactions: a hash takes a tenth of a second, and no lock may wait for it.
    verdict = await check_password(row.password_hash if row else None, asked.password)
    if row is None or not verdict.right:
        raise SignInRefused
    renewed = await hash_password(asked.password) if verdict.stale else None
    async with store.begin() as unit:
        await _still(unit, row, renewed)
        if asked.earlier_token:
            await unit.run(delete(session).where(session.c.id_hash == digest(asked.earlier_token)))
        return await _open(unit, AccountId(row.id), clock=clock)


def _key(email: str) -> str:
    """What is not an address is looked up all the same, so that it takes as long."""
    try:
        return normalize_email(email)
    except InvalidEmail:
        return email.strip().lower()[:254].replace("\x00", "")  # no text in PostgreSQL holds one


async def _still(unit: Unit, row: Any, renewed: str | None) -> None:
    """The password that was checked must still be the account's when the session opens."""
    unchanged = (account.c.id == row.id, account.c.password_hash == row.password_hash)
    values = {"password_hash": renewed or row.password_hash}
    if await unit.changed(update(account).where(*unchanged).values(values)) == 0:
        raise SignInRefused


async def _open(unit: Unit, account_id: AccountId, *, clock: Clock) -> SignedIn:
    kind = session_kind(await roles_of(unit, account_id))
    return await open_session(unit, account_id, kind, await clock.now(unit))


@dataclass(frozen=True)
class PasswordChange:
    account_id: AccountId
    current: str = field(repr=False)
    new: str = field(repr=False)


async def change_password(asked: PasswordChange, *, store: Store, clock: Clock) -> SignedIn:
    """Set a new password, end every session of the account and open one for this browser.

    Raises InvalidFields naming `current` or `new`, and TooManyTries.
    """
    check_new_password(asked.new, field="new")
    await count_try(SIGN_IN_BY_ACCOUNT, asked.account_id, store=store, clock=clock)
    async with store.read() as unit:
        row = await unit.one(select(account).where(account.c.id == asked.account_id))
    verdict = await check_password(row.password_hash if row else None, asked.current)
    if row is None or not verdict.right:
        raise InvalidFields([FieldError("current", "wrong", "This is not your present password.")])
    renewed = await hash_password(asked.new)
    async with store.begin() as unit:
        await _still(unit, row, renewed)
        await end_sessions(unit, asked.account_id)
        return await _open(unit, asked.account_id, clock=clock)
