"""The outbox: one row per call owed to the outside, with its key and parameters, before the call is made."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, UniqueConstraint, func, or_, select, update
from sqlmodel import Field, SQLModel

from campaigns.foundation.schema import one_of, table
from campaigns.foundation.states import machine
from campaigns.foundation.store import Unit

CALL_TIMEOUT_S = 10
LEASE_S = 60
# A processor forgets a key after 24 h, so an older call is looked up before it is sent again (F8).
KEY_LIFE = timedelta(hours=23)
_LONGEST_WAIT_S = 300

EFFECTS = machine(
    "effect",
    {
        "pending": "done unknown dead",
        "unknown": "pending done dead",
        "dead": "pending done",
        "done": "",
    },
)


class EffectRow(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("subject", "kind", "ref"),
        UniqueConstraint("key"),
        one_of("state", EFFECTS.states),
    )
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    subject: str
    kind: str
    ref: str = ""
    gen: int = 0
    key: str
    order_id: str | None = Field(default=None, index=True)
    params: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str = Field(default="pending")
    run_at: datetime = Field(index=True)
    tries: int = 0
    server_errors: int = 0
    first_sent_at: datetime | None = None
    lease: str | None = None
    lease_until: datetime | None = None
    provider_ref: str | None = None
    last_error: str | None = None
    alerted_at: datetime | None = None
    done_at: datetime | None = None


outbox = table(EffectRow)
_OWED = ("pending", "unknown")


@dataclass(frozen=True)
class Effect:
    """A call that is owed. `subject`, `kind` and `ref` together exist once, whoever owes it again."""

    subject: str
    kind: str
    ref: str = ""
    run_at: datetime | None = None
    order_id: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}:{self.ref}"


@dataclass(frozen=True)
class Leased:
    """An effect in our hands until `lease_until`. `call_key` goes to the provider and never depends on the try."""

    id: int
    subject: str
    kind: str
    ref: str
    gen: int
    call_key: str
    order_id: str | None
    params: dict[str, Any]
    state: str
    tries: int
    server_errors: int
    first_sent_at: datetime | None
    lease: str

    def read_first(self, now: datetime) -> bool:
        """Whether the provider must be asked what happened before anything is sent again (F7, F8)."""
        aged = self.first_sent_at is not None and now - self.first_sent_at > KEY_LIFE
        return aged or self.server_errors >= 3


async def owe(unit: Unit, effects: Sequence[Effect], *, now: datetime | None = None) -> None:
    """Write the effects of a fact, in its transaction. One that is already owed or done stays as it is."""
    if not effects:
        return
    rows = [
        {
            "subject": e.subject,
            "kind": e.kind,
            "ref": e.ref,
            "gen": 0,
            "key": e.key,
            "order_id": e.order_id,
            "params": e.params,
            "state": "pending",
            "run_at": e.run_at or now,
            "tries": 0,
            "server_errors": 0,
        }
        for e in effects
    ]
    await unit.run(unit.insert(outbox).on_conflict_do_nothing(), rows)


async def claim(
    unit: Unit, now: datetime, *, kinds: Sequence[str], batch: int = 5, only: int | None = None
) -> list[Leased]:
    """Lease what is due, letters last and else earliest first.

    `only` takes one row whether it is due or not, if nobody holds it.
    """
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < now)
    which = outbox.c.id == only if only is not None else outbox.c.run_at <= now
    due = (
        select(outbox.c.id)
        .where(outbox.c.state.in_(_OWED), outbox.c.kind.in_(kinds), which, free)
        # A slow mail server must not keep a capture waiting.
        .order_by(outbox.c.kind == "mail", outbox.c.run_at, outbox.c.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(outbox)
        .where(outbox.c.id.in_(select(due.c.id)))
        .values(
            lease=secrets.token_hex(16),
            lease_until=now + timedelta(seconds=LEASE_S),
            tries=outbox.c.tries + 1,
        )
        .returning(outbox)
    )
    rows = sorted(await unit.all(statement), key=lambda row: (row.run_at, row.id))
    return [_leased(row) for row in rows]


def _leased(row: Any) -> Leased:
    call_key = row.key if row.gen == 0 else f"{row.key}:r{row.gen}"
    kept = {name: getattr(row, name) for name in Leased.__dataclass_fields__ if name != "call_key"}
    return Leased(call_key=call_key, **kept)


async def sending(unit: Unit, effect: Leased, now: datetime) -> bool:
    """Remember when a key was first used, before it is used. False: the effect is in our hands no more.

    Whoever waited past his lease must not begin: the key may have been renewed meanwhile, or the call withdrawn.
    """
    mine = (outbox.c.id == effect.id, outbox.c.lease == effect.lease, outbox.c.state.in_(_OWED))
    first_sent_at = func.coalesce(outbox.c.first_sent_at, now)
    return await unit.changed(update(outbox).where(*mine).values(first_sent_at=first_sent_at)) == 1


async def finish(unit: Unit, effect_id: int, provider_ref: str, now: datetime) -> bool:
    """Record success. Fenced by state, not by lease: a late success is still true. False: somebody was faster."""
    statement = (
        update(outbox)
        .where(outbox.c.id == effect_id, outbox.c.state.in_(_OWED))
        .values(state="done", provider_ref=provider_ref, lease=None, lease_until=None, done_at=now)
    )
    return await unit.changed(statement) == 1


async def postpone(
    unit: Unit,
    effect: Leased,
    now: datetime,
    *,
    error: str,
    state: str = "pending",
    wait_s: float | None = None,
) -> None:
    """Try again later with the same key. `state` is `unknown` when the call may have been carried out."""
    if wait_s is None:
        wait_s = min(2.0 ** min(effect.tries, 20), _LONGEST_WAIT_S)
    wait = wait_s * random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries, keeps no secret
    server_errors = effect.server_errors + (1 if error == "server_error" else 0)
    await unit.run(
        update(outbox)
        .where(outbox.c.id == effect.id, outbox.c.lease == effect.lease, outbox.c.state.in_(_OWED))
        .values(
            state=state,
            run_at=now + timedelta(seconds=wait),
            lease=None,
            lease_until=None,
            last_error=error[:300],
            server_errors=server_errors,
        )
    )


async def renew_key(unit: Unit, effect: Leased, now: datetime) -> None:
    """After the provider said that it did not happen: a new key, due at once (F7)."""
    await unit.run(
        update(outbox)
        .where(outbox.c.id == effect.id, outbox.c.lease == effect.lease)
        .values(
            gen=outbox.c.gen + 1,
            state="pending",
            server_errors=0,
            first_sent_at=None,
            run_at=now,
            lease=None,
            lease_until=None,
        )
    )


async def bury(unit: Unit, effect: Leased, now: datetime, *, error: str) -> None:
    """Give an effect up and raise the alarm; a person decides what becomes of it."""
    await unit.run(
        update(outbox)
        .where(outbox.c.id == effect.id, outbox.c.state.in_(_OWED))
        .values(state="dead", last_error=error[:300], alerted_at=now, lease=None, lease_until=None)
    )


async def hand_back(unit: Unit, effect: Leased) -> None:
    """Give a lease back unused because this process goes down; the next need not wait for its end."""
    mine = (outbox.c.id == effect.id, outbox.c.lease == effect.lease, outbox.c.state.in_(_OWED))
    await unit.run(update(outbox).where(*mine).values(lease=None, lease_until=None, tries=outbox.c.tries - 1))
