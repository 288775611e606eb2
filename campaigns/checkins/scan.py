"""A staff scan, with its evidence: enough by itself, and what a waiting check-in waits for (R77)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.checkins.evidence import attempt_row
from campaigns.checkins.rows import check_ins, decide, keep
from campaigns.foundation.clock import Clock
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.orders.rows import orders
from campaigns.people.rules import Actor
from campaigns.vouchers.redeem import Outcome, Redeemed, Scan, redeem_within


async def scan(asked: Scan, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> Redeemed:
    """Redeem by staff, or say why not: the answers are those of `vouchers.redeem`.

    A check-in of the voucher that waits at this venue becomes accepted; without one the scan is the check-in.
    Raises NotFound for a venue that is not there, NotAllowed for one the actor does not work at.
    """
    async with store.begin() as unit:
        seen = await redeem_within(unit, asked, actor=actor, clock=clock, keys=keys)
        if seen.voucher is not None and seen.now is not None:
            await _keep(unit, seen, asked.nonce, actor, seen.now)
        return seen.told


async def _keep(unit: Unit, seen: Outcome, nonce: str, actor: Actor, now: datetime) -> None:
    answer = seen.told.answer
    waiting = await _waiting(unit, seen) if answer.accepted else None
    staff = actor.account_id
    if waiting is not None and await decide(unit, waiting, "accepted", answer.code, now, staff=staff):
        return
    buyer = await unit.value(select(orders.c.buyer_id).where(orders.c.id == seen.voucher.order_id))
    verdict = {"state": "accepted" if answer.accepted else "refused", "reason": answer.code}
    row = attempt_row(seen.venue, seen.voucher, buyer, now, source="staff", nonce=f"{seen.venue.id}:{nonce}")
    await keep(unit, row | verdict | {"staff_account_id": staff, "decided_at": now})


async def _waiting(unit: Unit, seen: Outcome) -> Any:
    """The latest check-in of the voucher that waits at this venue."""
    here = (check_ins.c.voucher_id == seen.voucher.id, check_ins.c.venue_id == seen.venue.id)
    return await unit.one(
        select(check_ins)
        .where(*here, check_ins.c.state == "needs_staff")
        .order_by(check_ins.c.received_at.desc(), check_ins.c.id)
        .limit(1)
        .with_for_update()
    )
