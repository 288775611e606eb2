"""How people joined the deals of a campaign, day by day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from campaigns.deals.rows import campaign_deals
from campaigns.deals.windows import local_day
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders


async def joins_by_day(unit: Unit, campaign_id: str, zone: str) -> tuple[tuple[date, int], ...]:
    """Orders by the local day of their commitment, every day from the first to the last."""
    statement = (
        select(orders.c.committed_at)
        .join(campaign_deals, campaign_deals.c.deal_id == orders.c.deal_id)
        .where(campaign_deals.c.campaign_id == campaign_id, orders.c.committed_at.is_not(None))
    )
    found = Counter(local_day(row.committed_at, ZoneInfo(zone)) for row in await unit.all(statement))
    if not found:
        return ()
    first, last = min(found), max(found)
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    return tuple((day, found[day]) for day in days)
