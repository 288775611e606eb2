"""Tables of listening: mentions, how far each account was read, and authors who are ours or want to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, update
from sqlmodel import Field, SQLModel

from campaigns.foundation.facts import moved, record
from campaigns.foundation.schema import one_of, table
from campaigns.foundation.store import Unit
from campaigns.listening.rules import KINDS, MATCHED_BY, MENTION, SENTIMENT_BY, SENTIMENTS, TEAMS


class MentionRow(SQLModel, table=True):
    """Somebody else's public post, collected once for each merchant. `native` is what a reply must refer to.

    `deal_id` and `campaign_id` are empty where it is about the merchant as a whole; a tag belongs to a campaign.
    `own` marks the merchant's own accounts and those of its people: counted nowhere.
    """

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("organization_id", "network", "native_uri"),
        one_of("kind", KINDS),
        one_of("matched_by", MATCHED_BY),
        one_of("sentiment", SENTIMENTS),
        one_of("sentiment_by", SENTIMENT_BY),
        one_of("team", TEAMS),
        one_of("state", MENTION.states),
        Index("ix_mention_list", "organization_id", "at", "id"),
    )
    id: str = Field(primary_key=True)
    network: str
    native_uri: str
    organization_id: str = Field(foreign_key="organization.id")
    account_id: str = Field(index=True)
    deal_id: str | None = Field(default=None, foreign_key="deal.id", index=True)
    campaign_id: str | None = Field(default=None, foreign_key="campaign.id", index=True)
    post_id: str | None = Field(default=None, index=True)
    kind: str
    matched_by: str | None = None
    author_id: str = Field(index=True)
    author: str
    text: str
    text_hash: str
    earlier_hashes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    url: str
    language: str
    sentiment: str
    sentiment_by: str
    team: str
    team_reason: str
    assigned_by: str | None = None
    state: str = "new"
    own: bool = False
    native: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime
    edited_at: datetime | None = None
    collected_at: datetime
    checked_at: datetime
    answered_post_id: str | None = Field(default=None, index=True)


class MentionCursorRow(SQLModel, table=True):
    """How far one account was read, and who reads it now. `read_at` is when it last was."""

    __tablename__ = "mention_cursor"
    account_id: str = Field(primary_key=True)
    cursor: str | None = None
    read_at: datetime | None = None
    retry_at: datetime | None = Field(default=None, index=True)
    lease_until: datetime | None = None
    error: str | None = None
    failures: int = 0


class OwnAuthorRow(SQLModel, table=True):
    """An author who speaks for this merchant, though the post comes from no connected account."""

    __tablename__ = "own_author"
    organization_id: str = Field(primary_key=True, foreign_key="organization.id")
    network: str = Field(primary_key=True)
    author_id: str = Field(primary_key=True)
    marked_by: str
    marked_at: datetime


class ErasedAuthorRow(SQLModel, table=True):
    """Somebody who asked to be forgotten, as a keyed digest: nothing of theirs is collected again (R88)."""

    __tablename__ = "erased_author"
    network: str = Field(primary_key=True)
    author_digest: str = Field(primary_key=True)
    erased_at: datetime


mentions, cursors = table(MentionRow), table(MentionCursorRow)
own_authors, erased_authors = table(OwnAuthorRow), table(ErasedAuthorRow)


async def move_mention(unit: Unit, row: Any, to_state: str, now: datetime, **changes: Any) -> bool:
    """Compare-and-set the state of a mention and record it. False: somebody was faster."""
    note = changes.pop("note", {})
    fact = moved(MENTION, f"mention:{row.id}", row.state, to_state, now, deal_id=row.deal_id, data=note)
    statement = update(mentions).where(mentions.c.id == row.id, mentions.c.state == row.state)
    if await unit.changed(statement.values(state=to_state, **changes)) != 1:
        return False
    await record(unit, [fact])
    return True
