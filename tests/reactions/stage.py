"""A merchant, its deals and orders as rows, and the post office: tells and letters carried out on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import DealRow, deal_venues, deals, move_deal, offers, venues
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.effects import Effect, Leased, claim, outbox, owe
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store
from campaigns.orders.rows import OrderRow, RefundRow, move_order, orders, refunds
from campaigns.people.identify import identify
from campaigns.people.ports import Letter
from campaigns.people.rows import membership, organization
from campaigns.reactions.deliver import deliver
from campaigns.reactions.react import react
from campaigns.vouchers.rows import VoucherRow, vouchers

KEYS = Keys(("a secret of forty characters for the tests",))
LINKS = Links("https://quorum.example", KEYS)
# A failed payment in these tests is given seven days.
PROBLEM_DAYS = 7
_HOLD = ("authorized", "capturing", "captured", "releasing", "released", "refunding", "payment_problem")


@dataclass
class RecordingMailer:
    """A Mailer. `faults` are raised first, one per sending; `attempts` holds every key it was shown."""

    letters: list[Letter] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def send(self, letter: Letter) -> str:
        self.attempts.append(letter.key)
        if self.faults:
            raise self.faults.pop(0)
        self.letters.append(letter)
        return f"250 {len(self.letters)}"


@dataclass
class Stage:
    """Rows are written as wanted; moves go through the guarded moves, so that their facts are real."""

    store: Store
    clock: ManualClock
    mailer: RecordingMailer = field(default_factory=RecordingMailer)
    merchant_id: str = ""

    async def found(self, kind: str, name: str, role: str, email: str) -> str:
        now, organization_id = self.clock.at, new_id("org")
        row = {"slug": organization_id[-12:], "name": name, "kind": kind, "city": "", "zone": "UTC"}
        async with self.store.begin() as unit:
            account_id = await identify(unit, email, now)
            await unit.run(
                organization.insert().values(id=organization_id, commission_percent=20, created_at=now, **row)
            )
            await unit.run(
                membership.insert().values(
                    organization_id=organization_id, account_id=account_id, role=role, created_at=now
                )
            )
        return organization_id

    async def deal(self, **changes: Any) -> str:
        """An open deal, 20 people at $38 by Friday 18:00 in Los Angeles; `tiers` or any column."""
        now, deal_id, offer_id, venue_id = self.clock.at, new_id("deal"), new_id("off"), new_id("ven")
        currency = changes.pop("currency", "USD")
        closes_at = now + timedelta(days=4, hours=-10)
        row: dict[str, Any] = {
            "id": deal_id, "slug": f"noodles-{deal_id[-6:]}", "organization_id": self.merchant_id,
            "offer_id": offer_id, "state": "open", "opens_at": now - timedelta(hours=1),
            "closes_at": closes_at,
            "decide_by": closes_at + timedelta(minutes=25), "zone": "America/Los_Angeles", "threshold": 20,
            "tiers": [{"start": 1, "price_minor": 3800}],
            "promo_expires_on": (now + timedelta(days=90)).date(),
            "paid_expires_on": (now + timedelta(days=2200)).date(), "limitations": [], "created_at": now,
            "published_at": now, "problem_days": PROBLEM_DAYS,
        }  # fmt: skip
        if changes.get("state") in ("tipped", "settling", "settled"):
            row |= {"tipped_at": now, "tipped_by": "threshold", "count_at_tip": 20}
        async with self.store.begin() as unit:
            offer = {"title": f"Noodle dinner {offer_id[-4:]}", "summary": "Two bowls", "currency": currency}
            await unit.run(offers.insert().values(id=offer_id, organization_id=self.merchant_id, **offer))
            place = {"name": f"Alder Street {venue_id[-4:]}", "address": "214 SE Alder", "zone": row["zone"]}
            await unit.run(venues.insert().values(id=venue_id, organization_id=self.merchant_id, **place))
            await unit.run(deals.insert().values(**_defaulted(DealRow, row | changes)))
            await unit.run(deal_venues.insert().values(deal_id=deal_id, venue_id=venue_id))
        return deal_id

    async def order(self, deal_id: str, email: str, state: str = "authorized", **changes: Any) -> str:
        """An order of one voucher in any state, without any fact of how it got there."""
        return (await self.orders(deal_id, [email], state, **changes))[0]

    async def orders(self, deal_id: str, emails: list[str], state: str, **changes: Any) -> list[str]:
        now, rows = self.clock.at, []
        deal = await self.row(deals, deal_id)
        async with self.store.begin() as unit:
            for email in emails:
                buyer_id, units = await identify(unit, email, now), changes.get("units", 1)
                price = changes.get("unit_price_minor", deal.tiers[0]["price_minor"])
                row = {
                    "id": new_id("ord"), "deal_id": deal_id, "buyer_id": buyer_id, "counts_as": buyer_id,
                    "request_key": new_id("key"), "units": units, "unit_price_minor": price,
                    "due_minor": units * price, "currency": "USD", "state": state, "placed_at": now,
                    "place_ends_at": now + timedelta(minutes=30),
                    "payment_id": new_id("pi") if state in _HOLD else None,
                }  # fmt: skip
                rows.append(_defaulted(OrderRow, row | changes))
            await unit.run(orders.insert(), rows)
        return [row["id"] for row in rows]

    async def voucher(self, order_id: str, unit_no: int = 1, state: str = "issued") -> str:
        order = await self.row(orders, order_id)
        deal = await self.row(deals, order.deal_id)
        row = {
            "id": new_id("vou"), "order_id": order_id, "deal_id": deal.id,
            "organization_id": self.merchant_id,
            "unit_no": unit_no, "state": state, "code_hash": new_id("code"), "sealed_secret": "sealed",
            "paid_value_minor": order.unit_price_minor, "currency": "USD", "commission_percent": 20,
            "promo_expires_on": deal.promo_expires_on, "paid_expires_on": deal.paid_expires_on,
            "issued_at": self.clock.at,
        }  # fmt: skip
        async with self.store.begin() as unit:
            await unit.run(vouchers.insert().values(**_defaulted(VoucherRow, row)))
        return str(row["id"])

    async def refund(self, order_id: str, amount_minor: int, state: str = "done", **changes: Any) -> str:
        row = {
            "id": new_id("ref"), "order_id": order_id, "payment_id": "pi_1", "units": 1, "state": state,
            "amount_minor": amount_minor, "currency": "USD", "ground": "left", "granted_at": self.clock.at,
        }  # fmt: skip
        async with self.store.begin() as unit:
            await unit.run(refunds.insert().values(**_defaulted(RefundRow, row | changes)))
        return str(row["id"])

    async def row(self, table: Any, row_id: str) -> Any:
        async with self.store.read() as unit:
            return await unit.one(select(table).where(table.c.id == row_id))

    async def move(self, order_id: str, *states: str, reason: str | None = None, **changes: Any) -> None:
        """Move an order through states, each recorded and told as in earnest; `reason` goes with the last."""
        for state in states:
            last = state == states[-1]
            order = await self.row(orders, order_id)
            why, more = (reason, changes) if last else (None, {})
            async with self.store.begin() as unit:
                assert await move_order(unit, order, state, self.clock.at, reason=why, **more)

    async def move_deal(self, deal_id: str, state: str, **changes: Any) -> None:
        """Move a deal and tell of it."""
        if state == "tipped":
            changes = {"tipped_at": self.clock.at, "tipped_by": "threshold", "count_at_tip": 20} | changes
        deal = await self.row(deals, deal_id)
        async with self.store.begin() as unit:
            assert await move_deal(unit, deal, state, self.clock.at, told=True, **changes)

    async def take(self, *kinds: str) -> list[Leased]:
        async with self.store.begin() as unit:
            return await claim(unit, self.clock.at, kinds=kinds, batch=5000)

    async def tell(self) -> None:
        """Carry out every telling that is due."""
        for effect in await self.take("tell"):
            await react(effect, store=self.store, clock=self.clock)

    async def deliver(self, effect: Leased) -> None:
        await deliver(effect, store=self.store, clock=self.clock, links=LINKS, mailer=self.mailer)

    async def mail(self) -> list[Letter]:
        """Try every letter that is due; answers those sent now."""
        before = len(self.mailer.letters)
        for effect in await self.take("mail"):
            await self.deliver(effect)
        return self.mailer.letters[before:]

    async def post(self) -> list[Letter]:
        """Tell and mail everything that is due; answers what was sent now."""
        await self.tell()
        return await self.mail()

    async def ask_for(self, letter: str, order_id: str | None, deal_id: str, **params: Any) -> None:
        """Owe one letter directly, whatever was told."""
        subject = f"order:{order_id}" if order_id else f"deal:{deal_id}"
        mail = Effect(subject, "mail", letter, self.clock.at, order_id, {"letter": letter, **params})
        async with self.store.begin() as unit:
            await owe(unit, [mail])

    async def outbox(self, kind: str) -> list[Any]:
        async with self.store.read() as unit:
            return list(await unit.all(select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.id)))


async def a_stage(store: Store, clock: ManualClock) -> Stage:
    """One merchant, whose owner is owner@lantern.example, and one operator, desk@quorum.example."""
    stage = Stage(store, clock)
    stage.merchant_id = await stage.found("merchant", "Lantern Noodles", "owner", "owner@lantern.example")
    await stage.found("platform", "Quorum", "operator", "desk@quorum.example")
    return stage


def text(letter: Letter) -> str:
    return "\n".join((letter.subject, *letter.paragraphs))


def _defaulted(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    """What the model would fill in, since statements do not."""
    return dict(model.model_construct(**row).model_dump()) | row
