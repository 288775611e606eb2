"""Somebody opens a share link: note the click before they are sent on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.sharing.link_queries import ShareLink
from campaigns.sharing.link_rules import DEDUPE, OF_PEOPLE, OWN, PERSON, REPEAT, channel_of
from campaigns.sharing.rows import clicks, share_links
from campaigns.sharing.visits import Visit, digest_of, sort_of

# So long a visitor can be told from another; the digest cannot be made from a later day's key anyway.
VISITORS_KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Step:
    """One opening of a link. `channel` is the last part of its address; `mine`: the visitor owns the link."""

    link: ShareLink
    channel: str = ""
    visit: Visit = field(default_factory=Visit)
    mine: bool = False


async def follow(step: Step, *, store: Store, clock: Clock, keys: Keys) -> str | None:
    """Write the click; answers its id where a person stands behind it, so that an order may follow (R84).

    The same visitor on the same link counts once an hour, as far as anybody can tell: people behind one address with
    one browser are one visitor. A link that has ended notes nothing.
    """
    async with store.begin() as unit:
        now = await clock.now(unit)
        if step.link.ended_at is not None and step.link.ended_at <= now:
            return None
        kind, visitor = await _kind(unit, step, keys, now)
        channel = channel_of(step.channel)
        click_id = new_id("clk")
        row = {"id": click_id, "link_id": step.link.id, "channel": channel, "at": now, "kind": kind}
        await unit.run(clicks.insert().values({**row, "qr": channel == "qr", "visitor": visitor}))
    return click_id if kind in OF_PEOPLE else None


async def _kind(unit: Unit, step: Step, keys: Keys, now: datetime) -> tuple[str, str | None]:
    kind = sort_of(step.visit)
    if kind == PERSON and step.mine:
        return OWN, None
    if kind != PERSON:
        return kind, None
    # The lock lets one twin see the other, so that two presses at once are one click.
    link = select(share_links.c.id).where(share_links.c.id == step.link.id)
    await unit.run(link.with_for_update(key_share=True))
    visitor = digest_of(step.visit, keys, now)
    # Shortly after midnight the same visitor may have clicked under yesterday's key.
    same = {visitor, digest_of(step.visit, keys, now - DEDUPE)}
    counted = (clicks.c.link_id == step.link.id, clicks.c.visitor.in_(same), clicks.c.kind == PERSON)
    before = select(clicks.c.id).where(*counted, clicks.c.at > now - DEDUPE).limit(1)
    return (REPEAT if await unit.one(before) else PERSON), visitor


async def forget_visitors(*, store: Store, clock: Clock) -> int:
    """Drop the digests that have done their work; answers how many. The clicks stay as numbers."""
    async with store.begin() as unit:
        before = (await clock.now(unit)) - VISITORS_KEPT
        old = (clicks.c.visitor.is_not(None), clicks.c.at < before)
        return await unit.changed(update(clicks).where(*old).values(visitor=None))
