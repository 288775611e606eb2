"""Whether a post is still true, read at this moment (R81)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.deals.rows import deals, terms_of, whole_deal
from campaigns.deals.rules import phase_of
from campaigns.foundation.store import Unit
from campaigns.orders.rows import count_committed, read_order
from campaigns.people.consent import Consent, stands
from campaigns.sharing.posts.rules import Standing, untrue_because


async def untrue(unit: Unit, post: Any, now: datetime) -> str:
    """Why a post may not be sent any more, as a code; "" while it may.

    `post` is a row, or anything with its `kind`, `subject`, `deal_id` and `expires_at`.
    """
    if post.expires_at is not None and now >= post.expires_at:
        return "stale"
    return untrue_because(post.kind, await _standing(unit, post, now))


def order_of(post: Any) -> str:
    """The order a post is about, or ""."""
    subject = str(post.subject)
    return subject.removeprefix("order:") if subject.startswith("order:") else ""


async def _standing(unit: Unit, post: Any, now: datetime) -> Standing:
    deal = await unit.one(whole_deal().where(deals.c.id == post.deal_id)) if post.deal_id else None
    if deal is None:
        return Standing()
    phase = phase_of(
        deal.state, terms_of(deal), opens_at=deal.opens_at, units_taken=deal.units_taken, now=now
    )
    missing = await _missing(unit, deal) if post.kind == "three_to_go" else None
    if not (order_id := order_of(post)):
        return Standing(deal.state, phase, missing)
    order = await read_order(unit, order_id)
    if order is None:
        return Standing(deal.state, phase, missing)
    consents = await stands(unit, Consent(order.buyer_id, "announce_join", order_id))
    return Standing(deal.state, phase, missing, order.state, consents)


async def _missing(unit: Unit, deal: Any) -> int | None:
    """People or units until the tip, counted as they tip it (R64); an amount of money has no last three."""
    if deal.threshold_counts == "money":
        return None
    count = await count_committed(unit, deal.id, tipped=deal.tipped_at is not None)
    return max(int(deal.threshold) - count.by(deal.threshold_counts), 0)
