"""The audit trail: per organization one chain, in which every row vouches for the one before (S33, I16)."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update

from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Unit
from campaigns.people.rows import audit, audit_head

_BEGINNING = ""
_PURPOSE = "audit"


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to whom. `chain` is an organization's id or `platform`; `data` holds no personal words."""

    chain: str
    actor: str
    act: str
    subject: str
    data: dict[str, Any] = field(default_factory=dict)


async def note(unit: Unit, entry: AuditEntry, *, now: datetime, keys: Keys) -> int:
    """Append to the chain, in the transaction of the act itself; answers the row's place in the chain."""
    start = {"chain": entry.chain, "seq": 0, "hash": _BEGINNING}
    await unit.run(unit.insert(audit_head).values(start).on_conflict_do_nothing())
    # The lock on the head is what keeps two rows from following the same one.
    locked = select(audit_head).where(audit_head.c.chain == entry.chain).with_for_update()
    head = await unit.one(locked)
    if head is None:
        raise RuntimeError(f"the head of audit chain {entry.chain} was removed")
    row = {name: getattr(entry, name) for name in AuditEntry.__dataclass_fields__}
    row |= {"seq": head.seq + 1, "prev_hash": head.hash, "at": now}
    row["hash"] = _hash(row, keys.derived(_PURPOSE))
    await unit.run(audit.insert().values(row))
    moved = update(audit_head).where(audit_head.c.chain == entry.chain)
    await unit.run(moved.values(seq=row["seq"], hash=row["hash"]))
    return int(row["seq"])


async def verify_chain(unit: Unit, chain: str, keys: Keys) -> int | None:
    """The place of the first row that was changed, moved, removed or forged; None if all is well.

    A chain cut at its end shows as the place after its last row. Ask in a `store.read()` snapshot.
    """
    place, prev_hash = 0, _BEGINNING
    for found in await unit.all(select(audit).where(audit.c.chain == chain).order_by(audit.c.seq)):
        row = dict(found._mapping)
        place += 1
        if row["seq"] != place or row["prev_hash"] != prev_hash or not _vouched(row, keys):
            return place
        prev_hash = row["hash"]
    head = await unit.one(select(audit_head).where(audit_head.c.chain == chain))
    at_the_end = (head.seq, head.hash) if head else (0, _BEGINNING)
    return None if at_the_end == (place, prev_hash) else place + 1


async def chains(unit: Unit) -> list[str]:
    """Every chain there is, for whoever verifies them all."""
    return [row.chain for row in await unit.all(select(audit_head.c.chain).order_by(audit_head.c.chain))]


def _vouched(row: dict[str, Any], keys: Keys) -> bool:
    return any(hmac.compare_digest(row["hash"], _hash(row, key)) for key in keys.all_derived(_PURPOSE))


def _hash(row: dict[str, Any], key: bytes) -> str:
    kept = {name: row[name] for name in ("chain", "seq", "actor", "act", "subject", "data")}
    kept["at"] = row["at"].astimezone(UTC).isoformat()
    canonical = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, f"{row['prev_hash']}\n{canonical}".encode(), sha256).hexdigest()
