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


async def redeem(scan: Scan, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> Redeemed:
    """Spend a voucher, or say why not. The same nonce at the same venue gets the same answer (R68, R73).

    Raises NotFound for a venue that is not there, NotAllowed for one the actor does not work at.
    """
    code = presented_code(keys, scan.presented)
    async with store.begin() as unit:
        venue = await unit.one(select(venues).where(venues.c.id == scan.venue_id))
        if venue is None:
            raise NotFound(what="venue")
        require(actor, "redeem", venue.organization_id)
        before = await _repeated(unit, scan)
        if before is not None:
            return before
        row = await _find(unit, code, venue) if code else None
        if row is None:
            return Redeemed(ANSWERS["invalid"])
        now = await clock.now(unit)
        answer = answer_scan(_scanned(row), venue.zone, now)
        await failpoint("redeem.after_look")
        if answer.accepted and await _spend(unit, row, now):
            await _record(unit, row, scan, answer, now, actor)
            entry = AuditEntry(
                venue.organization_id, actor.label, "redeem", f"voucher:{row.id}", {"venue": venue.id}
            )
            await note(unit, entry, now=now, keys=keys)
            return _told(row, answer, now, venue)
    return await _explain(row.id, answer, store)


async def _find(unit: Unit, code: str, venue: Any) -> Any:
    """The voucher of a code, if it is this merchant's: a foreign one looks like a wrong one (S30)."""
    here = select(deal_venues.c.venue_id).where(
        deal_venues.c.deal_id == vouchers.c.deal_id, deal_venues.c.venue_id == venue.id
    )
    return await unit.one(
        select(vouchers, offers.c.title, here.exists().label("at_this_venue"))
        .join(deals, deals.c.id == vouchers.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(vouchers.c.code_hash == code_hash(code), vouchers.c.organization_id == venue.organization_id)
    )


def _scanned(row: Any) -> Scanned:
    return Scanned(**{name: getattr(row, name) for name in Scanned.__dataclass_fields__})


async def _spend(unit: Unit, row: Any, now: datetime) -> bool:
    statement = (
        update(vouchers)
        .where(vouchers.c.id == row.id, vouchers.c.state.in_(SPENDABLE))
        .values(state="redeemed", redeemed_at=now)
    )
    return await unit.changed(statement) == 1


async def _record(unit: Unit, row: Any, scan: Scan, answer: Answer, now: datetime, actor: Actor) -> None:
    await unit.run(
        redemptions.insert().values(
            id=new_id("red"),
            voucher_id=row.id,
            venue_id=scan.venue_id,
            account_id=actor.account_id,
            nonce=scan.nonce,
            answer=answer.code,
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


async def _explain(voucher_id: str, answer: Answer, store: Store) -> Redeemed:
    """Nothing was spent. Say when and where an earlier scan was, also one that won while we looked."""
    async with store.read() as unit:
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
