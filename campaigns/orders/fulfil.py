"""A capture is recorded: state, vouchers and journal together or not at all (R65, I5, I7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import offers
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.ledger.post import post
from campaigns.ledger.rules import capture
from campaigns.orders.rows import move_order
from campaigns.vouchers.issue import Captured, issue


async def fulfil(unit: Unit, deal: Any, order: Any, now: datetime, keys: Keys) -> None:
    """Move a `capturing` order to `captured` and give it what it paid for."""
    if not await move_order(unit, order, "captured", now, captured_at=now, units_captured=order.units):
        return
    list_price = await unit.value(select(offers.c.list_price_minor).where(offers.c.id == deal.offer_id))
    paid = Money(order.due_minor, order.currency)
    await failpoint("fulfil.before_vouchers")
    await issue(
        Captured(
            order_id=order.id,
            deal_id=deal.id,
            organization_id=deal.organization_id,
            units=order.units,
            paid=paid,
            list_price_minor=list_price,
            commission_percent=deal.commission_percent,
            valid_from_on=deal.valid_from_on,
            promo_expires_on=deal.promo_expires_on,
            paid_expires_on=deal.paid_expires_on,
        ),
        unit=unit,
        keys=keys,
        now=now,
    )
    await post(unit, capture(order.id, paid), now)
