"""What an accepted check-in earns, granted once each and never above an offer's capacity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from campaigns.checkins.offer_rules import Visit, counted, loyal, swarmed
from campaigns.checkins.rows import check_in_offers, check_in_rewards, check_ins
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Unit

_DAY = timedelta(days=1)


async def grant_for(unit: Unit, check_in_id: str, now: datetime) -> int:
    """Grant everything this check-in completes, to everybody it completes it for. Answers how many rewards.

    Safe to repeat, and in any order of check-ins: a reward exists once per offer, person and round.
    """
    row = await unit.one(select(check_ins).where(check_ins.c.id == check_in_id))
    if row is None or row.state != "accepted":
        return 0
    running = (check_in_offers.c.venue_id == row.venue_id, check_in_offers.c.ended_at.is_(None))
    offers = await unit.all(
        select(check_in_offers)
        .where(*running, check_in_offers.c.began_at <= row.received_at)
        .order_by(check_in_offers.c.id)
        # Two check-ins may complete the same swarm: the second waits here, then sees what the first granted.
        .with_for_update()
    )
    granted = 0
    for offer in offers:
        for account_id, ordinal, visit in await _earned(unit, offer, row):
            granted += await _grant(unit, offer, (account_id, ordinal, visit.check_in_id), now)
    return granted


async def _earned(unit: Unit, offer: Any, row: Any) -> list[tuple[str, int, Visit]]:
    """Person, round and the visit that completed it."""
    since = (check_ins.c.received_at >= offer.began_at,)
    if offer.kind == "loyalty":
        visits = await visits_at(unit, row.venue_id, *since, check_ins.c.account_id == row.account_id)
        return [(row.account_id, ordinal, visit) for ordinal, visit in loyal(visits, offer.every)]
    # A day earlier too: whether a visit is its person's first of the day decides if it counts.
    window = timedelta(hours=offer.swarm_hours)
    near = check_ins.c.received_at.between(row.received_at - window - _DAY, row.received_at + window)
    found = swarmed(await visits_at(unit, row.venue_id, *since, near), offer.swarm_size, offer.swarm_hours)
    return [(account_id, 1, visit) for account_id, visit in sorted(found.items())]


async def visits_at(unit: Unit, venue_id: str, *where: Any) -> list[Visit]:
    """Accepted check-ins at a venue by known people, one per person and local day."""
    accepted = (check_ins.c.venue_id == venue_id, check_ins.c.state == "accepted")
    rows: Sequence[Any] = await unit.all(
        select(check_ins.c.id, check_ins.c.account_id, check_ins.c.received_at, check_ins.c.local_on)
        .where(*accepted, check_ins.c.account_id.is_not(None), *where)
        .order_by(check_ins.c.received_at, check_ins.c.id)
    )
    return counted([Visit(row.id, row.account_id, row.received_at, row.local_on) for row in rows])


async def _grant(unit: Unit, offer: Any, earned: tuple[str, int, str], now: datetime) -> bool:
    """The unique row first, then one from the capacity; without capacity the row goes again."""
    account_id, ordinal, check_in_id = earned
    row = {"id": new_id("rew"), "offer_id": offer.id, "account_id": account_id, "check_in_id": check_in_id}
    insert = unit.insert(check_in_rewards).values(**row, ordinal=ordinal, granted_at=now)
    made = await unit.value(insert.on_conflict_do_nothing().returning(check_in_rewards.c.id))
    if made is None:
        return False
    await failpoint("grant.before_capacity")
    if not await _take_one(unit, offer.id):
        await unit.run(delete(check_in_rewards).where(check_in_rewards.c.id == made))
        return False
    data = {"offer": offer.id, "ordinal": ordinal}
    await record(unit, [Fact("reward_granted", f"check_in:{check_in_id}", now, data=data)])
    return True


async def _take_one(unit: Unit, offer_id: str) -> bool:
    left = (check_in_offers.c.capacity.is_(None)) | (check_in_offers.c.granted < check_in_offers.c.capacity)
    statement = update(check_in_offers).where(check_in_offers.c.id == offer_id, left)
    return await unit.changed(statement.values(granted=check_in_offers.c.granted + 1)) == 1
