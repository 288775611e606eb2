"""The one link of a post. Each post has its own, so that a feed can be searched for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.foundation.links import Links
from campaigns.foundation.store import Unit
from campaigns.sharing.give_link import merchant_link

# Enough to tell the posts of one deal at one network apart.
_TELLING = 6


async def post_link(unit: Unit, links: Links, post: Any, network: str, now: datetime) -> str:
    """The merchant's own link of the post's deal; its channel is the network. A post always gets the same."""
    link = await merchant_link(unit, post.deal_id, now)
    return f"{links.share(link.code, network)}?p={post.id[-_TELLING:]}"
