"""Write a post once and for all: its words, its figures at one instant, its key. Nothing changes them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import and_, select, update

from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.store import Unit
from campaigns.orders.board import deal_by_id
from campaigns.sharing.ports import BodyRefused, Draft, FrozenPost, TryLater
from campaigns.sharing.posts.asking import Feed, ask
from campaigns.sharing.posts.figures import Telling, buyer_of, plain, values_of
from campaigns.sharing.posts.lease import look
from campaigns.sharing.posts.link import post_link
from campaigns.sharing.posts.outcomes import gave_up, refused_before
from campaigns.sharing.posts.picture import PostPicture, drawn, picture_of
from campaigns.sharing.posts.rows import move_post, posts, read_post, templates
from campaigns.sharing.posts.standing import order_of, untrue
from campaigns.sharing.posts.wording import PostTooLong, Wording, fill

# Two posts of one account and one microsecond can get one key; then the next microsecond is tried.
_MOST_KEYS = 8
RETIRED = "template_retired"


@dataclass(frozen=True)
class _Written:
    wording: Wording
    link: str
    title: str
    description: str
    at: datetime
    picture: PostPicture | None = None


async def freeze(row: Any, feed: Feed) -> bool:
    """Freeze a queued post. False: it was dropped, refused, or has to wait. Raises LeaseLost and FeedErrors.

    No transaction is open while the feed is asked to take pictures.
    """
    written = await _write(row, feed)
    if written is None:
        return False
    await failpoint("freeze.written")
    image = await drawn(written.picture) if written.picture else None
    for microseconds in range(_MOST_KEYS):
        draft = _draft(row, written, image, written.at + timedelta(microseconds=microseconds))
        frozen = await ask(feed, partial(feed.publisher.prepare, draft))
        await failpoint("freeze.prepared")
        if await _keep(row, written, frozen, feed):
            return True
    raise TryLater("No key was free.")


async def _write(row: Any, feed: Feed) -> _Written | None:
    store, clock = feed.outside.store, feed.outside.clock
    async with store.begin() as unit:
        now = await clock.now(unit)
        await look(unit, feed.held, now)
        text = await _text(unit, row)
        why = await untrue(unit, row, now) or ("" if text else RETIRED)
        if why:
            await move_post(unit, row, "dropped", now, reason=why)
            return None
        if await gave_up(unit, row, now):
            return None
        try:
            return await _written(unit, row, text, feed, now)
        except PostTooLong as fault:
            await refused_before(unit, row, BodyRefused(str(fault)), now)
            return None


async def _written(unit: Unit, row: Any, text: str, feed: Feed, now: datetime) -> _Written:
    deal, network = await deal_by_id(unit, row.deal_id, now) if row.deal_id else None, feed.account.network
    longest = feed.publisher.longest(feed.account)
    if deal is None:
        return _Written(fill(text, {}, longest=longest, network=network), "", "", "", now)
    link = await post_link(unit, feed.outside.links, row, network, now)
    order_id = order_of(row)
    buyer = await buyer_of(unit, order_id) if order_id else ""
    values = values_of(deal, Telling(row.language, now, link, buyer))
    wording = fill(text, values, longest=longest, network=network)
    title, summary = plain(deal.title), plain(deal.summary)
    if link not in wording.text:
        return _Written(wording, "", title, summary, now)
    return _Written(wording, link, title, summary, now, picture_of(values, row.language))


async def unapproved(unit: Unit, row: Any) -> str:
    """RETIRED where nobody's approval stands behind a post any more, else ""."""
    return "" if await _text(unit, row) else RETIRED


async def _text(unit: Unit, row: Any) -> str:
    """What a person approved for this post: their own words, or the template as it is approved now; "" if neither."""
    if row.wording:
        return str(row.wording)
    named, now = templates.alias("named"), templates
    same = [now.c[name] == named.c[name] for name in ("organization_id", "kind", "language", "network")]
    statement = select(now.c.text).join(named, and_(*same)).where(named.c.id == row.template_id)
    newest = statement.where(now.c.state == "approved").order_by(now.c.version.desc()).limit(1)
    return str(await unit.value(newest) or "")


def _draft(row: Any, written: _Written, image: bytes | None, at: datetime) -> Draft:
    return Draft(
        post_id=row.id,
        text=written.wording.text,
        link=written.link,
        title=written.title,
        description=written.description,
        language=row.language,
        created_at=at,
        tags=written.wording.tags,
        image=image,
        image_alt=written.picture.alt if written.picture else "",
        reply_to=row.reply_to,
    )


async def _keep(row: Any, written: _Written, frozen: FrozenPost, feed: Feed) -> bool:
    """False: another post of this account has the key, and writing under it would replace that one."""
    store, clock = feed.outside.store, feed.outside.clock
    async with store.begin() as unit:
        await look(unit, feed.held, await clock.now(unit))
        taken = select(posts.c.id).where(posts.c.account_id == row.account_id, posts.c.key == frozen.key)
        if await unit.value(taken.where(posts.c.id != row.id)) is not None:
            return False
        fresh = await read_post(unit, row.id)
        if fresh.state != "queued" or fresh.key is not None:
            return True
        kept = {"text": written.wording.text, "link": written.link, "frozen_at": written.at}
        statement = update(posts).where(posts.c.id == row.id, posts.c.state == "queued")
        await unit.run(statement.values(key=frozen.key, body=dict(frozen.body), **kept))
        return True
