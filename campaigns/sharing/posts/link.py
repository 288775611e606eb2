"""The one link of a post. Each post has its own, so that a feed can be searched for it."""

from __future__ import annotations

from campaigns.deals.views import DealView
from campaigns.foundation.links import Links
from campaigns.foundation.store import Unit


async def post_link(unit: Unit, links: Links, deal: DealView, *, post_id: str, network: str) -> str:
    """Where a post leads. The same post always gets the same link."""
    return f"{links.deal(deal.slug)}?from={network}-{post_id[-8:]}"
