"""Promotional values end with their last day at the last of a voucher's venues (R66, R67)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from campaigns.deals.rows import deal_venues, venues
from campaigns.foundation.clock import Clock
from campaigns.foundation.facts import moved, record
from campaigns.foundation.store import Store, Unit
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import VOUCHER


async def expire_promotional_values(*, store: Store, clock: Clock, batch: int = 200) -> int:
    """Vouchers whose promotional value is over are worth what was paid from now on. Answers how many."""
    async with store.begin() as unit:
        now = await clock.now(unit)
        # A day is over everywhere on earth two days later at the latest; the zones decide in between.
        maybe = await unit.all(
            select(vouchers.c.id, vouchers.c.deal_id, vouchers.c.promo_expires_on)
            .where(
                vouchers.c.state == "issued", vouchers.c.promo_expires_on < (now + timedelta(days=1)).date()
            )
            .order_by(vouchers.c.promo_expires_on, vouchers.c.id)
            .limit(batch)
        )
        zones = {row.deal_id: await _zones(unit, row.deal_id) for row in maybe}
        over = [
            row
            for row in maybe
            if all(
                now.astimezone(ZoneInfo(zone)).date() > row.promo_expires_on for zone in zones[row.deal_id]
            )
        ]
        for row in sorted(over, key=lambda row: str(row.id)):
            guarded = update(vouchers).where(vouchers.c.id == row.id, vouchers.c.state == "issued")
            if await unit.changed(guarded.values(state="promo_expired")) == 1:
                fact = moved(
                    VOUCHER, f"voucher:{row.id}", "issued", "promo_expired", now, deal_id=row.deal_id
                )
                await record(unit, [fact])
        return len(over)


async def _zones(unit: Unit, deal_id: str) -> list[Any]:
    statement = select(venues.c.zone).join(deal_venues, deal_venues.c.venue_id == venues.c.id)
    return [row.zone for row in await unit.all(statement.where(deal_venues.c.deal_id == deal_id))]
