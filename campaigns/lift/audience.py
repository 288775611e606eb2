"""Whom a campaign may address: people with standing consent to a merchant's news, its own people excluded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from campaigns.contacts.rows import contacts
from campaigns.deals.rows import deals
from campaigns.foundation.store import Unit
from campaigns.lift.assignment import Person
from campaigns.lift.spending import Span, spent
from campaigns.orders.rows import orders
from campaigns.people.rows import consents, membership, organization
from campaigns.sharing.rows import referrals, share_links

# How far back earlier sales are looked at, to balance arms and to tell who is a customer.
EARLIER = timedelta(days=365)


@dataclass(frozen=True)
class Market:
    """Whose audience, in which money, seen from which moment."""

    organization_id: str
    currency: str
    zone: str
    at: datetime


async def audience(unit: Unit, market: Market) -> list[Person]:
    """Everybody eligible at this moment, by account id."""
    rows = await unit.all(_agreeing(market.organization_id))
    before = Span(market.organization_id, market.currency, market.zone, market.at - EARLIER, market.at)
    paid, inviters = await spent(unit, before), await _inviters(unit, market.organization_id)
    return [
        Person(
            account_id=row.account_id,
            group_name=row.group_name or "",
            inviter_id=inviters.get(row.account_id),
            spent_minor=max(0, paid.get(row.account_id, 0)),
            was_customer=row.account_id in paid,
        )
        for row in rows
    ]


def _agreeing(organization_id: str) -> Any:
    insiders = (
        select(membership.c.account_id)
        .join(organization, organization.c.id == membership.c.organization_id)
        .where(or_(organization.c.id == organization_id, organization.c.kind == "platform"))
    )
    known = and_(
        contacts.c.account_id == consents.c.account_id, contacts.c.organization_id == organization_id
    )
    return (
        select(consents.c.account_id, contacts.c.group_name)
        .outerjoin(contacts, known)
        .where(
            consents.c.kind == "news",
            consents.c.about == organization_id,
            consents.c.withdrawn_at.is_(None),
            consents.c.account_id.not_in(insiders),
        )
        .order_by(consents.c.account_id)
    )


async def _inviters(unit: Unit, organization_id: str) -> dict[str, str]:
    """Who first brought each buyer of this merchant, by buyer."""
    statement = (
        select(orders.c.buyer_id, share_links.c.account_id)
        .join(referrals, referrals.c.order_id == orders.c.id)
        .join(share_links, share_links.c.id == referrals.c.link_id)
        .join(deals, deals.c.id == orders.c.deal_id)
        .where(deals.c.organization_id == organization_id, share_links.c.account_id.is_not(None))
        .order_by(orders.c.placed_at.desc(), orders.c.id)
    )
    return {row.buyer_id: row.account_id for row in await unit.all(statement)}
