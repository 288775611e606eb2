"""Check-in offers as merchants, staff and visitors read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.checkins.grant import visits_at
from campaigns.checkins.rows import check_in_offers, check_in_rewards, check_ins
from campaigns.deals.rows import venues
from campaigns.foundation.ids import VenueId
from campaigns.foundation.store import Unit


@dataclass(frozen=True)
class OfferView:
    """An offer of a venue. `left` is None where the capacity has no end; `staff_sentence` is for the till."""

    id: str
    venue_id: VenueId
    kind: str
    title: str
    reward: str
    staff_sentence: str
    every: int | None
    swarm_size: int | None
    swarm_hours: int
    capacity: int | None
    granted: int
    began_at: datetime
    ended_at: datetime | None

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else self.capacity - self.granted


@dataclass(frozen=True)
class Loyalty:
    """A person's counter of one loyalty offer: `visits` of which each `every`-th earns; `to_go` until the next."""

    offer: OfferView
    visits: int
    to_go: int
    rewards: int


@dataclass(frozen=True)
class RewardView:
    """What a person was granted, and by coming where."""

    id: str
    title: str
    reward: str
    kind: str
    ordinal: int
    venue: str
    zone: str
    granted_at: datetime


async def offers_at(unit: Unit, venue_id: str, *, ended_too: bool = False) -> tuple[OfferView, ...]:
    """Offers of a venue, newest first; those that run, or all."""
    statement = select(check_in_offers).where(check_in_offers.c.venue_id == venue_id)
    if not ended_too:
        statement = statement.where(check_in_offers.c.ended_at.is_(None))
    rows = await unit.all(statement.order_by(check_in_offers.c.began_at.desc(), check_in_offers.c.id))
    return tuple(_offer(row) for row in rows)


async def loyalty_of(unit: Unit, account_id: str, venue_id: str) -> tuple[Loyalty, ...]:
    """How far a person is in each loyalty offer that runs at a venue (R78: one visit a day)."""
    found = []
    for offer in await offers_at(unit, venue_id):
        if offer.every is None:
            continue
        mine = (check_ins.c.account_id == account_id, check_ins.c.received_at >= offer.began_at)
        visits = len(await visits_at(unit, venue_id, *mine))
        rewards = [row for row in await _rewards(unit, account_id) if row.offer_id == offer.id]
        found.append(Loyalty(offer, visits, offer.every - visits % offer.every, len(rewards)))
    return tuple(found)


async def rewards_of(unit: Unit, account_id: str) -> tuple[RewardView, ...]:
    """Everything a person was granted, newest first."""
    return tuple(_reward(row) for row in await _rewards(unit, account_id))


async def rewards_for(unit: Unit, check_in_id: str) -> tuple[RewardView, ...]:
    """What one check-in earned its person, as far as it was granted by now."""
    rows = await unit.all(_all_rewards().where(check_in_rewards.c.check_in_id == check_in_id))
    return tuple(_reward(row) for row in rows)


async def _rewards(unit: Unit, account_id: str) -> Any:
    return await unit.all(_all_rewards().where(check_in_rewards.c.account_id == account_id))


def _all_rewards() -> Any:
    offer = check_in_offers.c
    return (
        select(
            check_in_rewards,
            offer.title,
            offer.reward,
            offer.kind,
            venues.c.name.label("venue"),
            venues.c.zone,
        )
        .join(check_in_offers, offer.id == check_in_rewards.c.offer_id)
        .join(venues, venues.c.id == offer.venue_id)
        .order_by(check_in_rewards.c.granted_at.desc(), check_in_rewards.c.id)
    )


def _offer(row: Any) -> OfferView:
    return OfferView(**{name: getattr(row, name) for name in OfferView.__dataclass_fields__})


def _reward(row: Any) -> RewardView:
    return RewardView(**{name: getattr(row, name) for name in RewardView.__dataclass_fields__})
