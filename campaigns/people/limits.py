"""How often something may be tried: one atomic statement, exact across any number of processes (S18)."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import Refusal
from campaigns.foundation.store import Store
from campaigns.people.rows import tries


class TooManyTries(Refusal):
    """`retry_after_s` in `details` says how long until the next window."""

    code = "too_many_tries"
    sentence = "Too many tries. Try again in {wait}."


@dataclass(frozen=True)
class Limit:
    """At most `most` tries per window; windows are aligned to the clock, not to the first try."""

    name: str
    most: int
    window: timedelta


SIGN_IN_BY_ACCOUNT = Limit("sign_in_account", 10, timedelta(minutes=15))
SIGN_IN_BY_NETWORK = Limit("sign_in_network", 60, timedelta(minutes=15))


async def count_try(limit: Limit, who: str, *, store: Store, clock: Clock) -> None:
    """Count one try of `who`, in a transaction of its own so that a refusal later does not undo it.

    Raises TooManyTries from the try after the last permitted one.
    """
    key = _key(limit, who)
    async with store.begin() as unit:
        now = await clock.now(unit)
        start = window_start(now, limit.window)
        row = {"key": key, "window_start": start, "n": 1}
        statement = (
            unit.insert(tries)
            .values(row)
            .on_conflict_do_update(index_elements=["key", "window_start"], set_={"n": tries.c.n + 1})
            .returning(tries.c.n)
        )
        n = await unit.value(statement)
    if n > limit.most:
        raise too_many(start + limit.window - now)


async def give_back(limit: Limit, who: str, *, store: Store, clock: Clock) -> None:
    """Take back one counted try that turned out right, where only wrong ones are to be limited."""
    key = _key(limit, who)
    async with store.begin() as unit:
        start = window_start(await clock.now(unit), limit.window)
        counted = (tries.c.key == key, tries.c.window_start == start, tries.c.n > 0)
        await unit.run(update(tries).where(*counted).values(n=tries.c.n - 1))


def _key(limit: Limit, who: str) -> str:
    return hashlib.sha256(f"{limit.name}:{who}".encode()).hexdigest()


def too_many(left: timedelta) -> TooManyTries:
    seconds = max(1, -int(-left.total_seconds() // 1))
    minutes = -(-seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return TooManyTries(wait=wait, retry_after_s=seconds)


def window_start(now: datetime, window: timedelta) -> datetime:
    length_s = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length_s * length_s, UTC)


def network(address: str) -> str:
    """The block an address belongs to (IPv4 /24, IPv6 /56): what one household or attacker holds at least."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 56
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
