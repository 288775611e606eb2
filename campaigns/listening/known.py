"""What a merchant's mentions can be tied to, and what to listen for, read from posts, links, campaigns and deals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from campaigns.deals.rows import campaign_deals, campaigns, deals, offers
from campaigns.foundation.links import Links
from campaigns.foundation.store import Unit
from campaigns.listening.ports import MOST_CHECKED, Heard, Wanted
from campaigns.listening.rows import mentions
from campaigns.listening.rules import Known, Target
from campaigns.people.rows import organization
from campaigns.sharing.posts.rows import posts
from campaigns.sharing.rows import share_links

MOST_POSTS = 500
POSTS_FOR = timedelta(days=60)
CHECKED_FOR = timedelta(days=14)
_SHORTEST_KEYWORD = 6
# Whatever cannot be part of a name of ours ends it: strangers write these links.
_END = re.compile(r"[^A-Za-z0-9_-]")
_TALKED_OF = ("scheduled", "open", "tipped", "settling", "settled")


async def wanted_of(unit: Unit, account: Any, links: Links, now: datetime) -> Wanted:
    """What the source of one account should look out for. `account` is a row of feed_account."""
    ours = await unit.all(
        select(posts.c.native_id)
        .where(
            posts.c.account_id == account.id,
            posts.c.state == "published",
            posts.c.published_at >= now - POSTS_FOR,
        )
        .order_by(posts.c.published_at.desc())
        .limit(MOST_POSTS)
    )
    tags = await unit.all(_tagged(account.organization_id))
    return Wanted(
        posts=frozenset(row.native_id for row in ours),
        tags=frozenset(row.tag.lower().lstrip("#") for row in tags),
        links=tuple(prefix.lower() for prefix in _prefixes(links)),
        check=await _to_check(unit, account.id, now),
    )


def _tagged(organization_id: str) -> Any:
    return select(campaigns.c.id, campaigns.c.tag).where(
        campaigns.c.organization_id == organization_id,
        campaigns.c.tag != "",
        campaigns.c.state != "draft",
    )


def _prefixes(links: Links) -> tuple[str, str]:
    return f"{links.address}/s/", f"{links.address}/deals/"


async def _to_check(unit: Unit, account_id: str, now: datetime) -> Mapping[str, Mapping[str, Any]]:
    """Whichever have waited longest for a second look."""
    rows = await unit.all(
        select(mentions.c.native_uri, mentions.c.native)
        .where(
            mentions.c.account_id == account_id,
            mentions.c.state != "removed",
            mentions.c.collected_at >= now - CHECKED_FOR,
        )
        .order_by(mentions.c.checked_at, mentions.c.id)
        .limit(MOST_CHECKED)
    )
    return {row.native_uri: row.native for row in rows}


async def known_to(unit: Unit, account: Any, heard: Sequence[Heard], links: Links) -> Known:
    """Everything that what was heard could be tied to; nothing of another merchant."""
    merchant = account.organization_id
    about = {each.about for each in heard if each.about}
    return Known(
        links=await _linked(unit, merchant, {link for each in heard for link in each.links}, links),
        posts=await _posted(unit, account.id, about),
        tags=await _by_tag(unit, merchant),
        keywords=await _keywords(unit, merchant),
    )


async def _posted(unit: Unit, account_id: str, about: Iterable[str]) -> dict[str, Target]:
    rows = await unit.all(
        select(posts.c.id, posts.c.native_id, posts.c.deal_id).where(
            posts.c.account_id == account_id, posts.c.native_id.in_(list(about))
        )
    )
    return {row.native_id: Target(row.deal_id, post_id=row.id) for row in rows}


async def _linked(unit: Unit, merchant: str, said: Iterable[str], links: Links) -> dict[str, Target]:
    short, page = _prefixes(links)
    codes = {link: _segment(link, short) for link in said if link.lower().startswith(short.lower())}
    slugs = {link: _segment(link, page) for link in said if link.lower().startswith(page.lower())}
    by_code = await unit.all(
        select(share_links.c.code.label("name"), share_links.c.deal_id).where(
            share_links.c.organization_id == merchant, share_links.c.code.in_(list(codes.values()))
        )
    )
    by_slug = await unit.all(
        select(deals.c.slug.label("name"), deals.c.id.label("deal_id")).where(
            deals.c.organization_id == merchant, deals.c.slug.in_(list(slugs.values()))
        )
    )
    found: dict[str, Target] = {}
    for named, rows in ((codes, by_code), (slugs, by_slug)):
        deal_of = {row.name: row.deal_id for row in rows}
        found |= {link.lower(): Target(deal_of[name]) for link, name in named.items() if name in deal_of}
    return found


def _segment(link: str, prefix: str) -> str:
    """The part of the path right behind a prefix."""
    return _END.split(link[len(prefix) :], maxsplit=1)[0]


async def _by_tag(unit: Unit, merchant: str) -> dict[str, Target]:
    """A tag is a campaign's; it tells the deal too where the campaign has one only."""
    count = func.count(campaign_deals.c.deal_id)
    only = func.min(campaign_deals.c.deal_id)
    tagged = _tagged(merchant).subquery()
    rows = await unit.all(
        select(tagged.c.id, tagged.c.tag, count.label("n"), only.label("deal_id"))
        .outerjoin(campaign_deals, campaign_deals.c.campaign_id == tagged.c.id)
        .group_by(tagged.c.id, tagged.c.tag)
    )
    return {
        row.tag.lower().lstrip("#"): Target(row.deal_id if row.n == 1 else None, campaign_id=row.id)
        for row in rows
    }


async def _keywords(unit: Unit, merchant: str) -> dict[str, Target]:
    """Titles of deals that can be talked of, and the merchant's name."""
    rows = await unit.all(
        select(deals.c.id, offers.c.title)
        .join(offers, offers.c.id == deals.c.offer_id)
        .where(deals.c.organization_id == merchant, deals.c.state.in_(_TALKED_OF))
        .order_by(deals.c.created_at)
    )
    name = await unit.value(select(organization.c.name).where(organization.c.id == merchant))
    titles = {row.title.lower(): Target(row.id) for row in rows if len(row.title) >= _SHORTEST_KEYWORD}
    return titles | ({name.lower(): Target()} if len(name or "") >= _SHORTEST_KEYWORD else {})
