"""What links brought, in money: credit by link and channel. Credit says who was followed last, never what was caused.

Every committed order of the deals asked for is in exactly one line, so that the lines sum to what the deals took, to
the minor unit (R84, R85). What no link brought is the line `direct`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from campaigns.deals.rows import deals, offers
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders, refunds
from campaigns.sharing.link_rules import PERSON
from campaigns.sharing.rows import clicks, referrals, share_links

DIRECT = "direct"
_SUMS = ("captured", "gross_minor", "collected_minor", "refunded_minor")


@dataclass(frozen=True)
class CreditLine:
    """One link on one channel, or `direct` (then `link_id` is None). Amounts are minor units of `currency`.

    `clicks` are people, once an hour each. `orders` are those ever committed, `captured` how many of them were charged;
    `gross_minor` what they committed to
    (units times the price held), `collected_minor` what cards were charged, `refunded_minor` what of it went back,
    charge-backs included. Net is collected less refunded.
    """

    link_id: str | None
    owner_kind: str
    channel: str
    currency: str
    clicks: int
    orders: int
    captured: int
    gross_minor: int
    collected_minor: int
    refunded_minor: int

    @property
    def net_minor(self) -> int:
        return self.collected_minor - self.refunded_minor


async def credit(unit: Unit, deal_ids: Sequence[str]) -> list[CreditLine]:
    """Credit of these deals, the best first and `direct` at the end. Staff's own orders are in `direct`.

    A link of another deal of the same campaign may have brought an order; its line then has no clicks here.
    """
    clicked = {
        (row.link_id, row.channel, row.currency): row
        for row in await unit.all(_clicks(share_links.c.deal_id.in_(deal_ids)))
    }
    ordered = {
        (row.link_id, row.channel or "", row.currency): row
        for row in await unit.all(_orders(orders.c.deal_id.in_(deal_ids)))
    }
    lines = [_line(key, clicked.get(key), ordered.get(key)) for key in clicked.keys() | ordered.keys()]
    return sorted(lines, key=_best_first)


async def credit_of_link(unit: Unit, link_id: str) -> list[CreditLine]:
    """What one link brought, by channel: its owner sees this and nobody else's (small cells)."""
    clicked = {
        (row.link_id, row.channel, row.currency): row
        for row in await unit.all(_clicks(share_links.c.id == link_id))
    }
    ordered = {
        (row.link_id, row.channel or "", row.currency): row
        for row in await unit.all(_orders(referrals.c.link_id == link_id))
        if row.link_id is not None
    }
    lines = [_line(key, clicked.get(key), ordered.get(key)) for key in clicked.keys() | ordered.keys()]
    return sorted(lines, key=_best_first)


def total(lines: Iterable[CreditLine], link_id: str | None, owner_kind: str, currency: str) -> CreditLine:
    """The lines of one link, over all its channels and in one currency, as one line."""
    mine = (line for line in lines if line.link_id == link_id and line.currency == currency)
    return CreditLine(link_id, owner_kind, "", currency, **_summed(mine))


def by_channel(lines: Iterable[CreditLine]) -> list[CreditLine]:
    """The same lines by channel alone, over all links; `direct` at the end."""
    found = list(lines)
    kinds = {(line.channel, line.link_id is None, line.currency) for line in found}
    sums = []
    for channel, direct, currency in kinds:
        same = [line for line in found if (line.channel, line.link_id is None) == (channel, direct)]
        figures = _summed(line for line in same if line.currency == currency)
        sums.append(
            CreditLine(None if direct else "", DIRECT if direct else "", channel, currency, **figures)
        )
    return sorted(sums, key=_best_first)


def _summed(lines: Iterable[CreditLine]) -> dict[str, int]:
    kept = list(lines)
    return {name: sum(getattr(line, name) for line in kept) for name in ("clicks", "orders", *_SUMS)}


def credited() -> ColumnElement[bool]:
    """The referral of an order counts: the order does, and buyer and owner are not the same person by their cards.

    For statements that join orders, referrals, share_links and the owner's order as `owners_order`.
    """
    same = or_(
        orders.c.counts_as == share_links.c.account_id,
        and_(owners_order.c.id.is_not(None), orders.c.counts_as == owners_order.c.counts_as),
        and_(
            owners_order.c.card_fingerprint.is_not(None),
            orders.c.card_fingerprint == owners_order.c.card_fingerprint,
        ),
    )
    # A merchant's own link has no owner, and `same` is then unknown, which is not true.
    return and_(share_links.c.id.is_not(None), orders.c.counts, func.coalesce(~same, True))


owners_order = orders.alias("owners_order")


def _clicks(where: ColumnElement[bool]) -> Any:
    kept = (clicks.c.link_id, share_links.c.owner_kind, clicks.c.channel, offers.c.currency)
    return (
        select(*kept, func.count().label("clicks"))
        .join(share_links, share_links.c.id == clicks.c.link_id)
        .join(deals, deals.c.id == share_links.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(clicks.c.kind == PERSON, where)
        .group_by(*kept)
    )


def _orders(where: ColumnElement[bool]) -> Any:
    back = (
        select(refunds.c.order_id, func.sum(refunds.c.amount_minor).label("minor"))
        .group_by(refunds.c.order_id)
        .subquery()
    )
    charged_back = case((orders.c.state == "charged_back", orders.c.due_minor), else_=0)
    counts = credited()
    kept = (
        case((counts, share_links.c.id)).label("link_id"),
        case((counts, share_links.c.owner_kind)).label("owner_kind"),
        case((counts, referrals.c.channel)).label("channel"),
        orders.c.currency.label("currency"),
    )
    each = (
        select(
            *kept,
            (orders.c.units * orders.c.unit_price_minor).label("gross_minor"),
            case((orders.c.captured_at.is_not(None), 1), else_=0).label("captured"),
            case((orders.c.captured_at.is_not(None), orders.c.due_minor), else_=0).label("collected_minor"),
            (func.coalesce(back.c.minor, 0) + charged_back).label("refunded_minor"),
        )
        .select_from(orders)
        .outerjoin(referrals, referrals.c.order_id == orders.c.id)
        .outerjoin(share_links, share_links.c.id == referrals.c.link_id)
        .outerjoin(owners_order, owners_order.c.id == share_links.c.order_id)
        .outerjoin(back, back.c.order_id == orders.c.id)
        .where(orders.c.committed_at.is_not(None), where)
        .subquery()
    )
    group = (each.c.link_id, each.c.owner_kind, each.c.channel, each.c.currency)
    sums = [func.sum(each.c[name]).label(name) for name in _SUMS]
    return select(*group, func.count().label("orders"), *sums).group_by(*group)


def _line(key: tuple[str | None, str, str], clicked: Any, ordered: Any) -> CreditLine:
    link_id, channel, currency = key
    found = clicked if ordered is None else ordered
    return CreditLine(
        link_id,
        found.owner_kind or DIRECT,
        channel,
        currency,
        clicks=int(clicked.clicks) if clicked is not None else 0,
        orders=int(ordered.orders) if ordered is not None else 0,
        **{name: int(getattr(ordered, name)) if ordered is not None else 0 for name in _SUMS},
    )


def _best_first(line: CreditLine) -> tuple[bool, int, int, str, str]:
    return (line.link_id is None, -line.gross_minor, -line.clicks, line.link_id or "", line.channel)
