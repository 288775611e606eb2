"""What coming has earned the holder of a voucher, and whether their own device tells us where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.checkins.offer_queries import Loyalty, RewardView, loyalty_of, rewards_of
from campaigns.checkins.place_source import connected_since
from campaigns.checkins.queries import holder_of, venues_to_check_in
from campaigns.deals.views import VenueView
from campaigns.foundation.store import Unit


@dataclass(frozen=True)
class Counter:
    """A loyalty offer of one venue and how far the person is."""

    venue: VenueView
    loyalty: Loyalty


@dataclass(frozen=True)
class Visits:
    """`alone` are the venues where the voucher may be redeemed without staff."""

    account_id: str | None
    alone: Sequence[VenueView]
    counters: Sequence[Counter]
    rewards: Sequence[RewardView]
    device_since: datetime | None

    @property
    def any(self) -> bool:
        return bool(self.counters or self.rewards)


async def read_visits(unit: Unit, voucher_id: str, venues: Sequence[VenueView]) -> Visits:
    """For the page of a voucher; `venues` are those of its deal."""
    account_id = await holder_of(unit, voucher_id)
    alone = await venues_to_check_in(unit, voucher_id)
    if account_id is None:
        return Visits(None, alone, (), (), None)
    here = {venue.name for venue in venues}
    counters = [
        Counter(venue, loyalty)
        for venue in venues
        for loyalty in await loyalty_of(unit, account_id, venue.id)
    ]
    rewards = [reward for reward in await rewards_of(unit, account_id) if reward.venue in here]
    return Visits(account_id, alone, counters, rewards, await connected_since(unit, account_id))
