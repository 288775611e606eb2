"""A position from a person's own device, matched to the venues where they could redeem something now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from campaigns.checkins.evidence import Place, attempt_row, check_claim, kept_of, measured_at
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.rows import keep
from campaigns.deals.rows import deal_venues, venues
from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store
from campaigns.orders.rows import orders
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import SPENDABLE


@dataclass(frozen=True)
class Located:
    """The venues the position was matched to; empty if it was discarded."""

    venue_ids: tuple[str, ...] = ()

    @property
    def discarded(self) -> bool:
        return not self.venue_ids


async def locate(account_id: str, claim: PresenceClaim, *, store: Store, clock: Clock) -> Located:
    """Keep that the person came to a venue where they hold an unused voucher; everything else is discarded.

    It redeems nothing: the holder still types the venue's code. The same position twice is kept once.
    Raises NotAPosition.
    """
    check_claim(claim)
    async with store.begin() as unit:
        now = await clock.now(unit)
        matched = []
        for venue in await unit.all(_holding(account_id)):
            measured = measured_at(claim, venue, now)
            if measured.position not in ("inside", "unclear") or measured.distance_band is None:
                continue
            if measured.position == "unclear" and measured.inside_percent == 0:
                continue
            place = Place("owntracks", measured, claim.at, claim.datum)
            outside_id = f"owntracks:{int(claim.at.timestamp())}"
            row = attempt_row(venue, None, account_id, now, **kept_of(place), nonce=outside_id)
            await keep(unit, row | {"outside_id": outside_id, "flags": sorted(measured.flags)})
            matched.append(str(venue.id))
        return Located(tuple(matched))


def _holding(account_id: str) -> Any:
    """Placed venues named by an unredeemed voucher of this person."""
    mine = (
        select(vouchers.c.id)
        .join(orders, orders.c.id == vouchers.c.order_id)
        .join(deal_venues, deal_venues.c.deal_id == vouchers.c.deal_id)
        .where(orders.c.buyer_id == account_id, vouchers.c.state.in_(SPENDABLE))
        .where(deal_venues.c.venue_id == venues.c.id)
    )
    return select(venues).where(exists(mine), venues.c.latitude.is_not(None)).order_by(venues.c.id)
