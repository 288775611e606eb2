"""What the holder of a voucher sees of checking in alone, found by the signature in its address (R77)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.checkins.offer_queries import RewardView, rewards_for
from campaigns.checkins.place_source import connected_since
from campaigns.checkins.queries import CheckedIn, checked_in, holder_of, venues_to_check_in
from campaigns.checkins.tries import tries_left
from campaigns.deals.views import VenueView
from campaigns.foundation.errors import NotFound
from campaigns.foundation.store import Unit
from campaigns.orders.queries import VoucherView, voucher_page
from storefront.api.owners import plausible
from storefront.check_in_words import ToldAlone, told_alone
from storefront.formats import local_day, time_of_day
from storefront.pages.paying import links_of
from storefront.site import Site

# A reward is granted moments after the check-in: for so long the page looks for it.
_MOVING = timedelta(seconds=30)


@dataclass(frozen=True)
class ShownCheckIn:
    """`venues` are where the voucher may be redeemed alone, `here` the one chosen; `attempt` what was just tried."""

    signed: str
    voucher: VoucherView
    venues: Sequence[VenueView]
    here: VenueView | None
    attempt: CheckedIn | None
    rewards: Sequence[RewardView]
    tries_left: int
    device_since: datetime | None
    now: datetime

    @property
    def voucher_path(self) -> str:
        return f"/vouchers/{self.signed}"

    @property
    def path(self) -> str:
        return f"{self.voucher_path}/check-in"

    def address(self, venue: VenueView) -> str:
        return f"{self.path}?venue={venue.id}"

    @property
    def waits(self) -> bool:
        """Staff are asked to look, and still may."""
        attempt = self.attempt
        return attempt is not None and attempt.state == "needs_staff"

    @property
    def may_try(self) -> bool:
        return self.voucher.spendable and self.here is not None and not self.waits and self.tries_left > 0

    @property
    def asks_again(self) -> bool:
        """The page looks again by itself: staff may scan, a reward may come."""
        attempt = self.attempt
        return self.waits or (
            attempt is not None and attempt.accepted and self.now - attempt.received_at < _MOVING
        )

    @property
    def told(self) -> ToldAlone | None:
        attempt = self.attempt
        if attempt is None:
            return None
        when = ""
        if attempt.accepted and attempt.used_at is not None:
            zone = attempt.used_zone or attempt.zone
            when = f"{local_day(attempt.used_at, zone)}, {time_of_day(attempt.used_at, zone)}"
        return told_alone(attempt.state, attempt.reason, attempt.venue, tries_left=self.tries_left, when=when)


def voucher_id_of(site: Site, signed: str) -> str:
    """Raises NotFound for an address we never signed (S14)."""
    found = links_of(site).voucher_id(signed) if len(signed) <= 200 else None
    if found is None:
        raise NotFound(what="voucher")
    return found


async def read_check_in(site: Site, signed: str, venue_id: str, attempt_id: str) -> ShownCheckIn:
    """Everything its page says, in one snapshot. Raises NotFound."""
    voucher_id = voucher_id_of(site, signed)
    async with site.store.read() as unit:
        voucher = await voucher_page(unit, voucher_id, site.keys)
        if voucher is None:
            raise NotFound(what="voucher")
        attempt = await _attempt(unit, attempt_id, voucher_id)
        venues = await venues_to_check_in(unit, voucher_id)
        holder = await holder_of(unit, voucher_id)
        return ShownCheckIn(
            signed,
            voucher,
            venues,
            _chosen(venues, venue_id or (attempt.venue_id if attempt else "")),
            attempt,
            await rewards_for(unit, attempt.id) if attempt and attempt.accepted else (),
            await tries_left(unit, voucher_id),
            await connected_since(unit, holder) if holder else None,
            await site.clock.now(unit),
        )


async def _attempt(unit: Unit, attempt_id: str, voucher_id: str) -> CheckedIn | None:
    """An attempt of this very voucher; one of another is not there."""
    if not attempt_id:
        return None
    if not plausible(attempt_id):
        raise NotFound(what="check-in")
    if "\x00" in attempt_id:
        raise NotFound(what="check-in")
    found = await checked_in(unit, attempt_id)
    if found.voucher_id != voucher_id:
        raise NotFound(what="check-in")
    return found


def _chosen(venues: Sequence[VenueView], venue_id: str) -> VenueView | None:
    if not venue_id and len(venues) == 1:
        return venues[0]
    return next((venue for venue in venues if venue.id == venue_id), None)
