"""Join a deal: lock, read the clock, guard, insert, count; one short transaction (R21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from campaigns.deals.rows import lock_deal, open_if_due, terms_of
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import Effect, owe
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import moved, record
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.ids import OrderId, new_id
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store, Unit
from campaigns.orders.rows import orders, take_units
from campaigns.orders.rules import (
    GIVEN_BACK,
    ORDER,
    AlreadyJoining,
    DealNow,
    RequestKeyReused,
    SoldOut,
    check_join,
)
from campaigns.people.identify import identify
from campaigns.people.queries import is_insider
from campaigns.people.rules import written_email

# The web request that placed the order opens its payment page; the worker does it if that request died.
_WORKER_WAITS = timedelta(seconds=20)
# The processor wants a page to live 30 minutes at least, counted from when it is asked, not from the join.
_PAGE_SPARE = timedelta(minutes=35)


@dataclass(frozen=True)
class Ask:
    """Somebody wants `units` of a deal. `request_key` is made before the first try and repeated with every retry."""

    deal_id: str
    email: str
    units: int
    request_key: str


@dataclass(frozen=True)
class Placed:
    """An order holds a place until `place_ends_at`. `repeated` says that the key had been answered before."""

    order_id: OrderId
    place_ends_at: datetime
    repeated: bool = False


async def join(ask: Ask, *, store: Store, clock: Clock, links: Links) -> Placed:
    """Reserve a place and owe the payment page. Raises a Refusal; then nothing was written.

    A repeated request key answers the first order again; with other contents it is refused (R27).
    """
    email = written_email(ask.email)
    async with store.begin() as unit:
        return await place(ask, email, unit=unit, clock=clock, links=links)


async def place(ask: Ask, email: str, *, unit: Unit, clock: Clock, links: Links) -> Placed:
    """One join inside a transaction. Lock first, clock after it, so that nobody slips in while waiting (I14)."""
    buyer_id = await identify(unit, email, await clock.now(unit))
    deal = await lock_deal(unit, ask.deal_id)
    now = await clock.now(unit)
    if deal is None or deal.state in ("draft", "in_review"):
        raise NotFound(what="deal")
    if await open_if_due(unit, deal, now):
        deal = await lock_deal(unit, ask.deal_id)
    known = await unit.one(select(orders).where(orders.c.request_key == ask.request_key))
    if known is not None:
        return _repeat(ask, buyer_id, known)
    await _check(unit, ask, deal, buyer_id, now)
    await failpoint("join.after_check")
    row = _row(ask, deal, buyer_id, now)
    row["counts"] = not await is_insider(unit, buyer_id, deal.organization_id)
    insert = unit.insert(orders).values(row).on_conflict_do_nothing().returning(orders.c.id)
    if await unit.one(insert) is None:
        raise AlreadyJoining
    if not await take_units(unit, deal.id, ask.units):
        raise SoldOut
    await _record(unit, row, deal, email, links, now)
    return Placed(OrderId(row["id"]), row["place_ends_at"])


def deal_now(row: Any) -> DealNow:
    """A deal row as the rules want it."""
    tipped = row.tipped_at is not None
    return DealNow(row.state, terms_of(row), row.opens_at, row.units_taken, row.final_price_minor, tipped)


def _repeat(ask: Ask, buyer_id: str, known: Any) -> Placed:
    if (known.deal_id, known.buyer_id, known.units) != (ask.deal_id, buyer_id, ask.units):
        raise RequestKeyReused
    return Placed(OrderId(known.id), known.place_ends_at, repeated=True)


async def _check(unit: Unit, ask: Ask, deal: Any, buyer_id: str, now: datetime) -> None:
    mine = (orders.c.deal_id == deal.id, orders.c.buyer_id == buyer_id)
    kept = func.coalesce(func.sum(orders.c.units - orders.c.units_refunded), 0)
    bought = int(
        await unit.value(select(kept).where(*mine, orders.c.state.not_in((*GIVEN_BACK, "releasing"))))
    )
    check_join(deal_now(deal), units=ask.units, bought=bought, now=now)


def _row(ask: Ask, deal: Any, buyer_id: str, now: datetime) -> dict[str, Any]:
    terms = terms_of(deal)
    place_ends_at = min(now + timedelta(minutes=deal.place_minutes), terms.grace_ends_at)
    return {
        "id": new_id("ord"),
        "deal_id": deal.id,
        "buyer_id": buyer_id,
        "counts_as": buyer_id,
        "request_key": ask.request_key,
        "units": ask.units,
        "units_refunded": 0,
        "units_captured": 0,
        "unit_price_minor": terms.held_price_minor,
        "due_minor": ask.units * (deal.final_price_minor or terms.held_price_minor),
        "currency": deal.currency,
        "state": "pending",
        "plan": "hold",
        "attempt": 1,
        "placed_at": now,
        "place_ends_at": place_ends_at,
    }


async def _record(
    unit: Unit, row: dict[str, Any], deal: Any, email: str, links: Links, now: datetime
) -> None:
    fact = moved(ORDER, f"order:{row['id']}", "", "pending", now, order_id=row["id"], deal_id=deal.id)
    await record(unit, [fact])
    effect = checkout_effect(row, title=deal.title, email=email, links=links, now=now)
    await owe(unit, [effect])


def checkout_effect(row: dict[str, Any], *, title: str, email: str, links: Links, now: datetime) -> Effect:
    """The payment page of an order's present attempt; everything it says is frozen here."""
    page = links.order(row["id"])
    params = {
        "order_id": row["id"],
        "deal_id": row["deal_id"],
        "attempt": row["attempt"],
        "amount_minor": row["units"] * row["unit_price_minor"],
        "currency": row["currency"],
        "title": title,
        "units": row["units"],
        "email": email,
        "expires_at": (max(row["place_ends_at"], now) + _PAGE_SPARE).isoformat(),
        "success_url": f"{page}/paid",
        "cancel_url": page,
    }
    subject = f"order:{row['id']}"
    return Effect(subject, "checkout", str(row["attempt"]), now + _WORKER_WAITS, row["id"], params)
