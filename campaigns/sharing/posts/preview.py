"""How a text would read at each of a merchant's accounts, with its true length; nothing is stored or sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals.views import DealView
from campaigns.foundation.links import Links
from campaigns.foundation.store import Unit
from campaigns.sharing.give_link import CODE_BITS
from campaigns.sharing.ports import FeedAccount, Publishers
from campaigns.sharing.posts.figures import Telling, values_of
from campaigns.sharing.posts.rows import feed_accounts
from campaigns.sharing.posts.wording import PostTooLong, fill

# As long as a real one: a code, and the sign that tells posts apart.
_SAMPLE_CODE = "x" * (CODE_BITS // 5)
_SAMPLE_SIGN = "?p=xxxxxx"


@dataclass(frozen=True)
class Previewing:
    """A text that has no faults, for which deal, and in which language."""

    text: str
    deal: DealView
    language: str = "en"
    network: str = ""


@dataclass(frozen=True)
class Preview:
    """The text as this account would post it now. Lengths count graphemes; `fault` is "" where it fits."""

    account_id: str
    network: str
    handle: str
    text: str
    length: int
    longest: int
    was_shortened: bool
    fault: str


async def previews(
    unit: Unit, asked: Previewing, now: datetime, *, publishers: Publishers, links: Links
) -> list[Preview]:
    """One per connected account of the deal's merchant (of `network`, if one is named)."""
    mine = select(feed_accounts).where(
        feed_accounts.c.organization_id == asked.deal.organization_id, feed_accounts.c.state == "connected"
    )
    rows = await unit.all(mine.order_by(feed_accounts.c.network, feed_accounts.c.handle, feed_accounts.c.id))
    return [
        _preview(row, asked, now, publishers, links)
        for row in rows
        if row.network in publishers and asked.network in ("", row.network)
    ]


def _preview(row: Any, asked: Previewing, now: datetime, publishers: Publishers, links: Links) -> Preview:
    # How long a post may be is known without a sign-in.
    account = FeedAccount(row.id, row.network, row.address, row.handle, row.native_id, {})
    longest = publishers[row.network].longest(account)
    link = links.share(_SAMPLE_CODE, row.network) + _SAMPLE_SIGN
    values = values_of(asked.deal, Telling(asked.language, now, link))
    try:
        wording, fault = fill(asked.text, values, longest=longest, network=row.network), ""
    except PostTooLong as too_long:
        wording = fill(asked.text, values, longest=10**6, network=row.network)
        fault = str(too_long)
    return Preview(
        account_id=row.id,
        network=row.network,
        handle=row.handle,
        text=wording.text,
        length=wording.length,
        longest=longest,
        was_shortened=wording.was_shortened,
        fault=fault,
    )
