"""Give a holder's page what one attempt to redeem alone needs: a challenge for this voucher and venue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.checkins.rows import challenges, use_challenge
from campaigns.checkins.rules import CHALLENGE_LIFE, SelfCheckInNotOffered
from campaigns.deals.rows import deal_venues, venues
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Store, Unit
from campaigns.vouchers.rows import vouchers


@dataclass(frozen=True)
class Challenge:
    """Good for one attempt until `expires_at`."""

    id: str
    expires_at: datetime


async def issue_challenge(voucher_id: str, venue_id: str, *, store: Store, clock: Clock) -> Challenge:
    """For whoever holds the voucher's signed link. Raises NotFound, SelfCheckInNotOffered."""
    async with store.begin() as unit:
        venue = await unit.one(_venue_of(voucher_id, venue_id))
        if venue is None:
            raise NotFound(what="venue")
        offered(venue)
        now = await clock.now(unit)
        made = Challenge(new_id("cha"), now + CHALLENGE_LIFE)
        row = {"id": made.id, "voucher_id": voucher_id, "venue_id": venue_id, "issued_at": now}
        await unit.run(challenges.insert().values(**row, expires_at=made.expires_at))
        return made


def offered(venue: Any) -> None:
    """Raises SelfCheckInNotOffered for a venue whose merchant allows none, or that is not on the map."""
    if not venue.self_check_in or venue.latitude is None:
        raise SelfCheckInNotOffered


async def take_challenge(unit: Unit, challenge_id: str, voucher_id: str, venue_id: str, now: datetime) -> str:
    """Use up the challenge of an attempt and say what it was: one of CHALLENGES."""
    row = await unit.one(select(challenges).where(challenges.c.id == challenge_id))
    if row is None:
        return "absent"
    if (row.voucher_id, row.venue_id) != (voucher_id, venue_id):
        return "foreign"
    if row.used_at is not None:
        return "used"
    if row.expires_at <= now:
        return "expired"
    return "fresh" if await use_challenge(unit, challenge_id, now) else "used"


def _venue_of(voucher_id: str, venue_id: str) -> Any:
    """A venue that the voucher names."""
    return (
        select(venues)
        .join(deal_venues, deal_venues.c.venue_id == venues.c.id)
        .join(vouchers, vouchers.c.deal_id == deal_venues.c.deal_id)
        .where(vouchers.c.id == voucher_id, venues.c.id == venue_id)
    )
