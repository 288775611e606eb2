"""What is measured on: a merchant, its deals, orders and vouchers, written into the product's own tables."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from benchmarks.programs import SECRET
from campaigns.deals.rows import DealRow, deal_venues, deals, offers, venues
from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.facts import facts
from campaigns.foundation.ids import OrganizationId, new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store, open_store
from campaigns.orders.rows import OrderRow, orders
from campaigns.people.create_token import NewToken, create_token
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.rows import account
from campaigns.people.rules import Actor
from campaigns.vouchers.issue import Captured, issue
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import code_of

KEYS = Keys((SECRET,))
CLOCK = DatabaseClock()
_PRICE_MINOR = 2500


@dataclass(frozen=True)
class Deal:
    id: str
    slug: str


@dataclass
class Stage:
    """An open store with one merchant and one venue."""

    store: Store
    merchant_id: OrganizationId
    venue_id: str

    async def deal(self, **changes: Any) -> Deal:
        """An open deal that closes in two hours; any column can be changed."""
        return (await self.deals(1, **changes))[0]

    async def deals(self, count: int, **changes: Any) -> list[Deal]:
        made = [_deal(self.merchant_id, **changes) for _ in range(count)]
        async with self.store.begin() as unit:
            await unit.run(offers.insert(), [_offer(self.merchant_id, row) for row in made])
            await unit.run(deals.insert(), made)
            at = [{"deal_id": row["id"], "venue_id": self.venue_id} for row in made]
            await unit.run(deal_venues.insert(), at)
        return [Deal(row["id"], row["slug"]) for row in made]

    async def commit_orders(self, deal: Deal, count: int) -> None:
        """Orders whose payment is confirmed, with the facts that say so."""
        now = datetime.now(UTC)
        people = [_account(now) for _ in range(count)]
        placed = [_order(deal.id, person["id"], now) for person in people]
        async with self.store.begin() as unit:
            await unit.run(account.insert(), people)
            await unit.run(orders.insert(), placed)
            await unit.run(facts.insert(), [_fact(row, now) for row in placed])
            await unit.run(deals.update().where(deals.c.id == deal.id).values(units_taken=count))

    async def codes(self, deal: Deal, count: int) -> list[str]:
        """Codes of vouchers that can be redeemed."""
        today = datetime.now(UTC).date()
        whole = Money(count * _PRICE_MINOR, "USD")
        captured = Captured(
            order_id=new_id("ord"),
            deal_id=deal.id,
            organization_id=self.merchant_id,
            units=count,
            paid=whole,
            list_price_minor=None,
            commission_percent=20,
            valid_from_on=None,
            promo_expires_on=today + timedelta(days=90),
            paid_expires_on=today + timedelta(days=365 * 6),
        )
        async with self.store.begin() as unit:
            await issue(captured, unit=unit, keys=KEYS, now=datetime.now(UTC))
            issued = select(vouchers.c.sealed_secret).where(vouchers.c.order_id == captured.order_id)
            sealed = [row.sealed_secret for row in await unit.all(issued)]
        return [code_of(base64.b64decode(KEYS.unseal(secret, "voucher"))) for secret in sealed]

    async def token(self, scope: str) -> str:
        """An API token of the merchant's owner for one act."""
        asked = Enrolment(self.merchant_id, "owner@bench.example", "owner", "Owner")
        account_id = await enrol(asked, store=self.store, clock=CLOCK, keys=KEYS)
        owner = Actor(account_id=account_id, name="Owner", roles={self.merchant_id: "owner"})
        new = NewToken(self.merchant_id, "bench", (scope,))
        return (await create_token(new, actor=owner, store=self.store, clock=CLOCK, keys=KEYS)).token


@asynccontextmanager
async def staged(url: str) -> AsyncIterator[Stage]:
    """A stage on a migrated, empty database."""
    store = open_store(url)
    try:
        asked = NewOrganization("bench", "Lantern Street Noodles", "merchant")
        merchant_id = await found_organization(asked, store=store, clock=CLOCK)
        venue_id = new_id("ven")
        where = {"name": "Alder Street", "address": "214 SE Alder Street", "city": "Portland", "zone": "UTC"}
        async with store.begin() as unit:
            await unit.run(venues.insert().values(id=venue_id, organization_id=merchant_id, **where))
        yield Stage(store, merchant_id, venue_id)
    finally:
        await store.close()


def _deal(merchant_id: str, **changes: Any) -> dict[str, Any]:
    now, deal_id = datetime.now(UTC), new_id("deal")
    closes_at = now + timedelta(hours=2)
    row = {
        "id": deal_id,
        "slug": f"deal-{deal_id[-12:]}",
        "organization_id": merchant_id,
        "offer_id": new_id("off"),
        "state": "open",
        "opens_at": now - timedelta(hours=1),
        "closes_at": closes_at,
        "decide_by": closes_at + timedelta(minutes=25),
        "zone": "America/Los_Angeles",
        "threshold": 1_000_000,
        "tiers": [{"start": 1, "price_minor": _PRICE_MINOR}],
        "promo_expires_on": (now + timedelta(days=90)).date(),
        "paid_expires_on": (now + timedelta(days=365 * 6)).date(),
        "limitations": ["No reservation needed."],
        "created_at": now,
        "published_at": now - timedelta(hours=1),
        **changes,
    }
    return DealRow.model_construct(**row).model_dump() | row


def _offer(merchant_id: str, deal: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": deal["offer_id"],
        "organization_id": merchant_id,
        "title": f"Hand-pulled noodle dinner {deal['slug'][-8:]}",
        "summary": "Two bowls, a starter to share and tea for two, any evening but Friday.",
        "description": "Noodles are pulled **to order** at the counter.\n\n- two bowls\n- one starter\n- tea",
        "currency": "USD",
        "list_price_minor": 6400,
        "list_price_evidence": "Menu",
    }


def _account(now: datetime) -> dict[str, Any]:
    account_id = new_id("acc")
    email = f"{account_id[-20:]}@example.com"
    return {"id": account_id, "email": email, "email_key": email, "name": "", "created_at": now}


def _order(deal_id: str, buyer_id: str, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": new_id("ord"),
        "deal_id": deal_id,
        "buyer_id": buyer_id,
        "counts_as": buyer_id,
        "request_key": new_id("key"),
        "units": 1,
        "unit_price_minor": _PRICE_MINOR,
        "due_minor": _PRICE_MINOR,
        "currency": "USD",
        "state": "authorized",
        "placed_at": now,
        "place_ends_at": now + timedelta(minutes=30),
        "committed_at": now,
    }
    return OrderRow.model_construct(**row).model_dump() | row


def _fact(order: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "machine": "order",
        "subject": f"order:{order['id']}",
        "order_id": order["id"],
        "deal_id": order["deal_id"],
        "name": "order_authorized",
        "from_state": "pending",
        "to_state": "authorized",
        "data": {},
    }
