"""Tables of share links: the links, the clicks on them, and who brought an order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from campaigns.foundation.schema import one_of, table
from campaigns.sharing.link_rules import CLICK_KINDS, OWNER_KINDS

_OF_THE_MERCHANT = text("owner_kind = 'merchant'")
_COUNTED = text("visitor IS NOT NULL")


class ShareLinkRow(SQLModel, table=True):
    """One owner's link to one deal; a channel is the part of its address behind the code.

    A buyer and an advocate are accounts, the merchant's own link has none. `order_id` is the order that a buyer got
    the link with. `reward` is what the merchant promises an advocate, in words (R63).
    """

    __tablename__ = "share_link"
    __table_args__ = (
        UniqueConstraint("deal_id", "owner_kind", "account_id"),
        Index(
            "uq_share_link_merchant",
            "deal_id",
            unique=True,
            sqlite_where=_OF_THE_MERCHANT,
            postgresql_where=_OF_THE_MERCHANT,
        ),
        one_of("owner_kind", OWNER_KINDS),
        CheckConstraint("(owner_kind = 'merchant') = (account_id IS NULL)", name="owner_is_whole"),
        CheckConstraint("reward = '' OR owner_kind = 'advocate'", name="reward_is_an_advocates"),
    )
    id: str = Field(primary_key=True)
    code: str = Field(unique=True)
    deal_id: str = Field(foreign_key="deal.id")
    organization_id: str = Field(foreign_key="organization.id", index=True)
    owner_kind: str
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)
    order_id: str | None = Field(default=None, foreign_key="orders.id", index=True)
    reward: str = ""
    created_at: datetime
    ended_at: datetime | None = None


class ClickRow(SQLModel, table=True):
    """One answer of `/s/{code}`. `visitor` is a keyed digest that cannot be made again once its day's key is gone."""

    __tablename__ = "click"
    __table_args__ = (
        one_of("kind", CLICK_KINDS),
        Index(
            "ix_click_visitor", "link_id", "visitor", "at", sqlite_where=_COUNTED, postgresql_where=_COUNTED
        ),
        Index("ix_click_link", "link_id", "kind", "channel"),
        Index("ix_click_at", "at"),
    )
    id: str = Field(primary_key=True)
    link_id: str = Field(foreign_key="share_link.id")
    channel: str = ""
    at: datetime
    kind: str
    qr: bool = False
    visitor: str | None = None


class ReferralRow(SQLModel, table=True):
    """Who brought an order: at most one link, by the last click in time (R84)."""

    __tablename__ = "referral"
    order_id: str = Field(primary_key=True, foreign_key="orders.id")
    link_id: str = Field(foreign_key="share_link.id", index=True)
    click_id: str = Field(foreign_key="click.id")
    channel: str = ""
    credited_at: datetime


class ShownNameRow(SQLModel, table=True):
    """How announcements may call the buyer of an order: first name and initial, nothing longer is kept (U56)."""

    __tablename__ = "shown_name"
    order_id: str = Field(primary_key=True, foreign_key="orders.id")
    name: str


share_links, clicks = table(ShareLinkRow), table(ClickRow)
referrals, shown_names = table(ReferralRow), table(ShownNameRow)
