"""Who asks: the session behind a cookie or the actor behind an API token, looked up once when asked for."""

from __future__ import annotations

from typing import Any, cast

from campaigns.people.authenticate import authenticate
from campaigns.people.queries import actor_of
from campaigns.people.rules import ANONYMOUS, Actor
from campaigns.people.sessions import Session, find_session
from storefront.site import Connection, site_of

_SESSION, _ACTOR = "visitor_session", "visitor_actor"
_LONGEST_TOKEN = 200


def bearer_of(connection: Connection) -> str | None:
    """The API token of a request. Where there is one, cookies say nothing."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def client_address(connection: Connection) -> str:
    """The peer's address. Forwarded headers are read by the server, from listed proxies only (S12)."""
    return connection.client.host if connection.client else ""


def _kept(connection: Connection) -> dict[str, Any]:
    return connection.scope["state"]


def session_token(connection: Connection) -> str | None:
    token = connection.cookies.get(site_of(connection).browser.session_cookie)
    return token if token and len(token) <= _LONGEST_TOKEN else None


async def session_of(connection: Connection) -> Session | None:
    """The valid session of this browser. Reads and writes nothing for whoever has no cookie (S6)."""
    kept = _kept(connection)
    if _SESSION not in kept:
        site, token = site_of(connection), session_token(connection)
        asked = token is not None and bearer_of(connection) is None
        found = await find_session(token, store=site.store, clock=site.clock) if token and asked else None
        kept[_SESSION] = found
    return cast("Session | None", kept[_SESSION])


async def actor_behind(connection: Connection) -> Actor:
    """Raises TokenInvalid for a bearer token that is not good."""
    kept = _kept(connection)
    if _ACTOR not in kept:
        kept[_ACTOR] = await _find_actor(connection)
    return cast(Actor, kept[_ACTOR])


def known_actor(connection: Connection) -> Actor:
    """The actor if this request has already found out, else nobody: for pages that must not ask."""
    return cast(Actor, _kept(connection).get(_ACTOR, ANONYMOUS))


def known_session(connection: Connection) -> Session | None:
    return cast("Session | None", _kept(connection).get(_SESSION))


async def _find_actor(connection: Connection) -> Actor:
    site = site_of(connection)
    bearer = bearer_of(connection)
    if bearer is not None:
        return await authenticate(bearer, store=site.store, clock=site.clock)
    session = await session_of(connection)
    if session is None:
        return ANONYMOUS
    async with site.store.read() as unit:
        return await actor_of(unit, session.account_id)
