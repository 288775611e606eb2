"""Connect an account at a feed: ask once with what the merchant typed, keep what the feed answered, sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.foundation.ids import OrganizationId, new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.limits import Limit, count_try
from campaigns.people.rules import Actor, require
from campaigns.sharing.ports import (
    AccountLost,
    BodyRefused,
    Connected,
    FeedError,
    FeedPublisher,
    LoginExpired,
    Publishers,
)
from campaigns.sharing.posts.refusals import (
    FeedAddressRefused,
    FeedCredentialRefused,
    FeedNotReached,
    NetworkNotOffered,
)
from campaigns.sharing.posts.rows import feed_accounts, move_account
from campaigns.sharing.posts.sealing import sealed

# A feed allows some 30 sign-ins in five minutes; a merchant's mistakes must not use up everybody's.
CONNECTING = Limit("connect_feed", 10, timedelta(minutes=15))
# The built-in feed is ours and asks for nothing.
_NEEDS_NONE = "wall"


@dataclass(frozen=True)
class Connecting:
    """What the merchant typed. `credential` is an app password, a token or a shared secret; it is never stored."""

    organization_id: OrganizationId
    network: str
    address: str
    handle: str
    credential: str = field(repr=False)


async def connect(
    asked: Connecting, actor: Actor, *, store: Store, clock: Clock, keys: Keys, publishers: Publishers
) -> str:
    """The account's id. One that was lost or disconnected goes on, with its queue. No transaction is open meanwhile.

    Raises what `require` raises, TooManyTries, InvalidFields, NetworkNotOffered, FeedCredentialRefused,
    FeedAddressRefused, FeedNotReached.
    """
    require(actor, "connect_feed", asked.organization_id)
    if (publisher := publishers.get(asked.network)) is None:
        raise NetworkNotOffered(network=asked.network)
    if not asked.credential.strip() and asked.network != _NEEDS_NONE:
        raise InvalidFields([FieldError("credential", "missing", "Type the password, token or secret.")])
    await count_try(CONNECTING, asked.organization_id, store=store, clock=clock)
    answer = await _ask(publisher, asked)
    async with store.begin() as unit:
        now = await clock.now(unit)
        kept = {"handle": answer.handle, **sealed(answer.secrets, keys)}
        account_id = await _keep(unit, asked, answer, kept | {"connected_by": actor.label}, now)
        about = {"network": asked.network}
        entry = AuditEntry(
            asked.organization_id, actor.label, "connect_feed", f"feed_account:{account_id}", about
        )
        await note(unit, entry, now=now, keys=keys)
    return account_id


async def _ask(publisher: FeedPublisher, asked: Connecting) -> Connected:
    try:
        return await publisher.connect(
            asked.address.strip().rstrip("/"), asked.handle.strip(), asked.credential.strip()
        )
    except (AccountLost, LoginExpired):
        raise FeedCredentialRefused from None
    except BodyRefused:
        raise FeedAddressRefused from None
    except FeedError:
        raise FeedNotReached from None


async def _keep(unit: Unit, asked: Connecting, answer: Connected, kept: dict[str, str], now: datetime) -> str:
    """Insert the account, or let the one that is there go on. Two at once end as one row."""
    place = {
        "organization_id": asked.organization_id,
        "network": asked.network,
        "address": answer.address or asked.address.strip().rstrip("/"),
        "native_id": answer.native_id,
    }
    fresh = {**kept, "connected_at": now, "lost_reason": "", "lost_at": None, "last_error": ""}
    fresh |= {"paused_until": None, "allowance_remaining": None, "allowance_resets_at": None}
    row = {"id": new_id("feed"), **place, "state": "connected", **fresh, "failures_in_row": 0}
    statement = unit.insert(feed_accounts).values(row).on_conflict_do_nothing()
    new = await unit.value(statement.returning(feed_accounts.c.id))
    if new is not None:
        return str(new)
    there = [feed_accounts.c[name] == value for name, value in place.items()]
    found = await unit.one(select(feed_accounts).where(*there).with_for_update())
    if found is None:
        raise RuntimeError("an account that stood in the way is gone")
    if found.state == "connected":
        changed = feed_accounts.update().where(feed_accounts.c.id == found.id)
        await unit.run(changed.values(**fresh, failures_in_row=0))
    else:
        await move_account(unit, found, "connected", now, **fresh, failures_in_row=0)
    return str(found.id)
