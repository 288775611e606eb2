"""Journal entries and their postings. Never updated, never deleted: a correction is a new entry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from campaigns.foundation.schema import table


class JournalRow(SQLModel, table=True):
    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("kind", "ref"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    )
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    at: datetime
    kind: str
    ref: str
    order_id: str | None = Field(default=None, index=True)
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str


class PostingRow(SQLModel, table=True):
    __tablename__ = "posting"
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    journal_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), nullable=False, index=True)
    )
    account: str = Field(index=True)
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str


journal, postings = table(JournalRow), table(PostingRow)
