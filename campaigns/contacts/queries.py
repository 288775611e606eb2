"""Whom a merchant knows, and who of them it may write to, with where that consent came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from campaigns.contacts.rows import contacts
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.foundation.store import Unit
from campaigns.people.rows import account, consents


@dataclass(frozen=True)
class ContactView:
    """A person with their address. `source` says how the merchant came to know them: `import` or `join`.

    `consent_source` is None for who never agreed to news; `agrees` is whether they do now.
    """

    account_id: AccountId
    email: str
    group_name: str
    source: str
    added_at: datetime
    agrees: bool
    consent_source: str | None
    given_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class ContactCounts:
    """`agreeing` may be written to; `withdrawn` have agreed once and do not any more."""

    people: int
    agreeing: int
    withdrawn: int
    groups: int


async def contacts_of(
    unit: Unit, organization_id: OrganizationId, *, limit: int = 100, offset: int = 0
) -> list[ContactView]:
    """Imported contacts and buyers who agreed to news, newest first."""
    statement = _known(organization_id).order_by(_ADDED.desc(), account.c.id).limit(limit).offset(offset)
    return [_view(row) for row in await unit.all(statement)]


async def count_contacts(unit: Unit, organization_id: OrganizationId) -> ContactCounts:
    known = _known(organization_id).subquery()
    agrees = and_(known.c.given_at.is_not(None), known.c.withdrawn_at.is_(None))
    statement = select(
        func.count().label("people"),
        func.count(case((agrees, 1))).label("agreeing"),
        func.count(known.c.withdrawn_at).label("withdrawn"),
        func.count(case((known.c.group_name != "", known.c.group_name)).distinct()).label("groups"),
    ).select_from(known)
    row: Any = await unit.one(statement)
    return ContactCounts(int(row.people), int(row.agreeing), int(row.withdrawn), int(row.groups))


_ADDED = func.coalesce(contacts.c.added_at, consents.c.given_at)


def _known(organization_id: str) -> Any:
    """One row per person; who joined with consent and was never imported has no row of their own."""
    listed = and_(contacts.c.account_id == account.c.id, contacts.c.organization_id == organization_id)
    agreed = and_(
        consents.c.account_id == account.c.id,
        consents.c.kind == "news",
        consents.c.about == organization_id,
    )
    return (
        select(
            account.c.id.label("account_id"),
            account.c.email,
            func.coalesce(contacts.c.group_name, "").label("group_name"),
            func.coalesce(contacts.c.source, "join").label("source"),
            _ADDED.label("added_at"),
            consents.c.source.label("consent_source"),
            consents.c.given_at,
            consents.c.withdrawn_at,
        )
        .outerjoin(contacts, listed)
        .outerjoin(consents, agreed)
        .where(or_(contacts.c.account_id.is_not(None), consents.c.account_id.is_not(None)))
    )


def _view(row: Any) -> ContactView:
    agrees = row.given_at is not None and row.withdrawn_at is None
    return ContactView(**row._mapping, agrees=agrees)
