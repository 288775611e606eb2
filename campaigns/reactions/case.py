"""What a letter is written from: an order or a deal as it is now, and whom the letter goes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import deal_page_rows, deals
from campaigns.foundation.effects import Leased
from campaigns.foundation.links import Links
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.orders.rows import read_order
from campaigns.people.rows import account
from campaigns.reactions import formats
from campaigns.reactions.rules import Situation


@dataclass(frozen=True)
class Case:
    """`deal` is a row of `deal_page_rows`, `order` one of orders or None; `params` are the effect's."""

    unit: Unit
    deal: Any
    order: Any
    to: str
    links: Links
    now: datetime
    params: dict[str, Any]

    @property
    def situation(self) -> Situation:
        if self.order is None:
            return Situation(self.deal.state)
        return Situation(self.deal.state, self.order.state, self.order.reason)

    @property
    def title(self) -> str:
        return str(self.deal.title)

    @property
    def is_ladder(self) -> bool:
        return len(self.deal.tiers) > 1

    @property
    def held(self) -> str:
        """The most the buyer can pay, as text."""
        return self.money(self.order.units * self.order.unit_price_minor)

    @property
    def due(self) -> str:
        """What the buyer is charged, as text."""
        return self.money(self.order.due_minor)

    def money(self, amount_minor: int) -> str:
        return formats.money(Money(amount_minor, self.deal.currency))

    def time_at(self, instant: datetime) -> str:
        """An instant in the deal's zone, as text."""
        return formats.time_at(instant, self.deal.zone)

    @property
    def order_page(self) -> str:
        return self.links.order(self.order.id)

    @property
    def deal_page(self) -> str:
        return self.links.deal(self.deal.slug)


async def read_case(effect: Leased, *, unit: Unit, links: Links, now: datetime) -> Case | None:
    """None where the order, the deal or the person is gone: then there is nothing to tell."""
    order = await read_order(unit, effect.order_id) if effect.order_id else None
    deal_id = order.deal_id if order is not None else effect.subject.removeprefix("deal:")
    deal = await unit.one(deal_page_rows().where(deals.c.id == deal_id))
    person = effect.params.get("to") or (order.buyer_id if order is not None else "")
    to = await unit.value(select(account.c.email).where(account.c.id == person))
    if deal is None or not to:
        return None
    return Case(unit, deal, order, to, links, now, effect.params)
