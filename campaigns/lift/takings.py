"""What a campaign's deals took: gross, collected and net, each movement on its own day (R85)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from campaigns.deals.campaign_queries import CampaignView
from campaigns.deals.windows import local_day
from campaigns.foundation.facts import facts
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.lift.spending import returned
from campaigns.orders.rows import orders, refunds

# Where an order ends that was committed and never charged.
_LET_GO = ("lapsed", "releasing", "dropped")
_SUMS = ("committed", "dropped", "collected", "returned")


@dataclass(frozen=True)
class Sums:
    """Money of a deal, of a day or of a whole campaign. Orders of the merchant's own people are money too.

    `gross` is what was committed, at the price held; `dropped` what of it was let go without a charge. `collected`
    is what cards were charged, `returned` what was refunded or charged back since. `joined` orders were committed.
    """

    joined: int
    gross: Money
    dropped: Money
    collected: Money
    returned: Money

    @property
    def net(self) -> Money:
        return self.collected - self.returned


@dataclass(frozen=True)
class DayMoney:
    """What moved on one day of the merchant's calendar, whichever day began it."""

    on: date
    sums: Sums


@dataclass(frozen=True)
class _Move:
    """`kind` of money moved for a deal at an instant."""

    deal_id: str
    at: datetime
    kind: str
    minor: int


async def deal_sums(unit: Unit, campaign: CampaignView) -> Mapping[str, Sums]:
    """By deal id, for every deal of the campaign."""
    moves = _grouped(await _moves(unit, campaign), lambda move: move.deal_id)
    return {deal.id: _sums(moves.get(deal.id, ()), deal.currency) for deal in campaign.deals}


async def day_sums(unit: Unit, campaign: CampaignView, zone: str) -> tuple[DayMoney, ...]:
    """Oldest first, and only days on which something moved. They sum to what the deals sum to."""
    calendar, code = ZoneInfo(zone), campaign.currency or ""
    moves = _grouped(await _moves(unit, campaign), lambda move: local_day(move.at, calendar))
    return tuple(DayMoney(day, _sums(moves[day], code)) for day in sorted(moves))


def _grouped(moves: Iterable[_Move], key: Any) -> Mapping[Any, list[_Move]]:
    found: dict[Any, list[_Move]] = {}
    for move in moves:
        found.setdefault(key(move), []).append(move)
    return found


def _sums(moves: Iterable[_Move], code: str) -> Sums:
    minor: Counter[str] = Counter()
    joined = 0
    for move in moves:
        minor[move.kind] += move.minor
        joined += move.kind == "committed"
    committed, dropped, collected, back = (Money(minor[kind], code) for kind in _SUMS)
    return Sums(joined, committed, dropped, collected, back)


async def _moves(unit: Unit, campaign: CampaignView) -> list[_Move]:
    deal_ids = [deal.id for deal in campaign.deals]
    rows = {row.id: row for row in await unit.all(_orders(deal_ids))}
    moves = [move for row in rows.values() for move in _of_order(row)]
    back = select(orders.c.deal_id, refunds.c.granted_at, refunds.c.amount_minor).join(
        orders, orders.c.id == refunds.c.order_id
    )
    moves += [
        _Move(row.deal_id, row.granted_at, "returned", int(row.amount_minor))
        for row in await unit.all(back.where(orders.c.deal_id.in_(deal_ids)))
    ]
    for ending in await unit.all(_endings(deal_ids)):
        row = rows.get(ending.order_id)
        if row is not None:
            moves += _of_ending(row, ending)
    return moves


def _orders(deal_ids: Sequence[str]) -> Any:
    back = returned()
    kept = ("id", "deal_id", "state", "committed_at", "captured_at", "due_minor", "units", "unit_price_minor")
    return (
        select(*(orders.c[name] for name in kept), func.coalesce(back.c.minor, 0).label("refunded_minor"))
        .outerjoin(back, back.c.order_id == orders.c.id)
        .where(orders.c.deal_id.in_(deal_ids), orders.c.committed_at.is_not(None))
    )


def _endings(deal_ids: Sequence[str]) -> Any:
    """When each order was last let go, and when it was charged back."""
    kind = case((facts.c.to_state == "charged_back", "returned"), else_="dropped").label("kind")
    return (
        select(facts.c.order_id, kind, func.max(facts.c.at).label("at"))
        .where(
            facts.c.deal_id.in_(deal_ids),
            facts.c.machine == "order",
            facts.c.to_state.in_((*_LET_GO, "charged_back")),
        )
        .group_by(facts.c.order_id, kind)
    )


def _of_order(row: Any) -> Iterator[_Move]:
    yield _Move(row.deal_id, row.committed_at, "committed", row.units * row.unit_price_minor)
    if row.captured_at is not None:
        yield _Move(row.deal_id, row.captured_at, "collected", row.due_minor)


def _of_ending(row: Any, ending: Any) -> Iterator[_Move]:
    if ending.kind == "returned" and row.state == "charged_back":
        yield _Move(row.deal_id, ending.at, "returned", row.due_minor - int(row.refunded_minor))
    elif ending.kind == "dropped" and row.state in (*_LET_GO, "released"):
        yield _Move(row.deal_id, ending.at, "dropped", row.units * row.unit_price_minor)
