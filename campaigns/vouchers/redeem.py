"""Redeem a voucher at a venue by staff scan: one conditional update decides (R68, S29)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rows import deal_venues, deals, offers, venues
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import moved, record
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store, Unit
from campaigns.ledger.post import post
from campaigns.ledger.rules import earned
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.vouchers.rows import redemptions, vouchers
from campaigns.vouchers.rules import ANSWERS, SPENDABLE, VOUCHER, Answer, Scanned, answer_scan
from campaigns.vouchers.tokens import code_hash, presented_code


@dataclass(frozen=True)
class Scan:
    """A code presented at a venue. `nonce` is made by the scanner, so that a repeat is the same scan."""

    presented: str
    venue_id: str
    nonce: str


@dataclass(frozen=True)
class Redeemed:
    """The answer, what it was about, and for one already used when and where that was."""

    answer: Answer
    voucher_id: str | None = None
    title: str | None = None
    paid: Money | None = None
    at: datetime | None = None
    venue: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a scan inside its transaction. `voucher` is its row, None where the code is nobody's here.

    `repeated`: the same scan was answered before, and nothing was written now.
    """

    told: Redeemed
    venue: Any
    voucher: Any = None
    now: datetime | None = None
    repeated: bool = False


@dataclass(frozen=True)
class Spending:
    """A voucher about to be spent: its row as `voucher_at` found it, where, under which nonce and answer."""

    voucher: Any
    venue: Any
    nonce: str
    answer: Answer
    actor: Actor


async def redeem(scan: Scan, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> Redeemed:
    """Spend a voucher, or say why not. The same nonce at the same venue gets the same answer (R68, R73).

    Raises NotFound for a venue that is not there, NotAllowed for one the actor does not work at.
    """
    async with store.begin() as unit:
        return (await redeem_within(unit, scan, actor=actor, clock=clock, keys=keys)).told


async def redeem_within(unit: Unit, scan: Scan, *, actor: Actor, clock: Clock, keys: Keys) -> Outcome:
    """The same inside a transaction."""
    code = presented_code(keys, scan.presented)
    venue = await unit.one(select(venues).where(venues.c.id == scan.venue_id))
    if venue is None:
        raise NotFound(what="venue")
    require(actor, "redeem", venue.organization_id)
    before = await _repeated(unit, scan)
    if before is not None:
        return Outcome(before, venue, repeated=True)
    row = await unit.one(voucher_at(venue).where(vouchers.c.code_hash == code_hash(code))) if code else None
    if row is None:
        return Outcome(Redeemed(ANSWERS["invalid"]), venue)
    now = await clock.now(unit)
    answer = answer_scan(scanned(row), venue.zone, now)
    await failpoint("redeem.after_look")
    spending = Spending(row, venue, scan.nonce, answer, actor)
    if answer.accepted and await spend(unit, spending, now=now, keys=keys):
        return Outcome(_told(row, answer, now, venue), venue, row, now)
    return Outcome(await _explain(unit, row.id, answer), venue, row, now)


def voucher_at(venue: Any) -> Any:
    """Vouchers of this venue's merchant only: a foreign one looks like a wrong one (S30)."""
    here = select(deal_venues.c.venue_id).where(
        deal_venues.c.deal_id == vouchers.c.deal_id, deal_venues.c.venue_id == venue.id
    )
    return (
        select(vouchers, offers.c.title, here.exists().label("at_this_venue"))
        .join(deals, deals.c.id == vouchers.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(vouchers.c.organization_id == venue.organization_id)
    )


def scanned(row: Any) -> Scanned:
    """A row of `voucher_at` as the rules read it."""
    return Scanned(**{name: getattr(row, name) for name in Scanned.__dataclass_fields__})


async def spend(unit: Unit, spending: Spending, *, now: datetime, keys: Keys) -> bool:
    """Spend a voucher in one statement, and write what follows from it. False: it was not there to be spent."""
    row = spending.voucher
    statement = (
        update(vouchers)
        .where(vouchers.c.id == row.id, vouchers.c.state.in_(SPENDABLE))
        .values(state="redeemed", redeemed_at=now)
    )
    if await unit.changed(statement) != 1:
        return False
    await _record(unit, spending, now)
    entry = AuditEntry(
        row.organization_id,
        spending.actor.label,
        "redeem",
        f"voucher:{row.id}",
        {"venue": spending.venue.id},
    )
    await note(unit, entry, now=now, keys=keys)
    return True


async def _record(unit: Unit, spending: Spending, now: datetime) -> None:
    row = spending.voucher
    await unit.run(
        redemptions.insert().values(
            id=new_id("red"),
            voucher_id=row.id,
            venue_id=spending.venue.id,
            account_id=spending.actor.account_id,
            nonce=spending.nonce,
            answer=spending.answer.code,
            at=now,
        )
    )
    await record(unit, [moved(VOUCHER, f"voucher:{row.id}", row.state, "redeemed", now, deal_id=row.deal_id)])
    paid = Money(row.paid_value_minor, row.currency)
    await post(unit, earned(row.id, row.organization_id, paid, row.commission_percent), now)


def _told(row: Any, answer: Answer, at: datetime, venue: Any) -> Redeemed:
    paid = Money(row.paid_value_minor, row.currency)
    return Redeemed(answer, row.id, row.title, paid, at, venue.name, venue.zone)


async def _repeated(unit: Unit, scan: Scan) -> Redeemed | None:
    """The first answer again, if this very scan was carried out before."""
    row = await unit.one(
        _first_use().where(redemptions.c.venue_id == scan.venue_id, redemptions.c.nonce == scan.nonce)
    )
    return _as_redeemed(row, ANSWERS[row.answer]) if row else None


async def _explain(unit: Unit, voucher_id: str, answer: Answer) -> Redeemed:
    """Nothing was spent. Say when and where an earlier scan was, also one that won while we looked."""
    row = await unit.one(_first_use().where(redemptions.c.voucher_id == voucher_id))
    if row is not None and (answer.accepted or answer.code == "already_redeemed"):
        return _as_redeemed(row, ANSWERS["already_redeemed"])
    return Redeemed(answer if not answer.accepted else ANSWERS["revoked"], voucher_id)


def _first_use() -> Any:
    return (
        select(redemptions.c.answer, redemptions.c.at, vouchers, offers.c.title, venues.c.name, venues.c.zone)
        .join(vouchers, vouchers.c.id == redemptions.c.voucher_id)
        .join(deals, deals.c.id == vouchers.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(venues, venues.c.id == redemptions.c.venue_id)
    )


def _as_redeemed(row: Any, answer: Answer) -> Redeemed:
    paid = Money(row.paid_value_minor, row.currency)
    return Redeemed(answer, row.id, row.title, paid, row.at, row.name, row.zone)
