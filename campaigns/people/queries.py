"""Read-only views of people, organizations and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.foundation.store import Unit
from campaigns.people.rows import account, api_token, membership, organization
from campaigns.people.rules import ANONYMOUS, OPERATOR, Actor, normalize_email


@dataclass(frozen=True)
class Account:
    id: AccountId
    email: str
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Organization:
    """A merchant, or the platform itself. `zone` is an IANA name, `commission_percent` a whole number."""

    id: OrganizationId
    slug: str
    name: str
    kind: str
    city: str
    zone: str
    commission_percent: int


@dataclass(frozen=True)
class Member:
    account_id: AccountId
    name: str
    email: str
    role: str


@dataclass(frozen=True)
class TokenView:
    """An API token as its owner sees it: never the token itself."""

    id: str
    prefix: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


_ORGANIZATION = [organization.c[name] for name in Organization.__dataclass_fields__]
_ACCOUNT = [account.c[name] for name in Account.__dataclass_fields__]
_TOKEN = [api_token.c[name] for name in TokenView.__dataclass_fields__]


async def roles_of(unit: Unit, account_id: AccountId) -> dict[OrganizationId, str]:
    """Every role of an account, by organization."""
    statement = select(membership.c.organization_id, membership.c.role).where(
        membership.c.account_id == account_id
    )
    return {OrganizationId(row.organization_id): row.role for row in await unit.all(statement)}


async def actor_of(unit: Unit, account_id: AccountId) -> Actor:
    """The actor behind a session; nobody in particular if the account is gone."""
    statement = (
        select(account.c.name, membership.c.organization_id, membership.c.role)
        .outerjoin(membership, membership.c.account_id == account.c.id)
        .where(account.c.id == account_id)
    )
    rows = await unit.all(statement)
    if not rows:
        return ANONYMOUS
    roles: Mapping[OrganizationId, str] = {
        OrganizationId(row.organization_id): row.role for row in rows if row.organization_id
    }
    return Actor(account_id, rows[0].name, roles, OPERATOR in roles.values())


async def read_account(unit: Unit, account_id: AccountId) -> Account | None:
    row = await unit.one(select(*_ACCOUNT).where(account.c.id == account_id))
    return Account(**row._mapping) if row else None


async def account_by_email(unit: Unit, email: str) -> Account | None:
    """Raises InvalidEmail."""
    row = await unit.one(select(*_ACCOUNT).where(account.c.email_key == normalize_email(email)))
    return Account(**row._mapping) if row else None


async def read_organization(unit: Unit, organization_id: OrganizationId) -> Organization | None:
    row = await unit.one(select(*_ORGANIZATION).where(organization.c.id == organization_id))
    return Organization(**row._mapping) if row else None


async def organization_by_slug(unit: Unit, slug: str) -> Organization | None:
    row = await unit.one(select(*_ORGANIZATION).where(organization.c.slug == slug))
    return Organization(**row._mapping) if row else None


async def organizations_of(unit: Unit, account_id: AccountId) -> list[Organization]:
    """The organizations an account belongs to, by name."""
    statement = (
        select(*_ORGANIZATION)
        .join(membership, membership.c.organization_id == organization.c.id)
        .where(membership.c.account_id == account_id)
        .order_by(organization.c.name, organization.c.id)
    )
    return [Organization(**row._mapping) for row in await unit.all(statement)]


async def members_of(unit: Unit, organization_id: OrganizationId) -> list[Member]:
    statement = (
        select(account.c.id.label("account_id"), account.c.name, account.c.email, membership.c.role)
        .join(membership, membership.c.account_id == account.c.id)
        .where(membership.c.organization_id == organization_id)
        .order_by(account.c.name, account.c.id)
    )
    return [Member(**row._mapping) for row in await unit.all(statement)]


async def is_insider(unit: Unit, account_id: AccountId, organization_id: OrganizationId) -> bool:
    """Whether an account is of this merchant or of the platform, whose orders count towards no tip (R9)."""
    platform = select(organization.c.id).where(organization.c.kind == "platform")
    statement = (
        select(func.count())
        .select_from(membership)
        .where(
            membership.c.account_id == account_id,
            (membership.c.organization_id == organization_id) | membership.c.organization_id.in_(platform),
        )
    )
    return bool(await unit.value(statement))


async def tokens_of(unit: Unit, organization_id: OrganizationId) -> list[TokenView]:
    """API tokens of an organization, newest first, revoked ones included."""
    statement = (
        select(*_TOKEN)
        .where(api_token.c.organization_id == organization_id)
        .order_by(api_token.c.created_at.desc(), api_token.c.id)
    )
    return [TokenView(**{**row._mapping, "scopes": tuple(row.scopes)}) for row in await unit.all(statement)]
