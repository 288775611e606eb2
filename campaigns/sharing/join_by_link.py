"""Join a deal as somebody who came by a link: the order, its referrer and the consents, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import campaign_deals, campaigns, deals
from campaigns.foundation.clock import Clock
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store, Unit
from campaigns.orders.join import Ask, Placed, place
from campaigns.orders.rows import orders, read_order
from campaigns.people.consent import Consent, give, was_withdrawn
from campaigns.people.queries import is_insider
from campaigns.people.rules import written_email
from campaigns.sharing.agree import show_as
from campaigns.sharing.link_rules import REFERRAL_HOURS, Followed, Joining, referrer
from campaigns.sharing.rows import clicks, referrals, share_links

# A browser remembers so many clicks at most; what is sent beyond them is not looked at.
MOST_CLICKS = 6
_SOURCE = "join"


@dataclass(frozen=True)
class Came:
    """What somebody brings along who joins.

    `click` is the id of the last click they followed, `earlier` those before it, as `/s/{code}` remembered them; both
    may be of any deal. `announce` lets the feeds say that this order joined, as the short form of `name`; `news`
    lets the merchant write. Neither is ever assumed.
    """

    click: str | None = None
    announce: bool = False
    news: bool = False
    name: str = ""
    earlier: tuple[str, ...] = ()


async def join_by_link(ask: Ask, came: Came, *, store: Store, clock: Clock, links: Links) -> Placed:
    """As `orders.join.join`, with at most one referrer (R84) and the consents given. Raises the same refusals.

    A repeated request key answers the first order and changes nothing. A click that does not fit brings no credit
    and never costs an order.
    """
    email = written_email(ask.email)
    async with store.begin() as unit:
        placed = await place(ask, email, unit=unit, clock=clock, links=links)
        if not placed.repeated:
            order = await read_order(unit, placed.order_id)
            await _credit(unit, order, came)
            await _agree(unit, order, came)
    return placed


async def _credit(unit: Unit, order: Any, came: Came) -> None:
    ids = [click for click in (came.click, *came.earlier) if click][:MOST_CLICKS]
    # Whoever counts towards no tip brings nobody credit either (R9).
    if not ids or not order.counts:
        return
    campaign = await _campaign(unit, order.deal_id)
    joining = Joining(
        order.buyer_id, order.placed_at, campaign.referral_hours if campaign else REFERRAL_HOURS
    )
    click = referrer(await _followed(unit, ids, order, campaign.id if campaign else None), joining)
    if click is not None:
        row = {
            "order_id": order.id,
            "link_id": click.link_id,
            "click_id": click.click_id,
            "channel": click.channel,
            "credited_at": order.placed_at,
        }
        await unit.run(unit.insert(referrals).values(row).on_conflict_do_nothing())


async def _agree(unit: Unit, order: Any, came: Came) -> None:
    now: datetime = order.placed_at
    if came.news:
        of_deal = select(deals.c.organization_id).where(deals.c.id == order.deal_id)
        merchant = str(await unit.value(of_deal))
        news = Consent(order.buyer_id, "news", merchant)
        # Anybody can type an address, so joining undoes nobody's "no". The order's own page can.
        if not await was_withdrawn(unit, news):
            await give(unit, news, source=_SOURCE, now=now)
    if came.announce:
        await give(unit, Consent(order.buyer_id, "announce_join", order.id), source=_SOURCE, now=now)
        await show_as(unit, order.id, came.name)


async def _campaign(unit: Unit, deal_id: str) -> Any:
    of_deal = campaign_deals.c.campaign_id == campaigns.c.id
    columns = (campaigns.c.id, campaigns.c.referral_hours)
    return await unit.one(
        select(*columns).join(campaign_deals, of_deal).where(campaign_deals.c.deal_id == deal_id)
    )


async def _followed(unit: Unit, ids: Sequence[str], order: Any, campaign_id: str | None) -> list[Followed]:
    statement = (
        select(
            *(clicks.c[name] for name in ("id", "link_id", "channel", "at", "kind")),
            share_links.c.deal_id,
            share_links.c.account_id,
            share_links.c.organization_id,
            campaign_deals.c.campaign_id,
        )
        .join(share_links, share_links.c.id == clicks.c.link_id)
        .outerjoin(campaign_deals, campaign_deals.c.deal_id == share_links.c.deal_id)
        .where(clicks.c.id.in_(ids))
    )
    return [await _one(unit, row, order, campaign_id) for row in await unit.all(statement)]


async def _one(unit: Unit, row: Any, order: Any, campaign_id: str | None) -> Followed:
    reaches = row.deal_id == order.deal_id or (campaign_id is not None and row.campaign_id == campaign_id)
    owner = row.account_id if reaches else None
    return Followed(
        row.id,
        row.link_id,
        row.channel,
        row.at,
        row.kind,
        owner,
        reaches=reaches,
        insider=owner is not None and await is_insider(unit, owner, row.organization_id),
        above=await _above(unit, owner) if owner else frozenset(),
    )


async def _above(unit: Unit, owner_id: str) -> frozenset[str]:
    """Whoever brought the owner, and whoever brought them, over all their orders."""
    owner, brought = share_links.alias(), orders.alias()
    step = (
        select(owner.c.account_id, brought.c.buyer_id)
        .join(referrals, referrals.c.link_id == owner.c.id)
        .join(brought, brought.c.id == referrals.c.order_id)
        .where(owner.c.account_id.is_not(None))
        .subquery()
    )
    chain = select(step.c.account_id).where(step.c.buyer_id == owner_id).cte("above", recursive=True)
    # UNION, not UNION ALL: a ring that is there already must not be walked for ever.
    chain = chain.union(select(step.c.account_id).where(step.c.buyer_id == chain.c.account_id))
    return frozenset(row.account_id for row in await unit.all(select(chain.c.account_id)))
