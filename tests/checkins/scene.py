"""A merchant with placed venues, people with vouchers, and what they do at a till."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select, update

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import Arrival, check_in
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.queries import CheckedIn
from campaigns.checkins.rows import check_ins
from campaigns.checkins.rules import EARTH_RADIUS_M
from campaigns.checkins.scan import scan
from campaigns.checkins.venue_code import code_at
from campaigns.deals.rows import deal_venues, deals, venues
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store
from campaigns.orders.rows import OrderRow, orders
from campaigns.people.identify import identify
from campaigns.people.rules import Actor
from campaigns.vouchers.issue import Captured, issue
from campaigns.vouchers.redeem import Redeemed, Scan
from tests.world import KEYS, World, _found, a_deal

PLACE = (45.5231, -122.6765)
BROWSER_SHARE = 0.95


def north_of(place: tuple[float, float], metres: float) -> tuple[float, float]:
    """A point so far north along the great circle."""
    return place[0] + math.degrees(metres / EARTH_RADIUS_M), place[1]


@dataclass
class Scene:
    """`venue_id` is a placed venue of `deal_id` that lets holders redeem alone."""

    world: World
    deal_id: str = ""
    venue_id: str = ""
    keys: Keys = KEYS
    accounts: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def clock(self) -> ManualClock:
        return self.world.clock

    @property
    def owner(self) -> Actor:
        return self.world.owner

    @property
    def around(self) -> dict[str, Any]:
        return {"store": self.store, "clock": self.clock, "keys": self.keys}

    async def venue(self, metres_north: float = 0.0, **changes: Any) -> str:
        """One more venue of the deal."""
        latitude, longitude = north_of(PLACE, metres_north)
        venue_id = new_id("ven")
        row: dict[str, Any] = {
            "id": venue_id,
            "organization_id": self.world.merchant_id,
            "name": f"Pier {venue_id[-6:]}",
        }
        row |= {"address": "1 Quay", "city": "Portland", "zone": "America/Los_Angeles"}
        row |= {"latitude": latitude, "longitude": longitude, "self_check_in": True}
        async with self.store.begin() as unit:
            await unit.run(venues.insert().values(row | changes))
            await unit.run(deal_venues.insert().values(deal_id=self.deal_id, venue_id=venue_id))
        return venue_id

    async def voucher(self, email: str) -> str:
        """A captured order of one unit, and its voucher."""
        now = self.clock.at
        async with self.store.begin() as unit:
            buyer = self.accounts[email] = await identify(unit, email, now)
            order: dict[str, Any] = OrderRow.model_construct(
                id=new_id("ord"),
                deal_id=self.deal_id,
                buyer_id=buyer,
                counts_as=buyer,
                request_key=new_id("key"),
                units=1,
                units_captured=1,
                unit_price_minor=2500,
                due_minor=2500,
                currency="USD",
                state="captured",
                placed_at=now,
                place_ends_at=now,
                captured_at=now,
            ).model_dump()
            await unit.run(orders.insert().values(order))
            deal = await unit.one(select(deals).where(deals.c.id == self.deal_id))
            assert deal is not None
            captured = Captured(
                order["id"], self.deal_id, self.world.merchant_id, 1, Money(2500, "USD"), 6400, 20,
                None, deal.promo_expires_on, deal.paid_expires_on,
            )  # fmt: skip
            (voucher_id,) = await issue(captured, unit=unit, keys=self.keys, now=now)
        return voucher_id

    async def till(self, venue_id: str | None = None) -> str:
        """The digits on the screen now."""
        async with self.store.read() as unit:
            venue = await unit.one(select(venues).where(venues.c.id == (venue_id or self.venue_id)))
        return code_at(self.keys, venue, self.clock.at).digits

    def claim(self, metres: float = 0.0, accuracy_m: float = 10.0, age_s: float = 0.0) -> PresenceClaim:
        """A browser's position so far from the first venue."""
        at = self.clock.at - timedelta(seconds=age_s)
        return PresenceClaim(*north_of(PLACE, metres), accuracy_m, at, BROWSER_SHARE)

    async def arrival(self, voucher_id: str, venue_id: str | None = None, **changes: Any) -> Arrival:
        """Everything right: there, now, with the code and a fresh challenge."""
        venue_id = venue_id or self.venue_id
        challenge = changes.pop("challenge", None)
        if challenge is None:
            made = await issue_challenge(voucher_id, venue_id, store=self.store, clock=self.clock)
            challenge = made.id
        whole = Arrival(
            voucher_id, venue_id, await self.till(venue_id), challenge, new_id("non"), self.claim()
        )
        return replace(whole, **changes)

    async def arrive(self, voucher_id: str, venue_id: str | None = None, **changes: Any) -> CheckedIn:
        return await check_in(await self.arrival(voucher_id, venue_id, **changes), **self.around)

    async def scan(self, voucher_id: str, venue_id: str | None = None, nonce: str = "") -> Redeemed:
        """Staff scan the voucher."""
        code, _ = await self.world.code_of(voucher_id)
        asked = Scan(code, venue_id or self.venue_id, nonce or new_id("non"))
        return await scan(asked, actor=self.owner, **self.around)

    async def kept(self, *where: Any) -> list[Any]:
        """The evidence, oldest first."""
        return await self.world.rows(select(check_ins).where(*where).order_by(check_ins.c.received_at))

    async def change_venue(self, venue_id: str | None = None, **changes: Any) -> None:
        async with self.store.begin() as unit:
            await unit.run(update(venues).where(venues.c.id == (venue_id or self.venue_id)).values(changes))


async def a_scene(store: Store, clock: ManualClock) -> Scene:
    """Nobody pays here, so there is no processor."""
    world = World(store, clock, cast(Any, None), cast(Any, None))
    await _found(world)
    scene = Scene(world)
    scene.deal_id = await a_deal(world, state="tipped", tipped_at=clock.at, tipped_by="threshold")
    async with store.begin() as unit:
        await unit.run(deal_venues.delete().where(deal_venues.c.deal_id == scene.deal_id))
    scene.venue_id = await scene.venue()
    return scene
