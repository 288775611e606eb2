"""Review a deal: publish it, or send it back with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals import facts
from campaigns.deals.checks import check_publishable
from campaigns.deals.draft_rows import check_no_overlap, stored_plan
from campaigns.deals.rows import lock_deal, move_deal
from campaigns.deals.rules import DealChangedMeanwhile, DealNotInReview, ReasonsNeeded
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store, Unit
from campaigns.people.rows import organization
from campaigns.people.rules import Actor, require


@dataclass(frozen=True)
class Approve:
    """It may be published."""


@dataclass(frozen=True)
class SendBack:
    """It must change first; `reasons` go to the merchant word by word."""

    reasons: str


async def review(
    deal_id: DealId, verdict: Approve | SendBack, *, actor: Actor, store: Store, clock: Clock
) -> None:
    """in_review -> scheduled, which publishes it and fixes the commission (R59); or -> draft with reasons.

    Approving checks everything again, since time has passed and other deals were published meanwhile. Raises
    InvalidFields, WindowsOverlap, DealNotInReview, ReasonsNeeded, NotAllowed, NotFound.
    """
    async with store.begin() as unit:
        row = await lock_deal(unit, deal_id)
        if row is None:
            raise NotFound(what="deal")
        await review_locked(unit, row, verdict, actor=actor, clock=clock)


async def review_locked(
    unit: Unit, row: Any, verdict: Approve | SendBack, *, actor: Actor, clock: Clock
) -> None:
    """The same inside a transaction that holds the deal."""
    require(actor, "review_deal", row.organization_id)
    if row.state != "in_review":
        raise DealNotInReview(state=row.state.replace("_", " "))
    now = await clock.now(unit)
    if isinstance(verdict, Approve):
        moved = await _publish(unit, row, actor, now)
    else:
        moved = await _send_back(unit, row, verdict, actor, now)
    if not moved:
        raise DealChangedMeanwhile


async def _publish(unit: Unit, row: Any, actor: Actor, now: datetime) -> bool:
    whole, plan = await stored_plan(unit, row.id)
    check_publishable(plan, now)
    await check_no_overlap(unit, whole)
    agreed = select(organization.c.commission_percent).where(organization.c.id == row.organization_id)
    return await move_deal(
        unit,
        whole,
        "scheduled",
        now,
        told=True,
        published_at=now,
        commission_percent=await unit.value(agreed),
        review_note="",
        note=facts.note(facts.APPROVED, actor),
    )


async def _send_back(unit: Unit, row: Any, verdict: SendBack, actor: Actor, now: datetime) -> bool:
    reasons = verdict.reasons.strip()
    if not reasons or len(reasons) > 2000 or "\x00" in reasons:
        raise ReasonsNeeded
    note = facts.note(facts.SENT_BACK, actor, reasons=reasons)
    return await move_deal(unit, row, "draft", now, told=True, review_note=reasons, note=note)
