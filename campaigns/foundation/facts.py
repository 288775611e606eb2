"""Facts: what happened, append-only, written in the transaction that made it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, select
from sqlmodel import Field, SQLModel

from campaigns.foundation.effects import Effect, owe
from campaigns.foundation.schema import table
from campaigns.foundation.states import Machine
from campaigns.foundation.store import Unit


class FactRow(SQLModel, table=True):
    __tablename__ = "fact"
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    at: datetime
    machine: str = ""
    subject: str = Field(index=True)
    order_id: str | None = Field(default=None, index=True)
    deal_id: str | None = Field(default=None, index=True)
    name: str
    from_state: str | None = None
    to_state: str | None = None
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


facts = table(FactRow)


@dataclass(frozen=True)
class Fact:
    """One thing that happened. A move names its machine and both states; `from_state` is "" for the first.

    A `told` fact is also handed to the reactions, through the outbox.
    """

    name: str
    subject: str
    at: datetime
    machine: str = ""
    from_state: str | None = None
    to_state: str | None = None
    order_id: str | None = None
    deal_id: str | None = None
    told: bool = False
    data: dict[str, Any] = field(default_factory=dict)


def moved(machine: Machine, subject: str, from_state: str, to_state: str, at: datetime, **more: Any) -> Fact:
    """The fact of a move. Raises NoSuchMove if the machine's table lacks it."""
    machine.check(from_state, to_state)
    return Fact(
        name=f"{machine.name}_{to_state}",
        subject=subject,
        at=at,
        machine=machine.name,
        from_state=from_state,
        to_state=to_state,
        **more,
    )


async def record(unit: Unit, happened: Sequence[Fact]) -> None:
    """Write facts, and for each told one the effect that tells it."""
    if not happened:
        return
    if not any(fact.told for fact in happened):
        # Nobody asks for the ids, and without them many rows are one call of the driver.
        await unit.run(facts.insert(), [_row(fact) for fact in happened])
        return
    statement = facts.insert().returning(facts.c.id, sort_by_parameter_order=True)
    ids = [row.id for row in await unit.run(statement, [_row(fact) for fact in happened])]
    tells = [
        Effect(f"fact:{fact_id}", "tell", run_at=fact.at)
        for fact_id, fact in zip(ids, happened, strict=True)
        if fact.told
    ]
    await owe(unit, tells)


def _row(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in Fact.__dataclass_fields__ if name != "told"}


@dataclass(frozen=True)
class Recorded:
    """A fact as read back, with its position in the order of events."""

    id: int
    fact: Fact


async def read_fact(unit: Unit, fact_id: int) -> Recorded | None:
    row = await unit.one(select(facts).where(facts.c.id == fact_id))
    return _recorded(row) if row else None


async def history(unit: Unit, subject: str) -> list[Recorded]:
    """Every fact of one subject such as `order:ord_…`, oldest first."""
    rows = await unit.all(select(facts).where(facts.c.subject == subject).order_by(facts.c.id))
    return [_recorded(row) for row in rows]


def _recorded(row: Any) -> Recorded:
    kept = {name: getattr(row, name) for name in Fact.__dataclass_fields__ if name != "told"}
    return Recorded(id=row.id, fact=Fact(**kept))
