"""Turn a bearer token into the actor it stands for."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import Refusal
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.foundation.store import Store
from campaigns.people.create_token import token_hash
from campaigns.people.queries import actor_of
from campaigns.people.rows import api_token
from campaigns.people.rules import Actor


class TokenInvalid(Refusal):
    """Unknown, expired and revoked tokens look the same."""

    code = "token_invalid"
    sentence = "This API token is not valid. Create a new one in your console."


async def authenticate(token: str, *, store: Store, clock: Clock) -> Actor:
    """The token's account, with no role but in the token's organization and no act beyond its scopes.

    What the account may no longer do, its tokens may no longer do either. Raises TokenInvalid.
    """
    async with store.read() as unit:
        now = await clock.now(unit)
        row = await unit.one(
            select(api_token).where(
                api_token.c.hash == token_hash(token),
                api_token.c.revoked_at.is_(None),
                api_token.c.expires_at > now,
            )
        )
        if row is None:
            raise TokenInvalid
        actor = await actor_of(unit, AccountId(row.account_id))
    if row.organization_id is None:
        return replace(actor, scopes=frozenset(row.scopes))
    only = OrganizationId(row.organization_id)
    roles = {only: actor.roles[only]} if only in actor.roles else {}
    return replace(actor, roles=roles, is_operator="operator" in roles.values(), scopes=frozenset(row.scopes))
