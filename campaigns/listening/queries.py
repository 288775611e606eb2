"""Read-only views of mentions, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from campaigns.deals.rows import campaign_deals, campaigns, deals, offers
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Unit
from campaigns.listening.replies import replies_to
from campaigns.listening.routing import WITHIN
from campaigns.listening.rows import cursors, mentions
from campaigns.people.rows import account
from campaigns.sharing.posts.rows import feed_accounts

WAITING = ("new", "matched")
# View in the address -> the states in it.
VIEWS: dict[str, tuple[str, ...]] = {
    "waiting": WAITING,
    "answered": ("answered",),
    "dismissed": ("dismissed",),
    "all": ("new", "matched", "answered", "dismissed", "removed"),
}


@dataclass(frozen=True)
class Sought:
    """What a list is asked for. Empty means any. `campaign_id` takes in all its deals. `own`: ours too."""

    organization_id: OrganizationId
    campaign_id: str = ""
    deal_id: str = ""
    team: str = ""
    states: tuple[str, ...] = ()
    network: str = ""
    sentiment: str = ""
    language: str = ""
    own: bool = False


@dataclass(frozen=True)
class ReplyView:
    """The post that answers a mention. `reason` is a code, "" unless it failed or was dropped."""

    id: str
    state: str
    text: str
    reason: str
    url: str


@dataclass(frozen=True)
class MentionView:
    """`within` says until when the team should answer. `assigned_by` is a name, None while a rule decided."""

    id: str
    organization_id: OrganizationId
    network: str
    kind: str
    state: str
    author: str
    author_id: str
    text: str
    url: str
    language: str
    sentiment: str
    sentiment_by: str
    team: str
    team_reason: str
    assigned_by: str | None
    matched_by: str | None
    own: bool
    edited: bool
    at: datetime
    collected_at: datetime
    deal_id: str | None
    deal_title: str | None
    campaign_id: str | None
    campaign_name: str | None
    account_id: str
    account_handle: str
    account_state: str
    reply: ReplyView | None = field(default=None)

    @property
    def within(self) -> str:
        return WITHIN[self.team]


@dataclass(frozen=True)
class Counts:
    """How many mentions there are under each word, own ones left out everywhere."""

    views: dict[str, int]
    teams: dict[str, int]
    sentiments: dict[str, int]


@dataclass(frozen=True)
class Ear:
    """How the reading of one account goes. `error` is what its feed said last, "" where all is well."""

    account_id: str
    network: str
    handle: str
    state: str
    read_at: datetime | None
    error: str


def _of_campaign(campaign_id: str) -> ColumnElement[bool]:
    """A tag ties a mention to a campaign as a whole, everything else by way of its deal."""
    its = select(campaign_deals.c.deal_id).where(campaign_deals.c.campaign_id == campaign_id)
    return or_(mentions.c.campaign_id == campaign_id, mentions.c.deal_id.in_(its))


_EXACTLY = ("deal_id", "team", "network", "sentiment", "language")


def _where(sought: Sought) -> ColumnElement[bool]:
    asked: list[ColumnElement[bool]] = [mentions.c.organization_id == sought.organization_id]
    exactly = {name: getattr(sought, name) for name in _EXACTLY}
    asked += [mentions.c[name] == value for name, value in exactly.items() if value]
    if sought.campaign_id:
        asked.append(_of_campaign(sought.campaign_id))
    if sought.states:
        asked.append(mentions.c.state.in_(sought.states))
    return and_(*asked, true() if sought.own else mentions.c.own.is_(False))


async def mention_list(
    unit: Unit, sought: Sought, *, after: tuple[datetime, str] | None = None, limit: int = 50
) -> list[MentionView]:
    """Newest first. `after` is instant and id of the last one on the page before."""
    statement = _views().where(_where(sought))
    if after is not None:
        at, last_id = after
        older = or_(mentions.c.at < at, and_(mentions.c.at == at, mentions.c.id < last_id))
        statement = statement.where(older)
    rows = await unit.all(statement.order_by(mentions.c.at.desc(), mentions.c.id.desc()).limit(limit))
    return await _whole(unit, rows)


async def mention_view(unit: Unit, mention_id: str) -> MentionView | None:
    return next(iter(await _whole(unit, await unit.all(_views().where(mentions.c.id == mention_id)))), None)


def _views() -> Any:
    campaign_of = func.coalesce(mentions.c.campaign_id, campaign_deals.c.campaign_id)
    return (
        select(
            mentions,
            offers.c.title.label("deal_title"),
            campaigns.c.id.label("its_campaign"),
            campaigns.c.name.label("campaign_name"),
            feed_accounts.c.handle.label("account_handle"),
            feed_accounts.c.state.label("account_state"),
            account.c.name.label("assigned_name"),
        )
        .outerjoin(deals, deals.c.id == mentions.c.deal_id)
        .outerjoin(offers, offers.c.id == deals.c.offer_id)
        .outerjoin(campaign_deals, campaign_deals.c.deal_id == mentions.c.deal_id)
        .outerjoin(campaigns, campaigns.c.id == campaign_of)
        .outerjoin(account, account.c.id == mentions.c.assigned_by)
        .join(feed_accounts, feed_accounts.c.id == mentions.c.account_id)
    )


async def _whole(unit: Unit, rows: Sequence[Any]) -> list[MentionView]:
    replies = await replies_to(unit, [row.id for row in rows])
    return [_view(row, _reply(replies.get(row.id))) for row in rows]


def _reply(row: Any) -> ReplyView | None:
    return ReplyView(row.id, row.state, row.text or row.wording, row.reason, row.url) if row else None


_TAKEN = (
    "id organization_id network kind state author author_id text url language sentiment sentiment_by team"
    " team_reason matched_by own at collected_at deal_id deal_title campaign_name account_id account_handle"
    " account_state"
).split()


def _view(row: Any, reply: ReplyView | None) -> MentionView:
    return MentionView(
        **{name: getattr(row, name) for name in _TAKEN},
        assigned_by=(row.assigned_name or "a colleague") if row.assigned_by else None,
        edited=row.edited_at is not None,
        campaign_id=row.its_campaign,
        reply=reply,
    )


async def mention_counts(unit: Unit, sought: Sought) -> Counts:
    """Views by state for what is sought but its states; teams and sentiments among those that wait."""
    rows = await unit.all(
        select(mentions.c.state, mentions.c.team, mentions.c.sentiment, func.count().label("n"))
        .where(_where(Sought(sought.organization_id, sought.campaign_id, sought.deal_id)))
        .group_by(mentions.c.state, mentions.c.team, mentions.c.sentiment)
    )
    views = {name: sum(row.n for row in rows if row.state in states) for name, states in VIEWS.items()}
    teams: dict[str, int] = {}
    sentiments: dict[str, int] = {}
    for row in rows:
        if row.state in WAITING:
            teams[row.team] = teams.get(row.team, 0) + row.n
            sentiments[row.sentiment] = sentiments.get(row.sentiment, 0) + row.n
    return Counts(views, teams, sentiments)


async def ears_of(unit: Unit, organization_id: OrganizationId) -> list[Ear]:
    """Every account that is read for this merchant, and how that goes."""
    rows = await unit.all(
        select(feed_accounts, cursors.c.read_at, cursors.c.error)
        .join(cursors, cursors.c.account_id == feed_accounts.c.id)
        .where(feed_accounts.c.organization_id == organization_id, feed_accounts.c.state != "disconnected")
        .order_by(feed_accounts.c.network, feed_accounts.c.handle)
    )
    return [Ear(row.id, row.network, row.handle, row.state, row.read_at, row.error or "") for row in rows]


async def mention_owner(unit: Unit, mention_id: str) -> OrganizationId | None:
    """Whose mention it is, for whoever decides about access."""
    found = await unit.value(select(mentions.c.organization_id).where(mentions.c.id == mention_id))
    return OrganizationId(found) if found else None
