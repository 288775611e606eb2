"""A deal as its page and its live stream show it: nothing in it depends on who looks (U37, U51)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.deals.views import DealView
from campaigns.orders.board import deal_page, joined_lately
from storefront.site import Site

# What the card's button leads to where the deal itself cannot be joined (U13).
ACTIONS: Mapping[str, str] = {"canceled": "/"}


@dataclass(frozen=True)
class ShownDeal:
    """`feed` are the instants of the latest commitments, `now` is when all of it was read."""

    deal: DealView
    feed: tuple[datetime, ...]
    now: datetime

    def context(self) -> dict[str, Any]:
        """What the templates below `deal/` read."""
        return {"deal": self.deal, "feed": self.feed, "now": self.now, "actions": ACTIONS, "plan": "hold"}


async def read_shown(site: Site, slug: str) -> ShownDeal | None:
    """A public deal in one snapshot; None for a draft and for what does not exist."""
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        deal = await deal_page(unit, slug, now)
        if deal is None:
            return None
        return ShownDeal(deal, tuple(await joined_lately(unit, deal.id)), now)
