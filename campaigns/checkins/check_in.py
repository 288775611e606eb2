"""Redeem alone: the holder is inside the geofence and types the code of the till's screen (R77)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.checkins.challenge import offered, take_challenge
from campaigns.checkins.evidence import attempt_row, check_claim, history_of, kept_of, place_of
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.queries import CheckedIn, checked_in
from campaigns.checkins.rows import check_ins, keep
from campaigns.checkins.rules import WAITING_LIFE, Attempt, Verdict, verdict
from campaigns.checkins.venue_code import judge
from campaigns.deals.rows import venues
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.ids import AccountId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.orders.rows import orders
from campaigns.people.rules import Actor
from campaigns.vouchers.redeem import Spending, scanned, spend, voucher_at
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import ANSWERS, answer_scan


@dataclass(frozen=True)
class Arrival:
    """What a holder sends. `nonce` is made by the page, so that a repeat is the same attempt.

    Without a `claim` the person's own device may have told where it is.
    """

    voucher_id: str
    venue_id: str
    code: str
    challenge: str
    nonce: str
    claim: PresenceClaim | None = None


@dataclass(frozen=True)
class _Case:
    """An arrival with what it is about; the voucher is locked."""

    arrival: Arrival
    voucher: Any
    venue: Any
    account_id: str
    now: datetime


async def check_in(arrival: Arrival, *, store: Store, clock: Clock, keys: Keys) -> CheckedIn:
    """Redeem a voucher alone, wait for staff, or say why not. The same nonce gets the same attempt (R68).

    The caller has proved that the sender holds the voucher's link. Raises NotFound, SelfCheckInNotOffered and
    NotAPosition; everything else is an answer, and kept.
    """
    if arrival.claim is not None:
        check_claim(arrival.claim)
    async with store.begin() as unit:
        case = await _case(unit, arrival, clock)
        before = await _repeated(unit, arrival)
        check_in_id = before or await _decide(unit, case, keys)
        return await checked_in(unit, check_in_id)


async def _case(unit: Unit, arrival: Arrival, clock: Clock) -> _Case:
    venue = await unit.one(select(venues).where(venues.c.id == arrival.venue_id))
    if venue is None:
        raise NotFound(what="venue")
    offered(venue)
    # One attempt of a voucher at a time: wrong codes are counted, and its state is read, behind this lock.
    locked = vouchers.c.id == arrival.voucher_id
    await unit.run(select(vouchers.c.id).where(locked).with_for_update())
    voucher = await unit.one(voucher_at(venue).where(locked))
    if voucher is None:
        raise NotFound(what="voucher")
    buyer = await unit.value(select(orders.c.buyer_id).where(orders.c.id == voucher.order_id))
    return _Case(arrival, voucher, venue, str(buyer), await clock.now(unit))


async def _repeated(unit: Unit, arrival: Arrival) -> str | None:
    same = (check_ins.c.voucher_id == arrival.voucher_id, check_ins.c.nonce == _nonce(arrival))
    found = await unit.value(select(check_ins.c.id).where(*same))
    return str(found) if found else None


async def _decide(unit: Unit, case: _Case, keys: Keys) -> str:
    arrival, venue, now = case.arrival, case.venue, case.now
    place = await place_of(unit, arrival.claim, venue, case.account_id, now=now, keys=keys)
    past = await history_of(unit, case.voucher, case.account_id, venue, place, now)
    attempt = Attempt(
        spending=answer_scan(scanned(case.voucher), venue.zone, now).code,
        code=judge(keys, venue, arrival.code, now),
        challenge=await take_challenge(unit, arrival.challenge, arrival.voucher_id, venue.id, now),
        wrong_codes=past.wrong_codes,
        measured=place.measured,
        speed_mps=past.speed_mps,
        jitter_seen=past.jitter_seen,
        vouchers_today=past.vouchers_today,
    )
    found = verdict(attempt)
    await failpoint("check_in.after_look")
    row = attempt_row(venue, case.voucher, case.account_id, now, **kept_of(place), nonce=_nonce(arrival))
    found = await _carry_out(unit, case, found, str(row["id"]), keys)
    waits = now + WAITING_LIFE if found.state == "needs_staff" else None
    row |= {"state": found.state, "reason": found.reason, "flags": sorted(found.flags)}
    row |= {"code": attempt.code, "decided_at": None if waits else now, "waits_until": waits}
    known = attempt.challenge in ("fresh", "used", "expired")
    await keep(unit, row | {"challenge_id": arrival.challenge if known else None})
    return str(row["id"])


async def _carry_out(unit: Unit, case: _Case, found: Verdict, check_in_id: str, keys: Keys) -> Verdict:
    """Spend the voucher of an accepted attempt, by the same statement as a staff scan."""
    if found.state != "accepted":
        return found
    holder = Actor(account_id=AccountId(case.account_id))
    spending = Spending(case.voucher, case.venue, check_in_id, ANSWERS[found.reason], holder)
    if await spend(unit, spending, now=case.now, keys=keys):
        return found
    return replace(found, state="refused", reason="already_redeemed")


def _nonce(arrival: Arrival) -> str:
    return f"holder:{arrival.nonce}"
