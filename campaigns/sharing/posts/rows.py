"""Tables of feed accounts, templates and posts. A post is its own outbox row, written before anything is sent."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, select, update
from sqlmodel import Field, SQLModel

from campaigns.foundation.facts import Fact, moved, record
from campaigns.foundation.schema import one_of, table
from campaigns.foundation.store import Unit
from campaigns.sharing.posts.rules import FEED_ACCOUNT, KINDS, POST, TEMPLATE, TEMPLATE_KINDS


class FeedAccountRow(SQLModel, table=True):
    """One account at one feed. `secrets` is sealed text, `key_id` says with which key; both are "" once disconnected.

    One worker at a time holds `lease`. Nothing is sent before `paused_until`, nor while the allowance is used up.
    """

    __tablename__ = "feed_account"
    __table_args__ = (
        UniqueConstraint("organization_id", "network", "address", "native_id"),
        one_of("state", FEED_ACCOUNT.states),
        CheckConstraint("state <> 'disconnected' OR secrets = ''", name="disconnected_keeps_no_secrets"),
    )
    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    network: str
    address: str
    handle: str
    native_id: str
    secrets: str = Field(repr=False)
    key_id: str
    state: str = "connected"
    lost_reason: str = ""
    lost_at: datetime | None = None
    connected_at: datetime
    connected_by: str
    allowance_remaining: int | None = None
    allowance_resets_at: datetime | None = None
    paused_until: datetime | None = None
    failures_in_row: int = 0
    last_error: str = ""
    lease: str | None = None
    lease_until: datetime | None = None


class TemplateRow(SQLModel, table=True):
    """One version of a text. `network` "" means every network. An approved text is never changed, only followed."""

    __tablename__ = "template"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "language", "network", "version"),
        one_of("state", TEMPLATE.states),
        one_of("kind", TEMPLATE_KINDS),
    )
    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    kind: str
    language: str
    network: str = ""
    version: int = 1
    text: str
    state: str = "draft"
    written_by: str
    created_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None


class PostRow(SQLModel, table=True):
    """One post of one account. `subject` is `order:…`, `deal:…`, `mention:…` or, of a person's own words, `post:…`.

    `wording` is what a person typed; `text`, `key` and `body` are empty until they are frozen, and never change then.
    `unsure`: a call was begun whose outcome nobody knows. `reason` is a code, `last_error` is for people.
    """

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "subject"),
        UniqueConstraint("account_id", "key"),
        one_of("state", POST.states),
        one_of("kind", KINDS),
        CheckConstraint("(key IS NULL) = (frozen_at IS NULL)", name="frozen_whole"),
        CheckConstraint("state <> 'sending' OR key IS NOT NULL", name="sent_frozen_only"),
        CheckConstraint("state <> 'published' OR native_id <> ''", name="published_has_id"),
        Index("ix_post_queue", "account_id", "state", "not_before"),
    )
    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    account_id: str = Field(foreign_key="feed_account.id")
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    template_id: str | None = Field(default=None, foreign_key="template.id")
    kind: str
    subject: str = Field(index=True)
    state: str = "queued"
    reason: str = ""
    language: str = "en"
    wording: str = ""
    text: str = ""
    link: str = ""
    key: str | None = None
    body: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    frozen_at: datetime | None = None
    created_at: datetime
    not_before: datetime
    expires_at: datetime | None = None
    written_by: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    tries: int = 0
    unsure: bool = False
    sent_at: datetime | None = None
    retry_at: datetime | None = None
    published_at: datetime | None = None
    native_id: str = ""
    url: str = ""
    last_error: str = ""
    reply_to: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    withdraw_asked_at: datetime | None = None
    withdraw_reason: str = ""


feed_accounts, templates, posts = table(FeedAccountRow), table(TemplateRow), table(PostRow)


async def read_post(unit: Unit, post_id: str) -> Any:
    return await unit.one(select(posts).where(posts.c.id == post_id))


async def read_account(unit: Unit, account_id: str) -> Any:
    return await unit.one(select(feed_accounts).where(feed_accounts.c.id == account_id))


async def move_post(unit: Unit, row: Any, to_state: str, now: datetime, **changes: Any) -> bool:
    """Compare-and-set the state of a post and record it. False: somebody was faster.

    A post that is refused before it was sent passes through `sending` in the same statement.
    """
    way = [row.state, to_state]
    if way == ["queued", "failed"]:
        way.insert(1, "sending")
    data = {"reason": changes["reason"]} if changes.get("reason") else {}
    told = [
        moved(POST, f"post:{row.id}", before, after, now, deal_id=row.deal_id, data=data)
        for before, after in pairwise(way)
    ]
    statement = update(posts).where(posts.c.id == row.id, posts.c.state == row.state)
    if await unit.changed(statement.values(state=to_state, **changes)) != 1:
        return False
    await record(unit, told)
    return True


async def move_account(unit: Unit, row: Any, to_state: str, now: datetime, **changes: Any) -> bool:
    """Compare-and-set the state of a feed account and record it. False: somebody was faster.

    A loss is told to the merchant's owners, by way of a deal of theirs (`deal_id` in `changes`, if known).
    """
    deal_id = changes.pop("deal_id", None)
    fact = moved(
        FEED_ACCOUNT,
        f"feed_account:{row.id}",
        row.state,
        to_state,
        now,
        deal_id=deal_id,
        told=to_state == "lost",
        data={"reason": changes["lost_reason"]} if changes.get("lost_reason") else {},
    )
    statement = update(feed_accounts).where(feed_accounts.c.id == row.id, feed_accounts.c.state == row.state)
    if await unit.changed(statement.values(state=to_state, **changes)) != 1:
        return False
    await record(unit, [fact])
    return True


def queued_facts(rows: list[dict[str, Any]], now: datetime) -> list[Fact]:
    """The facts of posts that a fact queued: an approved template is a draft approved beforehand."""
    return [
        moved(POST, f"post:{row['id']}", before, after, now, deal_id=row["deal_id"])
        for row in rows
        for before, after in (("", "draft"), ("draft", "queued"))
    ]
