"""Tables of people and of what protects them. Secrets are stored as digests only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from campaigns.foundation.schema import one_of, table
from campaigns.people.rules import CONSENT_KINDS, ORGANIZATION_KINDS, ROLES, SESSION_KINDS


class AccountRow(SQLModel, table=True):
    """Anybody: a buyer, merchant or platform staff. Without `password_hash` nobody can sign in to it."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("email_key"),)
    id: str = Field(primary_key=True)
    email: str
    email_key: str
    name: str = ""
    password_hash: str | None = None
    created_at: datetime


class OrganizationRow(SQLModel, table=True):
    __tablename__ = "organization"
    __table_args__ = (
        UniqueConstraint("slug"),
        one_of("kind", ORGANIZATION_KINDS),
        CheckConstraint("commission_percent BETWEEN 0 AND 100", name="commission_percent_fits"),
    )
    id: str = Field(primary_key=True)
    slug: str
    name: str
    kind: str
    city: str = ""
    zone: str = "UTC"
    commission_percent: int = 20
    created_at: datetime


class MembershipRow(SQLModel, table=True):
    __tablename__ = "membership"
    __table_args__ = (one_of("role", ROLES),)
    organization_id: str = Field(primary_key=True, foreign_key="organization.id")
    account_id: str = Field(primary_key=True, foreign_key="account.id", index=True)
    role: str
    created_at: datetime


class SessionRow(SQLModel, table=True):
    """One sign-in in one browser. The browser holds the id, we hold its SHA-256 (S4)."""

    __tablename__ = "session"
    __table_args__ = (one_of("kind", SESSION_KINDS),)
    id_hash: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    kind: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)
    absolute_ends_at: datetime


class ApiTokenRow(SQLModel, table=True):
    """A program's key (S17). `prefix` is what people see of it later."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("hash"),)
    id: str = Field(primary_key=True)
    hash: str
    prefix: str
    name: str
    account_id: str = Field(foreign_key="account.id", index=True)
    organization_id: str | None = Field(default=None, foreign_key="organization.id", index=True)
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class AuditRow(SQLModel, table=True):
    """Who did what. Append-only; each row vouches for the one before it in its chain (S33, I16)."""

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("chain", "seq"),)
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    chain: str
    seq: int
    prev_hash: str
    hash: str
    at: datetime
    actor: str
    act: str
    subject: str = Field(index=True)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class AuditHeadRow(SQLModel, table=True):
    """The newest row of each chain: the one place writers of a chain queue at."""

    __tablename__ = "audit_head"
    chain: str = Field(primary_key=True)
    seq: int
    hash: str


class TriesRow(SQLModel, table=True):
    """How often something was tried in a window; the key is a digest, for it may name a person (S18)."""

    __tablename__ = "tries"
    key: str = Field(primary_key=True)
    window_start: datetime = Field(primary_key=True)
    n: int


class StoredAnswerRow(SQLModel, table=True):
    """The answer to a request with an `Idempotency-Key`; without `status` it is being made (S27)."""

    __tablename__ = "stored_answer"
    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    status: int | None = None
    body: str = ""
    created_at: datetime = Field(index=True)


class ConsentRow(SQLModel, table=True):
    """What a person agreed to, about what (an order, a merchant), and where that came from."""

    __tablename__ = "consent"
    __table_args__ = (one_of("kind", CONSENT_KINDS),)
    account_id: str = Field(primary_key=True, foreign_key="account.id")
    kind: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    source: str
    given_at: datetime
    withdrawn_at: datetime | None = None


account = table(AccountRow)
organization = table(OrganizationRow)
membership = table(MembershipRow)
session = table(SessionRow)
api_token = table(ApiTokenRow)
audit = table(AuditRow)
audit_head = table(AuditHeadRow)
tries = table(TriesRow)
stored_answer = table(StoredAnswerRow)
consents = table(ConsentRow)
