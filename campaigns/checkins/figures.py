"""Check-ins and redemptions per venue, day there, and deal: what a merchant's table and its export show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from campaigns.checkins.rows import check_ins
from campaigns.deals.rows import deals, offers, venues
from campaigns.foundation.ids import DealId, OrganizationId, VenueId
from campaigns.foundation.store import Unit
from campaigns.vouchers.rows import redemptions, vouchers

_Key = tuple[str, date, str]


@dataclass(frozen=True)
class VenueDay:
    """One venue, one day in its zone, one deal. A check-in is counted in the state it has now.

    `accepted` are check-ins, by staff or alone (`alone` of them); `redeemed` are vouchers spent there that day.
    """

    venue_id: VenueId
    venue: str
    on: date
    deal_id: DealId
    title: str
    accepted: int
    alone: int
    waiting: int
    refused: int
    redeemed: int


async def venue_days(
    unit: Unit, organization_id: OrganizationId, *, since_on: date, until_on: date
) -> tuple[VenueDay, ...]:
    """Days from `since_on` to `until_on`, both included; newest first, then by venue and deal."""
    tallies: dict[_Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    await _attempts(unit, organization_id, since_on, until_on, tallies)
    await _spent(unit, organization_id, since_on, until_on, tallies)
    named = {row.id: row.name for row in await unit.all(_venues(organization_id))}
    titled = {row.id: row.title for row in await unit.all(_deals(organization_id))}
    days = [
        VenueDay(
            VenueId(venue_id),
            named[venue_id],
            on,
            DealId(deal_id),
            titled[deal_id],
            *(tally[name] for name in ("accepted", "alone", "needs_staff", "refused", "redeemed")),
        )
        for (venue_id, on, deal_id), tally in tallies.items()
    ]
    return tuple(sorted(days, key=lambda day: (-day.on.toordinal(), day.venue, day.title, day.deal_id)))


async def _attempts(unit: Unit, owner: str, since_on: date, until_on: date, tallies: Any) -> None:
    keys = (check_ins.c.venue_id, check_ins.c.local_on, check_ins.c.deal_id)
    kinds = (check_ins.c.state, check_ins.c.source)
    statement = (
        select(*keys, *kinds, func.count().label("many"))
        .where(check_ins.c.organization_id == owner, check_ins.c.deal_id.is_not(None))
        .where(check_ins.c.local_on.between(since_on, until_on))
        .group_by(*keys, *kinds)
    )
    for row in await unit.all(statement):
        tally = tallies[(row.venue_id, row.local_on, row.deal_id)]
        tally[row.state] += row.many
        if row.state == "accepted" and row.source != "staff":
            tally["alone"] += row.many


async def _spent(unit: Unit, owner: str, since_on: date, until_on: date, tallies: Any) -> None:
    """Redemptions by the day at their venue; the clock's range is wider by a day, the zones decide."""
    first = datetime.combine(since_on - timedelta(days=1), time.min, UTC)
    last = datetime.combine(until_on + timedelta(days=2), time.min, UTC)
    statement = (
        select(redemptions.c.venue_id, redemptions.c.at, vouchers.c.deal_id, venues.c.zone)
        .join(vouchers, vouchers.c.id == redemptions.c.voucher_id)
        .join(venues, venues.c.id == redemptions.c.venue_id)
        .where(vouchers.c.organization_id == owner, redemptions.c.at.between(first, last))
    )
    for row in await unit.all(statement):
        on = row.at.astimezone(ZoneInfo(row.zone)).date()
        if since_on <= on <= until_on:
            tallies[(row.venue_id, on, row.deal_id)]["redeemed"] += 1


def _venues(owner: str) -> Any:
    return select(venues.c.id, venues.c.name).where(venues.c.organization_id == owner)


def _deals(owner: str) -> Any:
    titled = select(deals.c.id, offers.c.title).join(offers, offers.c.id == deals.c.offer_id)
    return titled.where(deals.c.organization_id == owner)
