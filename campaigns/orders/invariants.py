"""What must be true of every order, deal, voucher and entry at every moment: I1 to I16, asked of the rows.

Each statement counts violations. Asked in one read-only snapshot, they cost a few scans and repair nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, text

from campaigns.deals.rows import deals
from campaigns.foundation.keys import Keys
from campaigns.foundation.states import known
from campaigns.foundation.store import Unit
from campaigns.orders.invariant_statements import STATEMENTS, Statement
from campaigns.orders.rules import PLACED
from campaigns.people.audit import chains, verify_chain

# What the clock has made due is done within a minute, and what is owed within a quarter of an hour.
_DUE_WITHIN = timedelta(seconds=60)
_CARRIED_OUT_WITHIN = timedelta(minutes=15)
_INSTANT = deals.c.closes_at.type


@dataclass(frozen=True)
class Violation:
    """`count` rows break invariant `id`; the sentence says how. One id may be broken in several ways."""

    id: str
    count: int
    sentence: str


async def violations(unit: Unit, now: datetime) -> list[Violation]:
    """Everything that is wrong in this snapshot, in the order of the invariants; empty if all is well."""
    found = [violation for statement in STATEMENTS if (violation := await _count(unit, statement, now))]
    found += await _forbidden_moves(unit)
    return sorted(found, key=lambda violation: int(violation.id[1:]))


async def broken_chains(unit: Unit, keys: Keys) -> list[Violation]:
    """I16 in full: every row of the audit trail is signed again and compared. Slow on a long trail."""
    found = []
    for chain in await chains(unit):
        place = await verify_chain(unit, chain, keys)
        if place is not None:
            found.append(Violation("I16", 1, f"the audit trail of {chain} is broken at row {place}"))
    return found


async def _count(unit: Unit, statement: Statement, now: datetime) -> Violation | None:
    asked = text(statement.sql)
    known = {
        "due": bindparam("due", now - _DUE_WITHIN, type_=_INSTANT),
        "overdue": bindparam("overdue", now - _CARRIED_OUT_WITHIN, type_=_INSTANT),
        "placed": bindparam("placed", PLACED, expanding=True),
    }
    used = [parameter for name, parameter in known.items() if f":{name}" in statement.sql]
    count = int(await unit.value(asked.bindparams(*used)))
    return Violation(statement.id, count, statement.sentence) if count else None


async def _forbidden_moves(unit: Unit) -> list[Violation]:
    """I15: facts of moves that no table of ours has."""
    moves = text(
        "SELECT machine, from_state, to_state, count(*) AS moves FROM fact WHERE to_state IS NOT NULL"
        " GROUP BY machine, from_state, to_state ORDER BY machine, from_state, to_state"
    )
    found = []
    for row in await unit.all(moves):
        if not _allowed(row.machine, row.from_state or "", row.to_state):
            move = f"{row.machine or 'nothing'} went from {row.from_state or '(new)'} to {row.to_state}"
            found.append(Violation("I15", row.moves, f"{move}, which the table does not have"))
    return found


def _allowed(name: str, from_state: str, to_state: str) -> bool:
    machine = known(name)
    if machine is None:
        return False
    return (from_state == "" or from_state in machine.moves) and machine.allows(from_state, to_state)
