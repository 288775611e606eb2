"""What people paid a merchant less what went back, person by person: one rule for every arm and period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, select

from campaigns.deals.rows import campaign_deals, deals
from campaigns.deals.windows import local_day
from campaigns.foundation.store import Unit
from campaigns.lift.rows import sales
from campaigns.orders.rows import orders, refunds


@dataclass(frozen=True)
class Span:
    """A merchant's sales in one currency from an instant up to another, which is not in it.

    Imported sales carry a day only, in the merchant's zone: the day of `starts_at` is before the span, the day
    of `ends_at` is in it, so that spans side by side count no sale twice. With `campaign_id` only orders of
    that campaign's deals count.
    """

    organization_id: str
    currency: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    campaign_id: str | None = None


async def spent(unit: Unit, span: Span) -> dict[str, int]:
    """Minor units by account, of everybody with an order charged or a sale in the span; may be 0 or negative.

    An order counts by the instant of its charge, less whatever of it went back since, whenever that was.
    """
    found: dict[str, int] = {}
    for statement in (_from_orders(span), _from_sales(span)):
        for row in await unit.all(statement):
            found[row.account_id] = found.get(row.account_id, 0) + int(row.minor)
    return found


def returned() -> Any:
    """Refunds granted by order; one that failed is still owed."""
    return (
        select(refunds.c.order_id, func.sum(refunds.c.amount_minor).label("minor"))
        .group_by(refunds.c.order_id)
        .subquery("returned")
    )


def _from_orders(span: Span) -> Select[Any]:
    back = returned()
    kept = case(
        (orders.c.state == "charged_back", 0), else_=orders.c.due_minor - func.coalesce(back.c.minor, 0)
    )
    mine: list[ColumnElement[bool]] = [
        deals.c.organization_id == span.organization_id,
        orders.c.currency == span.currency,
        orders.c.captured_at >= span.starts_at,
        orders.c.captured_at < span.ends_at,
    ]
    if span.campaign_id is not None:
        of = select(campaign_deals.c.deal_id).where(campaign_deals.c.campaign_id == span.campaign_id)
        mine.append(orders.c.deal_id.in_(of))
    return (
        select(orders.c.buyer_id.label("account_id"), func.sum(kept).label("minor"))
        .join(deals, deals.c.id == orders.c.deal_id)
        .outerjoin(back, back.c.order_id == orders.c.id)
        .where(*mine)
        .group_by(orders.c.buyer_id)
    )


def _from_sales(span: Span) -> Select[Any]:
    zone = ZoneInfo(span.zone)
    return (
        select(sales.c.account_id, func.sum(sales.c.amount_minor).label("minor"))
        .where(
            sales.c.organization_id == span.organization_id,
            sales.c.currency == span.currency,
            sales.c.sold_on > local_day(span.starts_at, zone),
            sales.c.sold_on <= local_day(span.ends_at, zone),
        )
        .group_by(sales.c.account_id)
    )
