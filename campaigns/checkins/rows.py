"""Tables of the check-ins floor, and the statements that guard them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text, update
from sqlmodel import Field, SQLModel

from campaigns.checkins.offer_rules import OFFER_KINDS
from campaigns.checkins.rules import BANDS, CHECK_IN, CODES, POSITIONS, SOURCES
from campaigns.foundation.facts import moved, record
from campaigns.foundation.schema import one_of, table
from campaigns.foundation.store import Unit


class CheckInRow(SQLModel, table=True):
    """One attempt and what became of it. Only the verdict's columns ever change; no place, address or track is kept.

    `local_on` is the day at the venue when it was received. An order is known by id alone.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("voucher_id", "nonce"),
        UniqueConstraint("account_id", "venue_id", "outside_id"),
        one_of("state", CHECK_IN.states),
        one_of("source", SOURCES),
        one_of("code", CODES),
        one_of("position", POSITIONS),
        one_of("distance_band", BANDS),
        one_of("accuracy_band", BANDS),
        CheckConstraint("inside_percent BETWEEN 0 AND 100", name="inside_percent_fits"),
        CheckConstraint("(waits_until IS NOT NULL) = (state = 'needs_staff')", name="waiting_is_whole"),
        Index("ix_check_in_venue_day", "venue_id", "local_on"),
        Index("ix_check_in_person", "account_id", "venue_id", "local_on"),
        Index(
            "ix_check_in_waiting",
            "waits_until",
            sqlite_where=text("state = 'needs_staff'"),
            postgresql_where=text("state = 'needs_staff'"),
        ),
    )
    id: str = Field(primary_key=True)
    voucher_id: str | None = Field(default=None, foreign_key="voucher.id")
    account_id: str | None = Field(default=None, foreign_key="account.id")
    venue_id: str = Field(foreign_key="venue.id")
    organization_id: str = Field(foreign_key="organization.id", index=True)
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    order_id: str | None = None
    source: str
    nonce: str
    challenge_id: str | None = None
    outside_id: str | None = None
    reported_at: datetime | None = None
    received_at: datetime
    local_on: date
    position: str = "absent"
    distance_band: str | None = None
    accuracy_band: str | None = None
    inside_percent: int | None = None
    datum: str | None = None
    position_mark: str | None = None
    code: str = "not_asked"
    flags: list[str] = Field(sa_column=Column(JSON, nullable=False))
    state: str = "received"
    reason: str = ""
    staff_account_id: str | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    waits_until: datetime | None = None


class ChallengeRow(SQLModel, table=True):
    """What a page was given so that one attempt can be made from it, once and soon."""

    __tablename__ = "check_in_challenge"
    id: str = Field(primary_key=True)
    voucher_id: str = Field(foreign_key="voucher.id", index=True)
    venue_id: str = Field(foreign_key="venue.id")
    issued_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None


class PlaceSourceRow(SQLModel, table=True):
    """A person's device that tells us where it is, by consent. Its secret is kept as a hash."""

    __tablename__ = "place_source"
    __table_args__ = (UniqueConstraint("username"),)
    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    kind: str = "owntracks"
    username: str
    secret_hash: str
    consented_at: datetime
    withdrawn_at: datetime | None = None


class CheckInOfferRow(SQLModel, table=True):
    """A reward for coming. `every` is the n of a loyalty offer; a swarm has `swarm_size` and `swarm_hours`."""

    __tablename__ = "check_in_offer"
    __table_args__ = (
        one_of("kind", OFFER_KINDS),
        CheckConstraint(
            "granted >= 0 AND (capacity IS NULL OR granted <= capacity)", name="never_above_capacity"
        ),
        CheckConstraint("(kind = 'loyalty') = (every IS NOT NULL)", name="loyalty_is_whole"),
        CheckConstraint("(kind = 'swarm') = (swarm_size IS NOT NULL)", name="swarm_is_whole"),
    )
    id: str = Field(primary_key=True)
    venue_id: str = Field(foreign_key="venue.id", index=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    kind: str
    title: str
    reward: str
    staff_sentence: str
    every: int | None = None
    swarm_size: int | None = None
    swarm_hours: int = 3
    capacity: int | None = None
    granted: int = 0
    began_at: datetime
    ended_at: datetime | None = None


class CheckInRewardRow(SQLModel, table=True):
    """What a person was granted; `ordinal` counts the rounds of a loyalty offer and is 1 for a swarm."""

    __tablename__ = "check_in_reward"
    __table_args__ = (UniqueConstraint("offer_id", "account_id", "ordinal"),)
    id: str = Field(primary_key=True)
    offer_id: str = Field(foreign_key="check_in_offer.id")
    account_id: str = Field(foreign_key="account.id", index=True)
    check_in_id: str = Field(foreign_key="check_in.id", index=True)
    ordinal: int = 1
    granted_at: datetime


check_ins, challenges, place_sources = table(CheckInRow), table(ChallengeRow), table(PlaceSourceRow)
check_in_offers, check_in_rewards = table(CheckInOfferRow), table(CheckInRewardRow)


async def use_challenge(unit: Unit, challenge_id: str, now: datetime) -> bool:
    """Use it up; False: somebody was faster, or its time is over."""
    fresh = (challenges.c.used_at.is_(None), challenges.c.expires_at > now)
    statement = update(challenges).where(challenges.c.id == challenge_id, *fresh).values(used_at=now)
    return await unit.changed(statement) == 1


async def keep(unit: Unit, row: dict[str, Any]) -> bool:
    """Write the evidence of one attempt with its verdict, and record both. False: this attempt was kept before."""
    insert = unit.insert(check_ins).values(row).on_conflict_do_nothing()
    if await unit.value(insert.returning(check_ins.c.id)) is None:
        return False
    arrived = moved(CHECK_IN, f"check_in:{row['id']}", "", "received", row["received_at"], **_about(row))
    await record(unit, [arrived])
    if row["state"] != "received":
        await _record(unit, row, "received", row["state"], row["reason"], row["received_at"])
    return True


async def decide(
    unit: Unit, row: Any, to_state: str, reason: str, now: datetime, *, staff: str | None = None
) -> bool:
    """Compare-and-set the verdict of a check-in and record it. False: somebody was faster."""
    CHECK_IN.check(row.state, to_state)
    statement = (
        update(check_ins)
        .where(check_ins.c.id == row.id, check_ins.c.state == row.state)
        .values(state=to_state, reason=reason, decided_at=now, staff_account_id=staff, waits_until=None)
    )
    if await unit.changed(statement) != 1:
        return False
    await _record(unit, row._mapping, row.state, to_state, reason, now)
    return True


async def _record(unit: Unit, row: Any, from_state: str, to_state: str, reason: str, now: datetime) -> None:
    told = to_state == "accepted"
    data = {"reason": reason, "venue_id": row["venue_id"]}
    fact = moved(
        CHECK_IN, f"check_in:{row['id']}", from_state, to_state, now, told=told, data=data, **_about(row)
    )
    await record(unit, [fact])


def _about(row: Any) -> dict[str, Any]:
    return {"order_id": row["order_id"], "deal_id": row["deal_id"]}
