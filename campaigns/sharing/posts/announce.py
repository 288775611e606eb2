"""Owe the posts that a fact calls for: one per connected account, kind and subject, if it is true now (R80, R81)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select

from campaigns.deals.rows import deals, offers
from campaigns.foundation.clock import Clock
from campaigns.foundation.facts import record
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Store, Unit
from campaigns.sharing.posts.rows import feed_accounts, posts, queued_facts, templates
from campaigns.sharing.posts.rules import CLOSING_SOON, expires_at
from campaigns.sharing.posts.standing import untrue

_BATCH = 200


@dataclass(frozen=True)
class _Announcement:
    kind: str
    subject: str
    deal_id: str
    expires_at: datetime | None


async def owe_announcements(unit: Unit, kind: str, deal_id: str, subject: str, now: datetime) -> int:
    """Queue the posts in the transaction of the fact; answers how many are new. Owing them again adds none.

    Only connected accounts whose merchant approved a template of this kind announce anything.
    """
    accounts = await _announcing(unit, kind, deal_id)
    if not accounts:
        return 0
    closes_at = await unit.value(select(deals.c.closes_at).where(deals.c.id == deal_id))
    what = _Announcement(kind, subject, deal_id, expires_at(kind, now, closes_at))
    if await untrue(unit, what, now):
        return 0
    rows = [_row(what, account, now) for account in accounts]
    statement = unit.insert(posts).on_conflict_do_nothing().returning(posts.c.id)
    new = {row.id for row in await unit.all(statement.values(rows))}
    await record(unit, queued_facts([row for row in rows if row["id"] in new], now))
    return len(new)


async def announce_closing(*, store: Store, clock: Clock) -> int:
    """Queue a last call for every deal that closes within a day and has none yet; answers how many posts."""
    async with store.read() as unit:
        due = await unit.all(_closing_soon(await clock.now(unit)))
    new = 0
    for row in due:
        async with store.begin() as unit:
            now = await clock.now(unit)
            new += await owe_announcements(unit, "closing_soon", row.id, f"deal:{row.id}", now)
    return new


def _closing_soon(now: datetime) -> Any:
    """Running deals in their last day, of which an account that would announce it has no post yet."""
    told = exists().where(
        posts.c.account_id == feed_accounts.c.id,
        posts.c.kind == "closing_soon",
        posts.c.deal_id == deals.c.id,
    )
    texts = exists().where(
        templates.c.organization_id == deals.c.organization_id,
        templates.c.kind == "closing_soon",
        templates.c.state == "approved",
        templates.c.network.in_(("", feed_accounts.c.network)),
    )
    running = and_(deals.c.state.in_(("open", "tipped")), deals.c.closes_at > now)
    return (
        select(deals.c.id)
        .distinct()
        .join(feed_accounts, feed_accounts.c.organization_id == deals.c.organization_id)
        .where(running, deals.c.closes_at <= now + CLOSING_SOON, feed_accounts.c.state == "connected")
        .where(or_(deals.c.capacity.is_(None), deals.c.units_taken < deals.c.capacity), texts, ~told)
        .order_by(deals.c.id)
        .limit(_BATCH)
    )


async def _announcing(unit: Unit, kind: str, deal_id: str) -> Sequence[Any]:
    """Connected accounts of the deal's merchant, each with its best approved template of this kind.

    The best is in the deal's language, then in English, and written for this network.
    """
    statement = (
        select(
            feed_accounts.c.id,
            feed_accounts.c.organization_id,
            templates.c.id.label("template_id"),
            templates.c.language,
        )
        .join(deals, deals.c.organization_id == feed_accounts.c.organization_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(templates, templates.c.organization_id == feed_accounts.c.organization_id)
        .where(deals.c.id == deal_id, feed_accounts.c.state == "connected")
        .where(templates.c.kind == kind, templates.c.state == "approved")
        .where(templates.c.network.in_(("", feed_accounts.c.network)))
        .order_by(
            feed_accounts.c.id,
            templates.c.language != offers.c.language,
            templates.c.language != "en",
            templates.c.network == "",
            templates.c.language,
            templates.c.version.desc(),
        )
    )
    best: dict[str, Any] = {}
    for row in await unit.all(statement):
        best.setdefault(row.id, row)
    return list(best.values())


def _row(what: _Announcement, account: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id("post"),
        "organization_id": account.organization_id,
        "account_id": account.id,
        "deal_id": what.deal_id,
        "template_id": account.template_id,
        "kind": what.kind,
        "subject": what.subject,
        "language": account.language,
        "created_at": now,
        "not_before": now,
        "expires_at": what.expires_at,
        **BLANK,
    }


# What a new post has not got yet, since statements do not fill it in.
BLANK: dict[str, Any] = {
    "state": "queued",
    "reason": "",
    "wording": "",
    "text": "",
    "link": "",
    "tries": 0,
    "unsure": False,
    "native_id": "",
    "url": "",
    "last_error": "",
    "withdraw_reason": "",
}
