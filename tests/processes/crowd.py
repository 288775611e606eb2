"""A crowd that joins and pays while processes come and go, and what must be true of it afterwards."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
from sqlalchemy import func, select, text, update

from campaigns.deals.rows import deals
from campaigns.foundation.clock import DatabaseClock, ManualClock
from campaigns.foundation.effects import outbox
from campaigns.foundation.facts import facts
from campaigns.foundation.ids import new_id
from campaigns.foundation.notices import inbox
from campaigns.foundation.store import Store, open_store
from campaigns.orders.carry_out import Outside, carry_out
from campaigns.orders.checkout import claim_checkout
from campaigns.orders.invariants import violations
from campaigns.orders.join import Ask, join
from campaigns.orders.rows import orders
from campaigns.orders.rules import DealClosed
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.vouchers.rows import vouchers
from integrations.payments.stripe.processor import StripeProcessor
from tests.ports.sandbox.running import Control, RunningSandbox
from tests.waiting import until
from tests.world import KEYS, LINKS, World, settings_for


@dataclass
class Crowd:
    """Everybody outside the processes: they reach the database and the payment page, as browsers would."""

    store: Store
    outside: Outside
    control: Control
    world: World

    async def deal(self, closes_in_s: float, **changes: Any) -> str:
        """An open deal of threshold 3 that closes so many seconds from now, without grace."""
        self.world.clock.at = datetime.now(UTC)
        closes_at = self.world.clock.at + timedelta(seconds=closes_in_s)
        return await self.world.deal(closes_at=closes_at, grace_minutes=0, **changes)

    async def buy(self, deal_id: str, email: str, *, pays: bool = True) -> None:
        """Join, and pay unless somebody changes their mind. A buyer who comes too late goes home."""
        ask = Ask(deal_id, email, 1, new_id("key"))
        try:
            placed = await join(ask, store=self.store, clock=self.outside.clock, links=LINKS)
        except DealClosed:
            return
        wish = await claim_checkout(placed.order_id, store=self.store, clock=self.outside.clock)
        if wish is not None:
            await carry_out(wish, self.outside)
        if pays:
            await until(lambda: self._paid(placed.order_id), f"{email} has paid or is too late", within_s=60)

    async def _paid(self, order_id: str) -> bool:
        row = (await self.rows(select(orders).where(orders.c.id == order_id)))[0]
        if row.session_id is None:
            return bool(row.state != "pending")
        try:
            await self.control.pay(row.session_id)
        except httpx.HTTPStatusError as refusal:
            return refusal.response.status_code < 500  # paid by a try that died before its answer, or expired
        except httpx.HTTPError:
            return False
        return True

    async def rows(self, statement: Any) -> list[Any]:
        async with self.store.read() as unit:
            return list(await unit.all(statement))

    async def let_time_pass(self) -> None:
        """As if minutes passed at once: leases of the killed have ended, and what waits to be tried again is due."""
        a_moment_ago = func.now() - text("interval '1 second'")
        async with self.store.begin() as unit:
            for leased in (outbox, inbox):
                free = update(leased).where(leased.c.lease_until.is_not(None))
                await unit.run(free.values(lease_until=a_moment_ago))
                waiting = update(leased).where(leased.c.state.in_(("pending", "unknown")), leased.c.tries > 0)
                await unit.run(waiting.values(run_at=a_moment_ago))

    async def all_is_decided(self, deal_ids: list[str], *, within_s: float) -> None:
        """Wait until every deal has ended and nobody owes the processor anything."""

        async def quiet() -> bool:
            undecided = select(deals.c.id).where(
                deals.c.id.in_(deal_ids), deals.c.state.not_in(("failed", "settled"))
            )
            owed = select(outbox.c.id).where(outbox.c.state.in_(("pending", "unknown")))
            unheard = select(inbox.c.id).where(inbox.c.state == "pending")
            return not any([await self.rows(asked) for asked in (undecided, owed, unheard)])

        until_then = asyncio.get_running_loop().time() + within_s
        while not await quiet():
            assert asyncio.get_running_loop().time() < until_then, await self._what_is_left()
            await self.let_time_pass()
            await asyncio.sleep(2)

    async def _what_is_left(self) -> str:
        left = await self.rows(
            select(outbox.c.kind, outbox.c.state, outbox.c.tries, outbox.c.last_error).where(
                outbox.c.state != "done"
            )
        )
        undecided = await self.rows(select(deals.c.state, func.count()).group_by(deals.c.state))
        return f"{undecided} {left}"

    async def check(self, deal_ids: list[str]) -> None:
        """Every deal decided once, every call made once, money and vouchers equal, every invariant true."""
        async with self.store.read() as unit:
            assert await violations(unit, await self.outside.clock.now(unit)) == []
        decided = await self.rows(
            select(facts.c.deal_id).where(facts.c.name.in_(("deal_tipped", "deal_failed")))
        )
        assert sorted(row.deal_id for row in decided) == sorted(deal_ids)
        await self._check_money()

    async def _check_money(self) -> None:
        objects = (await self.control.dump())["objects"]
        taken = Counter(
            intent["metadata"]["order"]
            for intent in objects["payment_intent"]
            if intent["status"] == "succeeded"
        )
        held = [
            intent["id"] for intent in objects["payment_intent"] if intent["status"] == "requires_capture"
        ]
        captured = await self.rows(select(orders.c.id, orders.c.units).where(orders.c.state == "captured"))
        issued = await self.rows(
            select(vouchers.c.order_id, func.count().label("n")).group_by(vouchers.c.order_id)
        )
        assert dict(taken) == {row.id: 1 for row in captured}
        assert {row.order_id: row.n for row in issued} == {row.id: row.units for row in captured}
        assert held == []
        generations = Counter(re.sub(r":r\d+$", "", answer["id"]) for answer in objects["answer"])
        again = {key: count for key, count in generations.items() if count > 1}
        assert again == {}


@asynccontextmanager
async def a_crowd(database_url: str, sandbox_address: str) -> AsyncIterator[Crowd]:
    """Connections of its own to database and payment page."""
    store, clock = open_store(database_url), DatabaseClock()
    processor = StripeProcessor(settings_for(sandbox_address))
    outside, control = Outside(store, clock, processor, KEYS), Control(sandbox_address)
    # The world makes our deals; its own clock and sandbox stay unused.
    world = World(store, ManualClock(datetime.now(UTC)), outside, cast(RunningSandbox, control))
    merchant = NewOrganization("lantern", "Lantern Street Noodles")
    world.merchant_id = await found_organization(merchant, store=store, clock=clock)
    try:
        yield Crowd(store, outside, control, world)
    finally:
        await control.close()
        await processor.close()
        await store.close()
