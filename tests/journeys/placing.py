"""A venue on the map, a guest's browser that is somewhere, and the code on the till, said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page
from sqlalchemy import select, update

from campaigns.checkins.venue_code import code_at
from campaigns.deals.rows import deal_venues, venues
from campaigns.vouchers.rows import vouchers
from tests.shop import Shop

CENTRE = (45.5181, -122.6586)
# North of the centre by that many metres, roughly.
_METRE = 1 / 111_195


@dataclass(frozen=True)
class Held:
    """A voucher, its address, and the venue where it is good."""

    id: str
    path: str
    venue_id: str


async def place(shop: Shop, venue_id: str, **changes: Any) -> None:
    """Put a venue on the map and let holders redeem there alone."""
    values = {"latitude": CENTRE[0], "longitude": CENTRE[1], "self_check_in": True, **changes}
    async with shop.world.store.begin() as unit:
        await unit.run(update(venues).where(venues.c.id == venue_id).values(values))


async def a_held_voucher(shop: Shop, email: str = "mei@example.com", **placed: Any) -> Held:
    """A paid voucher whose one venue is on the map."""
    deal_id = await shop.world.deal(threshold=1)
    order_id = await shop.world.buy(deal_id, email)
    await shop.settle()
    ((venue_id,),) = await shop.world.rows(
        select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == deal_id)
    )
    ((voucher_id,),) = await shop.world.rows(select(vouchers.c.id).where(vouchers.c.order_id == order_id))
    await place(shop, venue_id, **placed)
    return Held(voucher_id, shop.voucher_path(voucher_id), venue_id)


async def be(page: Page, metres_north: float, accuracy_m: float = 12) -> None:
    """The browser's owner stands there, and lets the page know."""
    await page.context.grant_permissions(["geolocation"])
    latitude, longitude = CENTRE[0] + metres_north * _METRE, CENTRE[1]
    await page.context.set_geolocation({"latitude": latitude, "longitude": longitude, "accuracy": accuracy_m})


async def code_of(shop: Shop, venue_id: str) -> str:
    """What the till of a venue shows now."""
    (venue,) = await shop.world.rows(select(venues).where(venues.c.id == venue_id))
    return code_at(shop.world.keys, venue, shop.world.clock.at).digits
