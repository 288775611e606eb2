"""Buyers who come by links, in as few words as a test needs."""

from __future__ import annotations

from typing import Any

from campaigns.deals.rows import campaign_deals, campaigns
from campaigns.foundation.ids import new_id
from campaigns.orders.join import Ask
from campaigns.sharing.credit import CreditLine, credit
from campaigns.sharing.follow import Step, follow
from campaigns.sharing.give_link import link_of_order, merchant_link
from campaigns.sharing.join_by_link import Came, join_by_link
from campaigns.sharing.link_queries import ShareLink
from campaigns.sharing.visits import Visit
from tests.world import World

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
ADA = Visit("GET", CHROME, "198.51.100.7")
BOB = Visit("GET", CHROME, "198.51.100.8")


async def link(world: World, order_id: str) -> ShareLink:
    """The link of a committed order's buyer."""
    found = await link_of_order(order_id, store=world.store, clock=world.clock)
    assert found is not None
    return found


async def shop_link(world: World, deal_id: str) -> ShareLink:
    async with world.store.begin() as unit:
        return await merchant_link(unit, deal_id, world.clock.at)


async def click(
    world: World, at: ShareLink, visit: Visit = ADA, channel: str = "", *, mine: bool = False
) -> Any:
    """Follow a link; the click's id, or None where nobody stands behind it."""
    step = Step(at, channel, visit, mine)
    return await follow(step, store=world.store, clock=world.clock, keys=world.keys)


async def place(world: World, deal_id: str, email: str, came: Came, *, key: str = "", units: int = 1) -> str:
    """Join; nothing is paid yet."""
    ask = Ask(deal_id, email, units, key or new_id("key"))
    placed = await join_by_link(ask, came, store=world.store, clock=world.clock, links=world.links)
    return placed.order_id


async def buy(
    world: World, deal_id: str, email: str, *clicked: str, card: str = "pm_card_visa", units: int = 1
) -> str:
    """Join after these clicks, the last first, pay, and let everything happen that follows."""
    came = Came(clicked[0] if clicked else None, earlier=tuple(clicked[1:]))
    order_id = await place(world, deal_id, email, came, units=units)
    await world.open_page(order_id)
    await world.pay(order_id, card)
    await world.run()
    return order_id


async def lines(world: World, *deal_ids: str) -> list[CreditLine]:
    async with world.store.read() as unit:
        return await credit(unit, deal_ids)


async def campaign(world: World, *deal_ids: str, hours: int = 72) -> None:
    """Put deals into one campaign."""
    campaign_id = new_id("cmp")
    row = {
        "id": campaign_id,
        "organization_id": world.merchant_id,
        "slug": campaign_id[-12:],
        "name": "Autumn",
    }
    more = {"goal": "", "tag": "", "channels": [], "referral_hours": hours, "state": "launched"}
    async with world.store.begin() as unit:
        await unit.run(campaigns.insert().values(**row, **more, created_at=world.clock.at))
        for deal_id in deal_ids:
            await unit.run(campaign_deals.insert().values(deal_id=deal_id, campaign_id=campaign_id))
