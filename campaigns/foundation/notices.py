"""The inbox: messages from outside, each stored once under its own id before anybody acts on it (R54)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, UniqueConstraint, or_, select, update
from sqlmodel import Field, SQLModel

from campaigns.foundation.schema import one_of, table
from campaigns.foundation.states import machine
from campaigns.foundation.store import Unit

_LEASE_S = 60
_MOST_TRIES = 20

NOTICES = machine(
    "notice", {"pending": "done ignored dead", "dead": "pending done", "done": "", "ignored": ""}
)


class NoticeRow(SQLModel, table=True):
    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("source", "external_id"), one_of("state", NOTICES.states))
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    source: str
    external_id: str
    type: str
    api_version: str = ""
    object_id: str
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str = "pending"
    tries: int = 0
    run_at: datetime = Field(index=True)
    lease_until: datetime | None = None
    last_error: str | None = None
    received_at: datetime
    handled_at: datetime | None = None


inbox = table(NoticeRow)


@dataclass(frozen=True)
class Notice:
    """What the sender's signature vouches for. `object_id` says what to read again; the body is only a hint."""

    source: str
    external_id: str
    type: str
    object_id: str
    api_version: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Received:
    id: int
    type: str
    object_id: str
    body: dict[str, Any]
    tries: int
    received_at: datetime


async def receive(unit: Unit, notice: Notice, now: datetime) -> bool:
    """Store a notice. False: it had been received before, which is no error (F11)."""
    row = {name: getattr(notice, name) for name in Notice.__dataclass_fields__}
    row |= {"state": "pending", "tries": 0, "run_at": now, "received_at": now}
    return await unit.changed(unit.insert(inbox).values(row).on_conflict_do_nothing()) == 1


async def claim_notices(unit: Unit, now: datetime, *, batch: int = 20) -> list[Received]:
    """Lease due notices, oldest first."""
    free = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until < now)
    due = (
        select(inbox.c.id)
        .where(inbox.c.state == "pending", inbox.c.run_at <= now, free)
        .order_by(inbox.c.run_at, inbox.c.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(inbox)
        .where(inbox.c.id.in_(select(due.c.id)))
        .values(lease_until=now + timedelta(seconds=_LEASE_S), tries=inbox.c.tries + 1)
        .returning(inbox)
    )
    rows = sorted(await unit.all(statement), key=lambda row: row.id)
    return [Received(row.id, row.type, row.object_id, row.body, row.tries, row.received_at) for row in rows]


async def handled(unit: Unit, notice_id: int, now: datetime, *, state: str = "done") -> None:
    """Mark a notice `done` or `ignored`, in the transaction that applied it."""
    await unit.run(
        update(inbox)
        .where(inbox.c.id == notice_id, inbox.c.state == "pending")
        .values(state=state, handled_at=now, lease_until=None)
    )


async def put_back(unit: Unit, notice: Received, now: datetime, *, error: str) -> None:
    """It cannot be applied yet: later, a little longer each time, and `dead` after many tries."""
    wait = timedelta(seconds=min(2**notice.tries, 300))
    dead = notice.tries >= _MOST_TRIES
    await unit.run(
        update(inbox)
        .where(inbox.c.id == notice.id, inbox.c.state == "pending")
        .values(
            state="dead" if dead else "pending",
            run_at=now + wait,
            lease_until=None,
            last_error=error[:300],
            handled_at=now if dead else None,
        )
    )


async def refuse(unit: Unit, notice: Received, now: datetime, *, error: str) -> None:
    """It is ours but wrong: `dead`, for a person to look at (F15)."""
    await unit.run(
        update(inbox)
        .where(inbox.c.id == notice.id, inbox.c.state == "pending")
        .values(state="dead", last_error=error[:300], lease_until=None, handled_at=now)
    )
