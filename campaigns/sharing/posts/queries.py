"""Read-only questions about feed accounts, templates and posts. Secrets appear in none of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from campaigns.deals.rows import deals, offers
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Unit
from campaigns.sharing.posts.rows import feed_accounts, posts, templates
from campaigns.sharing.posts.rules import POST, SPARED_CALLS


@dataclass(frozen=True)
class AccountView:
    """A feed account. `waiting` counts queued posts, `oldest_at` is when the first of them was due.

    `rests_until` is set while nothing is sent: after a failure, or because the allowance is used up.
    """

    id: str
    network: str
    address: str
    handle: str
    native_id: str
    state: str
    lost_reason: str
    lost_at: datetime | None
    connected_at: datetime
    allowance_remaining: int | None
    allowance_resets_at: datetime | None
    failures_in_row: int
    last_error: str
    rests_until: datetime | None
    waiting: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class TemplateView:
    """One version of a text; `network` "" means every network."""

    id: str
    kind: str
    language: str
    network: str
    version: int
    text: str
    state: str
    written_by: str
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True)
class PostView:
    """A post. `wording` is what a person typed, `text` what is or was sent, "" until it is frozen.

    `reason` says in a code why it is where it is, `last_error` what the feed said. `taking_down` while it still
    stands at the feed and is to go.
    """

    id: str
    organization_id: str
    account_id: str
    network: str
    handle: str
    deal_id: str | None
    deal_slug: str | None
    deal_title: str | None
    template_id: str | None
    kind: str
    subject: str
    state: str
    reason: str
    language: str
    wording: str
    text: str
    link: str
    frozen_at: datetime | None
    created_at: datetime
    not_before: datetime
    expires_at: datetime | None
    written_by: str | None
    approved_by: str | None
    tries: int
    retry_at: datetime | None
    sent_at: datetime | None
    published_at: datetime | None
    native_id: str
    url: str
    last_error: str
    taking_down: bool


@dataclass(frozen=True)
class Waiting:
    """How many posts wait and since when the oldest does, over all connected accounts."""

    count: int
    oldest_at: datetime | None


async def accounts_of(unit: Unit, organization_id: OrganizationId, now: datetime) -> list[AccountView]:
    """A merchant's accounts, connected ones first."""
    queued = and_(posts.c.account_id == feed_accounts.c.id, posts.c.state == "queued")
    statement = (
        select(
            feed_accounts,
            func.count(posts.c.id).label("waiting"),
            func.min(posts.c.not_before).label("oldest"),
        )
        .outerjoin(posts, queued)
        .where(feed_accounts.c.organization_id == organization_id)
        .group_by(feed_accounts.c.id)
        .order_by(feed_accounts.c.state, feed_accounts.c.network, feed_accounts.c.handle, feed_accounts.c.id)
    )
    return [_account(row, now) for row in await unit.all(statement)]


def _account(row: Any, now: datetime) -> AccountView:
    same = {
        name: getattr(row, name) for name in AccountView.__dataclass_fields__.keys() & row._mapping.keys()
    }
    return AccountView(**{**same, "oldest_at": row.oldest, "rests_until": _rests_until(row, now)})


def _rests_until(row: Any, now: datetime) -> datetime | None:
    used_up = row.allowance_remaining is not None and row.allowance_remaining < SPARED_CALLS
    ends = [row.paused_until, row.allowance_resets_at if used_up else None]
    return max((end for end in ends if end is not None and end > now), default=None)


async def templates_of(unit: Unit, organization_id: OrganizationId) -> list[TemplateView]:
    """A merchant's texts by kind, language and network, the newest version of each first."""
    order = (templates.c.kind, templates.c.language, templates.c.network, templates.c.version.desc())
    mine = select(templates).where(templates.c.organization_id == organization_id)
    return [_template(row) for row in await unit.all(mine.order_by(*order))]


async def template_by_id(unit: Unit, template_id: str) -> tuple[OrganizationId, TemplateView] | None:
    """A text and whose it is."""
    row = await unit.one(select(templates).where(templates.c.id == template_id))
    return None if row is None else (OrganizationId(row.organization_id), _template(row))


def _template(row: Any) -> TemplateView:
    return TemplateView(**{name: getattr(row, name) for name in TemplateView.__dataclass_fields__})


async def posts_of(
    unit: Unit, organization_id: OrganizationId, *, states: Sequence[str] = POST.states, limit: int = 100
) -> list[PostView]:
    """A merchant's posts in these states, newest first."""
    statement = _post_rows().where(posts.c.organization_id == organization_id, posts.c.state.in_(states))
    newest = (posts.c.created_at.desc(), posts.c.id)
    return [_post(row) for row in await unit.all(statement.order_by(*newest).limit(limit))]


async def posts_of_deal(unit: Unit, deal_id: str, *, limit: int = 100) -> list[PostView]:
    statement = _post_rows().where(posts.c.deal_id == deal_id)
    newest = (posts.c.created_at.desc(), posts.c.id)
    return [_post(row) for row in await unit.all(statement.order_by(*newest).limit(limit))]


async def post_by_id(unit: Unit, post_id: str) -> PostView | None:
    row = await unit.one(_post_rows().where(posts.c.id == post_id))
    return None if row is None else _post(row)


async def counts_by_state(unit: Unit, organization_id: OrganizationId) -> Mapping[str, int]:
    """How many posts a merchant has in each state."""
    statement = select(posts.c.state, func.count().label("count")).group_by(posts.c.state)
    rows: Any = await unit.all(statement.where(posts.c.organization_id == organization_id))
    return dict.fromkeys(POST.states, 0) | {row.state: int(row[1]) for row in rows}


async def waiting(unit: Unit, now: datetime) -> Waiting:
    """What is due and has not left, for whoever watches the installation."""
    statement = (
        select(func.count().label("count"), func.min(posts.c.not_before).label("oldest"))
        .join(feed_accounts, feed_accounts.c.id == posts.c.account_id)
        .where(feed_accounts.c.state == "connected", posts.c.state.in_(("queued", "sending")))
        .where(posts.c.not_before <= now)
    )
    row: Any = await unit.one(statement)
    return Waiting(int(row[0]), row.oldest)


def _post_rows() -> Any:
    named = (
        feed_accounts.c.network,
        feed_accounts.c.handle,
        deals.c.slug.label("deal_slug"),
        offers.c.title.label("deal_title"),
    )
    return (
        select(posts, *named)
        .join(feed_accounts, feed_accounts.c.id == posts.c.account_id)
        .outerjoin(deals, deals.c.id == posts.c.deal_id)
        .outerjoin(offers, offers.c.id == deals.c.offer_id)
    )


def _post(row: Any) -> PostView:
    same = {name: getattr(row, name) for name in PostView.__dataclass_fields__.keys() & row._mapping.keys()}
    return PostView(**same, taking_down=row.withdraw_asked_at is not None)
