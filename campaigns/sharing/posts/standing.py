"""Whether a post is still true, read at this moment (R81)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.deals.views import DealView
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Unit
from campaigns.orders.board import deal_by_id
from campaigns.orders.rows import read_order
from campaigns.people.consent import Consent, stands
from campaigns.sharing.posts.rules import Standing, untrue_because


@dataclass(frozen=True)
class Subject:
    """What a post is about, and how it stands. `untrue` is "" while the post may be sent."""

    deal: DealView | None
    untrue: str
    order_id: str = ""


async def read_subject(unit: Unit, post: Any, now: datetime) -> Subject:
    """`post` is a row, or anything with its `kind`, `subject`, `deal_id` and `expires_at`."""
    deal = await deal_by_id(unit, DealId(post.deal_id), now) if post.deal_id else None
    order_id = post.subject.removeprefix("order:") if post.subject.startswith("order:") else ""
    if post.expires_at is not None and now >= post.expires_at:
        return Subject(deal, "stale", order_id)
    standing = await _standing(unit, deal, order_id)
    return Subject(deal, untrue_because(post.kind, standing), order_id)


async def _standing(unit: Unit, deal: DealView | None, order_id: str) -> Standing:
    order = await read_order(unit, order_id) if order_id else None
    consents = order is not None and await stands(unit, Consent(order.buyer_id, "announce_join", order_id))
    if deal is None:
        return Standing()
    return Standing(
        state=deal.state,
        phase=deal.phase,
        missing=None if deal.threshold_counts == "money" else deal.missing,
        order_state=order.state if order is not None else "",
        consents=consents,
    )
