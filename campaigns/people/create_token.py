"""Create and revoke API tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound
from campaigns.foundation.ids import OrganizationId, new_id, random_text
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rows import api_token
from campaigns.people.rules import ACTS, Actor, may, require

_MARK = "qrm_"  # so that a leaked one is recognized
_SHOWN = 12
LONGEST_LIFE = timedelta(days=365)


@dataclass(frozen=True)
class NewToken:
    """`scopes` are acts of the policy table; an act the creator may not do is not given away."""

    organization_id: OrganizationId
    name: str
    scopes: tuple[str, ...]
    life: timedelta = timedelta(days=90)


@dataclass(frozen=True)
class CreatedToken:
    """`token` is shown once; only its digest is kept."""

    id: str
    token: str


def token_hash(token: str) -> str:
    """A plain digest is enough: the token is 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def create_token(
    asked: NewToken, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> CreatedToken:
    """Raises SignInNeeded, NotAllowed, InvalidFields."""
    require(actor, "create_token", asked.organization_id)
    _check(asked, actor)
    made = CreatedToken(new_id("tok"), _MARK + random_text(256))
    entry = AuditEntry(
        asked.organization_id, actor.label, "create_token", made.id, {"scopes": list(asked.scopes)}
    )
    async with store.begin() as unit:
        now = await clock.now(unit)
        row = {
            "id": made.id,
            "hash": token_hash(made.token),
            "prefix": made.token[:_SHOWN],
            "name": asked.name.strip(),
            "account_id": actor.account_id,
            "organization_id": asked.organization_id,
            "scopes": sorted(set(asked.scopes)),
            "created_at": now,
            "expires_at": now + asked.life,
        }
        await unit.run(api_token.insert().values(row))
        await note(unit, entry, now=now, keys=keys)
    return made


def _check(asked: NewToken, actor: Actor) -> None:
    errors = []
    if not 1 <= len(asked.name.strip()) <= 80:
        errors.append(FieldError("name", "length", "Give the token a name of up to 80 characters."))
    unknown = [scope for scope in asked.scopes if scope not in ACTS or scope == "create_token"]
    if not asked.scopes or unknown or not all(may(actor, act, asked.organization_id) for act in asked.scopes):
        errors.append(FieldError("scopes", "not_yours", "Choose acts that you may do yourself."))
    if not timedelta(0) < asked.life <= LONGEST_LIFE:
        errors.append(FieldError("life", "range", "A token lives for at most a year."))
    if errors:
        raise InvalidFields(errors)


async def revoke_token(
    token_id: str, organization_id: OrganizationId, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> None:
    """From now on the token opens nothing. Raises NotFound, NotAllowed; one revoked before stays as it is."""
    require(actor, "create_token", organization_id)
    mine = (api_token.c.id == token_id, api_token.c.organization_id == organization_id)
    async with store.begin() as unit:
        now = await clock.now(unit)
        first = update(api_token).where(*mine, api_token.c.revoked_at.is_(None)).values(revoked_at=now)
        if await unit.changed(first):
            entry = AuditEntry(organization_id, actor.label, "revoke_token", token_id)
            await note(unit, entry, now=now, keys=keys)
        elif await unit.one(api_token.select().where(*mine)) is None:
            raise NotFound(what="API token")
