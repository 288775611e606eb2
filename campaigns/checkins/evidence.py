"""What is known of a person and a venue when somebody arrives, and the row that keeps an attempt."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from campaigns.checkins.ports import NotAPosition, PresenceClaim
from campaigns.checkins.rows import check_ins
from campaigns.checkins.rules import (
    Fence,
    Fix,
    Measured,
    aged,
    distance_m,
    is_malformed,
    measure,
    speed_mps,
)
from campaigns.deals.rows import venues
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Unit

# No device was there earlier; close to either end of the calendar an instant cannot be moved to another zone.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def fence_of(venue: Any) -> Fence:
    return Fence(venue.radius_m, venue.max_accuracy_m, venue.max_position_age_s)


def check_claim(claim: PresenceClaim) -> None:
    """Raises NotAPosition for what no device on earth can mean."""
    if is_malformed(claim.accuracy_m, claim.latitude, claim.longitude) or not 0 < claim.accuracy_share < 1:
        raise NotAPosition
    if not _EARLIEST <= claim.at <= _LATEST:
        raise NotAPosition


def measured_at(claim: PresenceClaim, venue: Any, now: datetime) -> Measured:
    """A claim against one placed venue. Two different datums are never compared."""
    length = None
    if claim.datum == venue.datum:
        length = distance_m((claim.latitude, claim.longitude), (venue.latitude, venue.longitude))
    fix = Fix(length, claim.accuracy_m, claim.accuracy_share, claim.at, now)
    return measure(fix, fence_of(venue))


@dataclass(frozen=True)
class Place:
    """Where somebody seems to be, as far as it is kept. `mark` is a keyed digest, the same for the same place."""

    source: str
    measured: Measured
    reported_at: datetime | None = None
    datum: str | None = None
    mark: str | None = None


async def place_of(
    unit: Unit, claim: PresenceClaim | None, venue: Any, account_id: str, *, now: datetime, keys: Keys
) -> Place:
    """The browser's claim, else the latest from the person's own device, else nowhere."""
    if claim is not None:
        mark = _mark(keys, account_id, claim)
        return Place("browser", measured_at(claim, venue, now), claim.at, claim.datum, mark)
    row = await unit.one(
        select(check_ins)
        .where(check_ins.c.account_id == account_id, check_ins.c.venue_id == venue.id)
        .where(check_ins.c.source == "owntracks", check_ins.c.state == "received")
        .order_by(check_ins.c.reported_at.desc(), check_ins.c.id)
        .limit(1)
    )
    if row is None:
        return Place("venue_code", Measured())
    kept = Measured(
        row.position, row.distance_band, row.accuracy_band, row.inside_percent, frozenset(row.flags)
    )
    return Place("owntracks", aged(kept, row.reported_at, now, fence_of(venue)), row.reported_at, row.datum)


def _mark(keys: Keys, account_id: str, claim: PresenceClaim) -> str:
    told = f"{account_id}|{claim.latitude!r}|{claim.longitude!r}|{claim.accuracy_m!r}"
    return hmac.new(keys.derived("position"), told.encode(), sha256).hexdigest()[:24]


@dataclass(frozen=True)
class History:
    """What a person and a voucher did before, as far as it matters to the verdict."""

    wrong_codes: int
    speed_mps: float
    jitter_seen: bool
    vouchers_today: int


async def history_of(
    unit: Unit, voucher: Any, account_id: str, venue: Any, place: Place, now: datetime
) -> History:
    mine = check_ins.c.account_id == account_id
    wrong = (check_ins.c.voucher_id == voucher.id, check_ins.c.code == "wrong")
    today = (mine, check_ins.c.local_on == local_day(venue, now), check_ins.c.voucher_id != voucher.id)
    # The same reading sent again is no second reading; another one to the last digit is.
    same = (check_ins.c.position_mark == place.mark, check_ins.c.reported_at != place.reported_at)
    seen = place.mark and await unit.one(select(check_ins.c.id).where(mine, *same).limit(1))
    return History(
        wrong_codes=await _count(unit, func.count(), *wrong),
        speed_mps=await _speed(unit, mine, venue, now),
        jitter_seen=bool(seen),
        vouchers_today=await _count(unit, func.count(check_ins.c.voucher_id.distinct()), *today),
    )


async def _count(unit: Unit, what: Any, *where: Any) -> int:
    return int(await unit.value(select(what).select_from(check_ins).where(*where)) or 0)


async def _speed(unit: Unit, mine: Any, venue: Any, now: datetime) -> float:
    """How fast the person must have come from the venue of the last accepted check-in: venues and times suffice."""
    last = await unit.one(
        select(
            venues.c.latitude, venues.c.longitude, venues.c.radius_m, venues.c.datum, check_ins.c.received_at
        )
        .join(venues, venues.c.id == check_ins.c.venue_id)
        .where(mine, check_ins.c.state == "accepted")
        .order_by(check_ins.c.received_at.desc(), check_ins.c.id)
        .limit(1)
    )
    if last is None or last.latitude is None or last.datum != venue.datum:
        return 0.0
    gap = distance_m((last.latitude, last.longitude), (venue.latitude, venue.longitude))
    return speed_mps(gap, last.radius_m + venue.radius_m, now - last.received_at)


def local_day(venue: Any, now: datetime) -> Any:
    """The day at the venue."""
    return now.astimezone(ZoneInfo(venue.zone)).date()


def attempt_row(
    venue: Any, voucher: Any, account_id: str | None, now: datetime, **more: Any
) -> dict[str, Any]:
    """A row of the evidence with what every attempt has; `more` are its own columns."""
    return {
        "id": new_id("chk"),
        "voucher_id": voucher.id if voucher is not None else None,
        "account_id": account_id,
        "venue_id": venue.id,
        "organization_id": venue.organization_id,
        "deal_id": voucher.deal_id if voucher is not None else None,
        "order_id": voucher.order_id if voucher is not None else None,
        "received_at": now,
        "local_on": local_day(venue, now),
        "position": "absent",
        "code": "not_asked",
        "flags": [],
        "state": "received",
        "reason": "",
        **more,
    }


def kept_of(place: Place) -> dict[str, Any]:
    """The columns of a place."""
    measured = place.measured
    return {
        "source": place.source,
        "reported_at": place.reported_at,
        "position": measured.position,
        "distance_band": measured.distance_band,
        "accuracy_band": measured.accuracy_band,
        "inside_percent": measured.inside_percent,
        "datum": place.datum,
        "position_mark": place.mark,
    }
