"""Give a person a role in an organization."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.identify import identify
from campaigns.people.passwords import check_new_password, hash_password
from campaigns.people.rows import account, membership, organization
from campaigns.people.rules import ROLES_OF_KIND
from campaigns.people.sessions import end_sessions


@dataclass(frozen=True)
class Enrolment:
    """`password` becomes the account's first one; an account that has one keeps it."""

    organization_id: OrganizationId
    email: str
    role: str
    name: str = ""
    password: str | None = field(default=None, repr=False)


async def enrol(asked: Enrolment, *, store: Store, clock: Clock, keys: Keys, by: str = "system") -> AccountId:
    """Safe to repeat; another role replaces the earlier one and ends the person's sessions (S4).

    `by` is the actor's label for the audit trail. Raises InvalidEmail, InvalidFields, NotFound.
    """
    if asked.password is not None:
        check_new_password(asked.password)
    password_hash = await hash_password(asked.password) if asked.password is not None else None
    async with store.begin() as unit:
        now = await clock.now(unit)
        await _check_role(unit, asked)
        account_id = await identify(unit, asked.email, now)
        await _complete(unit, account_id, name=asked.name.strip(), password_hash=password_hash)
        if await _assign(unit, asked, account_id, now):
            await end_sessions(unit, account_id)
            entry = AuditEntry(
                asked.organization_id, by, "enrol", f"account:{account_id}", {"role": asked.role}
            )
            await note(unit, entry, now=now, keys=keys)
    return account_id


async def _check_role(unit: Unit, asked: Enrolment) -> None:
    of = organization.c.id == asked.organization_id
    kind = await unit.value(select(organization.c.kind).where(of))
    if kind is None:
        raise NotFound(what="organization")
    if asked.role not in ROLES_OF_KIND[kind]:
        known = " or ".join(ROLES_OF_KIND[kind])
        raise InvalidFields([FieldError("role", "unknown", f"Choose {known}.")])


async def _complete(unit: Unit, account_id: AccountId, *, name: str, password_hash: str | None) -> None:
    mine = account.c.id == account_id
    if name:
        await unit.run(update(account).where(mine, account.c.name == "").values(name=name))
    if password_hash:
        unset = account.c.password_hash.is_(None)
        await unit.run(update(account).where(mine, unset).values(password_hash=password_hash))


async def _assign(unit: Unit, asked: Enrolment, account_id: AccountId, now: datetime) -> bool:
    """Whether anything changed."""
    row = {"organization_id": asked.organization_id, "account_id": account_id, "role": asked.role}
    placed = unit.insert(membership).values(row | {"created_at": now})
    placed = placed.on_conflict_do_update(
        index_elements=["organization_id", "account_id"],
        set_={"role": asked.role},
        where=membership.c.role != asked.role,
    )
    return await unit.changed(placed) == 1
