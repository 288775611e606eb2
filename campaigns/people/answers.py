"""Stored answers: a request repeated under its `Idempotency-Key` gets the first answer again (S27)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from campaigns.foundation.errors import Refusal
from campaigns.foundation.store import Unit
from campaigns.people.rows import stored_answer

KEPT = timedelta(hours=48)
# A request that has not answered by now died with its process; the operation beneath has its own key.
_LONGEST_RUN = timedelta(seconds=60)


class IdempotencyKeyReused(Refusal):
    code = "idempotency_key_reused"
    sentence = "This Idempotency-Key was used for another request. Use a new one for each."


class IdempotencyKeyInUse(Refusal):
    code = "idempotency_key_in_use"
    sentence = "The first request with this Idempotency-Key is still running. Ask again in a moment."


@dataclass(frozen=True)
class AnswerKey:
    """`scope` is who asks and what for, such as `join:acc_…`; `fingerprint` is of all that was asked."""

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class StoredAnswer:
    status: int
    body: str


def fingerprint(*parts: str) -> str:
    """A digest of the parts in which `ab, c` and `a, bc` differ."""
    whole = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()


async def begin_answer(unit: Unit, asked: AnswerKey, now: datetime) -> StoredAnswer | None:
    """None: this request is the first and is to be carried out. Otherwise what was answered to the first.

    Raises IdempotencyKeyReused, IdempotencyKeyInUse.
    """
    row = {"scope": asked.scope, "key": asked.key, "fingerprint": asked.fingerprint, "created_at": now}
    row["body"] = ""
    if await unit.changed(unit.insert(stored_answer).values(row).on_conflict_do_nothing()) == 1:
        return None
    found = await unit.one(select(stored_answer).where(*_this(asked)))
    if found is None:
        raise IdempotencyKeyInUse  # the first was dropped this instant
    if found.fingerprint != asked.fingerprint:
        raise IdempotencyKeyReused
    if found.status is not None:
        return StoredAnswer(found.status, found.body)
    given_up = stored_answer.c.created_at < now - _LONGEST_RUN
    taken = update(stored_answer).where(*_this(asked), stored_answer.c.status.is_(None), given_up)
    if await unit.changed(taken.values(created_at=now)) == 0:
        raise IdempotencyKeyInUse
    return None


async def keep_answer(unit: Unit, asked: AnswerKey, answer: StoredAnswer) -> None:
    """Store the first answer, refusals included. The first to be kept stays."""
    statement = update(stored_answer).where(*_this(asked), stored_answer.c.status.is_(None))
    await unit.run(statement.values(status=answer.status, body=answer.body))


async def drop_answer(unit: Unit, asked: AnswerKey) -> None:
    """The request broke off without an answer worth keeping: let the same key try again."""
    await unit.run(delete(stored_answer).where(*_this(asked), stored_answer.c.status.is_(None)))


def _this(asked: AnswerKey) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (stored_answer.c.scope == asked.scope, stored_answer.c.key == asked.key)
