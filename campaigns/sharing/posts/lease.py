"""One worker per account: who holds it, until when, and whether it rests."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from campaigns.foundation.store import Unit
from campaigns.sharing.posts.rows import feed_accounts, posts
from campaigns.sharing.posts.rules import LEASE_S, SPARED_CALLS


class LeaseLost(Exception):
    """Another worker holds the account by now, or a person disconnected it: begin nothing more."""


@dataclass(frozen=True)
class Held:
    """An account in our hands. Every look at it prolongs the lease."""

    account_id: str
    lease: str


async def due_accounts(unit: Unit, now: datetime, networks: Sequence[str]) -> list[str]:
    """Accounts that nobody holds, that do not rest, and for which something is to be sent, looked up or taken down."""
    work = exists().where(posts.c.account_id == feed_accounts.c.id, is_due(now))
    statement = select(feed_accounts.c.id).where(_free(now), _awake(now), work)
    statement = statement.where(feed_accounts.c.network.in_(networks)).order_by(feed_accounts.c.id)
    return [row.id for row in await unit.all(statement)]


def is_due(now: datetime) -> ColumnElement[bool]:
    """Posts to be sent, looked up or taken down now."""
    return or_(
        posts.c.state == "sending",
        and_(posts.c.state == "queued", posts.c.not_before <= now),
        and_(posts.c.state == "published", posts.c.withdraw_asked_at.is_not(None)),
    )


async def take(unit: Unit, account_id: str, now: datetime) -> Held | None:
    """Hold an account; None where somebody else does, or where it is not connected."""
    held = Held(account_id, secrets.token_hex(16))
    mine = update(feed_accounts).where(feed_accounts.c.id == account_id, _free(now))
    got = await unit.changed(mine.values(lease=held.lease, lease_until=_until(now)))
    return held if got == 1 else None


async def look(unit: Unit, held: Held, now: datetime) -> Any:
    """The account row as it is now, locked, its lease prolonged. Raises LeaseLost."""
    mine = (feed_accounts.c.id == held.account_id, feed_accounts.c.lease == held.lease)
    statement = update(feed_accounts).where(*mine, feed_accounts.c.state == "connected")
    row = await unit.one(statement.values(lease_until=_until(now)).returning(feed_accounts))
    if row is None:
        raise LeaseLost
    return row


async def give_back(unit: Unit, held: Held) -> None:
    mine = (feed_accounts.c.id == held.account_id, feed_accounts.c.lease == held.lease)
    await unit.run(update(feed_accounts).where(*mine).values(lease=None, lease_until=None))


def rests(account: Any, now: datetime) -> bool:
    """Whether the account waits: after a failure, or because its allowance is nearly used up."""
    paused = account.paused_until is not None and account.paused_until > now
    left, resets_at = account.allowance_remaining, account.allowance_resets_at
    return paused or (left is not None and left < SPARED_CALLS and resets_at is not None and resets_at > now)


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_S)


def _free(now: datetime) -> Any:
    unheld = or_(feed_accounts.c.lease_until.is_(None), feed_accounts.c.lease_until <= now)
    return and_(feed_accounts.c.state == "connected", unheld)


def _awake(now: datetime) -> Any:
    left, resets_at = feed_accounts.c.allowance_remaining, feed_accounts.c.allowance_resets_at
    return and_(
        or_(feed_accounts.c.paused_until.is_(None), feed_accounts.c.paused_until <= now),
        or_(left.is_(None), left >= SPARED_CALLS, resets_at.is_(None), resets_at <= now),
    )
