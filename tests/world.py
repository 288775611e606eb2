"""A small world to play a deal in: a database, a sandbox on the same clock, and what happens by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import DealRow, deal_venues, deals, offers, venues
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.effects import Leased, claim
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.links import Links
from campaigns.foundation.notices import Notice, receive
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from campaigns.orders.carry_out import Outside, carry_out
from campaigns.orders.checkout import claim_checkout
from campaigns.orders.join import Ask, join
from campaigns.orders.queries import voucher_page
from campaigns.orders.rows import orders
from campaigns.people.identify import identify
from campaigns.people.ports import Letter
from campaigns.people.rows import membership, organization
from campaigns.people.rules import Actor
from campaigns.reactions.deliver import deliver
from campaigns.reactions.react import react
from campaigns.vouchers.rows import vouchers
from integrations.payments.sandbox.render import shown
from integrations.payments.stripe.processor import StripeProcessor
from scheduler.due import do_what_is_due
from scheduler.effects import ALL_KINDS
from scheduler.notices import drain_notices
from tests.ports.sandbox.running import API_KEY, WEBHOOK_SECRET, RunningSandbox, running_sandbox

SECRET = "a secret of forty characters for the tests"
KEYS = Keys((SECRET,))
LINKS = Links("http://127.0.0.1:8000", KEYS)


def settings_for(address: str) -> Settings:
    """The settings of an installation that pays at a running sandbox."""
    return Settings(
        stripe_api_key=API_KEY,
        stripe_api_base=address,
        stripe_webhook_secret=WEBHOOK_SECRET,
        installation="test",
    )


class KeptLetters:
    """A mailer that keeps what it was given; the same key twice is one letter."""

    def __init__(self) -> None:
        self.letters: dict[str, Letter] = {}

    async def send(self, letter: Letter) -> str:
        self.letters.setdefault(letter.key, letter)
        return f"kept-{letter.key}"

    def to(self, email: str) -> list[Letter]:
        return [letter for letter in self.letters.values() if letter.to == email]


@dataclass
class World:
    """`outside` is what orders need. Helpers answer ids and rows; nothing happens that a person did not do."""

    store: Store
    clock: ManualClock
    outside: Outside
    sandbox: RunningSandbox
    merchant_id: str = ""
    owner: Actor = field(default_factory=Actor)
    keys: Keys = KEYS
    links: Links = LINKS
    post: KeptLetters = field(default_factory=KeptLetters)
    # How calls are carried out and notices heard, for tests of what becomes of it when either is done wrongly.
    call: Callable[[Leased, Outside], Awaitable[None]] = carry_out
    listen: Callable[[Outside], Awaitable[int]] = drain_notices
    heard: set[str] = field(default_factory=set)
    # Every notice is lost on its way.
    deaf: bool = False

    async def deal(self, **changes: Any) -> str:
        """An open deal: threshold 3, 25 dollars, closing in two hours, one venue. Any column can be changed."""
        return await a_deal(self, **changes)

    async def join(self, deal_id: str, email: str, units: int = 1) -> str:
        """Place an order and open its payment page; nothing is paid yet."""
        ask = Ask(deal_id, email, units, new_id("key"))
        placed = await join(ask, store=self.store, clock=self.clock, links=self.links)
        await self.open_page(placed.order_id)
        return placed.order_id

    async def open_page(self, order_id: str) -> None:
        effect = await claim_checkout(order_id, store=self.store, clock=self.clock)
        if effect is not None:
            await self.call(effect, self.outside)

    async def pay(self, order_id: str, card: str = "pm_card_visa") -> dict[str, Any]:
        """Pay on the hosted page, as the buyer does; nobody has told us yet."""
        order = await self.order(order_id)
        return await self.sandbox.control.pay(order.session_id, card)

    async def buy(self, deal_id: str, email: str, units: int = 1, card: str = "pm_card_visa") -> str:
        """Join, pay and let everything happen that follows."""
        order_id = await self.join(deal_id, email, units)
        await self.pay(order_id, card)
        await self.run()
        return order_id

    async def hear(self, *, shuffle: Random | None = None, repeat: bool = False, share: float = 1.0) -> None:
        """The sandbox's events arrive as notices, as a webhook would store them: all, or a random share."""
        if self.deaf:
            return
        await self.sandbox.sandbox.tick()
        events = [shown(event) for event in self.sandbox.sandbox.state.rows("event").values()]
        if shuffle is not None:
            shuffle.shuffle(events)
            events = events[: max(1, int(len(events) * share))] if events else []
        elif not repeat:
            events = [event for event in events if event["id"] not in self.heard]
        async with self.store.begin() as unit:
            for event in events * (1 + repeat):
                await receive(unit, _notice(event), self.clock.at)
        self.heard |= {event["id"] for event in events}
        await self.listen(self.outside)

    async def work(self, *, at_most: int = 10_000) -> int:
        """Carry out the effects that are due: money, tellings and letters."""
        made = 0
        while made < at_most:
            async with self.store.begin() as unit:
                leased = await claim(unit, self.clock.at, kinds=ALL_KINDS, batch=min(20, at_most - made))
            for effect in leased:
                await self._carry_out(effect)
            if not leased:
                break
            made += len(leased)
        return made

    async def _carry_out(self, effect: Leased) -> None:
        if effect.kind == "tell":
            await react(effect, store=self.store, clock=self.clock)
        elif effect.kind == "mail":
            await deliver(effect, store=self.store, clock=self.clock, links=self.links, mailer=self.post)
        else:
            await self.call(effect, self.outside)

    async def code_of(self, voucher_id: str) -> tuple[str, str]:
        """What is printed on a voucher, and a venue where it may be redeemed."""
        async with self.store.read() as unit:
            voucher = await voucher_page(unit, voucher_id, self.keys)
            assert voucher is not None
            row = await unit.one(select(vouchers.c.deal_id).where(vouchers.c.id == voucher_id))
            assert row is not None
            venue_id = await unit.value(
                select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == row.deal_id)
            )
            return voucher.code, str(venue_id)

    async def run(self) -> None:
        """Let everything happen by itself until nothing more is due."""
        await self.hear()
        for _ in range(50):
            await do_what_is_due(store=self.store, clock=self.clock)
            made = await self.work()
            await self.hear()
            if not made:
                return

    async def advance(self, **lengths: float) -> None:
        """Let time pass, here and at the processor."""
        before = self.clock.at
        self.clock.advance(**lengths)
        await self.sandbox.control.advance((self.clock.at - before).total_seconds())

    async def order(self, order_id: str) -> Any:
        async with self.store.read() as unit:
            return await unit.one(select(orders).where(orders.c.id == order_id))

    async def deal_row(self, deal_id: str) -> Any:
        async with self.store.read() as unit:
            return await unit.one(select(deals).where(deals.c.id == deal_id))

    async def rows(self, statement: Any) -> list[Any]:
        async with self.store.read() as unit:
            return list(await unit.all(statement))


@asynccontextmanager
async def a_world(
    store: Store, clock: ManualClock, *, webhook_url: str | None = None, links: Links = LINKS
) -> AsyncIterator[World]:
    """A world with one merchant and its owner. `webhook_url`: where the sandbox sends its events, if anywhere."""
    start = clock.at
    async with running_sandbox(webhook_url, now=lambda: start) as sandbox:
        processor = StripeProcessor(settings_for(sandbox.address))
        world = World(store, clock, Outside(store, clock, processor, KEYS), sandbox, links=links)
        await _found(world)
        yield world
        await processor.close()


async def _found(world: World) -> None:
    now = world.clock.at
    world.merchant_id = new_id("org")
    async with world.store.begin() as unit:
        account_id = await identify(unit, "owner@lantern.example", now)
        await unit.run(
            organization.insert().values(
                id=world.merchant_id,
                slug=world.merchant_id[-12:],
                name="Lantern Street Noodles",
                kind="merchant",
                city="Portland",
                zone="America/Los_Angeles",
                commission_percent=20,
                created_at=now,
            )
        )
        await unit.run(
            membership.insert().values(
                organization_id=world.merchant_id, account_id=account_id, role="owner", created_at=now
            )
        )
    world.owner = Actor(account_id=account_id, name="Owner", roles={world.merchant_id: "owner"})  # type: ignore[dict-item]


async def a_deal(world: World, **changes: Any) -> str:
    """Insert a deal as if it had been published; `price` (minor units) or `tiers`, and any column."""
    deal_id, offer_id, venue_id = new_id("deal"), new_id("off"), new_id("ven")
    merchant = {"organization_id": world.merchant_id}
    offer = {"id": offer_id, "title": f"Hand-pulled noodle dinner {offer_id[-4:]}", "summary": "Two bowls"}
    priced = {"currency": "USD", "list_price_minor": 6400, "list_price_evidence": "Menu"}
    venue = {"id": venue_id, "name": f"Alder Street {venue_id[-4:]}", "address": "214 SE Alder Street"}
    place = {"city": "Portland", "zone": "America/Los_Angeles"}
    async with world.store.begin() as unit:
        await unit.run(offers.insert().values(**offer, **priced, **merchant))
        await unit.run(venues.insert().values(**venue, **place, **merchant))
        row = {"id": deal_id, "offer_id": offer_id} | merchant | _terms(world.clock.at, changes)
        await unit.run(deals.insert().values(_defaulted(row)))
        await unit.run(deal_venues.insert().values(deal_id=deal_id, venue_id=venue_id))
    return deal_id


def _terms(now: datetime, changes: dict[str, Any]) -> dict[str, Any]:
    closes_at = changes.pop("closes_at", now + timedelta(hours=2))
    grace = changes.get("grace_minutes", 15)
    return {
        "slug": new_id("deal").replace("_", "-")[:14],
        "state": "open",
        "opens_at": now - timedelta(hours=1),
        "closes_at": closes_at,
        "decide_by": closes_at + timedelta(minutes=grace + 10),
        "zone": "America/Los_Angeles",
        "threshold": 3,
        "tiers": [{"start": 1, "price_minor": changes.pop("price", 2500)}],
        "promo_expires_on": (now + timedelta(days=90)).date(),
        "paid_expires_on": (now + timedelta(days=365 * 6)).date(),
        "limitations": [],
        "created_at": now,
        "published_at": now,
    } | changes


def _defaulted(row: dict[str, Any]) -> dict[str, Any]:
    """What the model would fill in, since statements do not."""
    return DealRow.model_construct(**row).model_dump() | row


def _notice(event: dict[str, Any]) -> Notice:
    return Notice(
        "stripe", event["id"], event["type"], event["data"]["object"]["id"], event["api_version"], event
    )
