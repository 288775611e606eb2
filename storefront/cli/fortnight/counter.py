"""At the venues: where they are, the till's code, and people who come with a voucher."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import Arrival, check_in
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.scan import scan
from campaigns.checkins.venue_code import show_code
from campaigns.checkins.write_offer import TypedOffer, write_offer
from campaigns.deals.draft import TypedPlace
from campaigns.deals.keep_venue import place_venue
from campaigns.deals.rows import deal_venues, venues
from campaigns.foundation.ids import VenueId
from campaigns.orders.queries import vouchers_of
from campaigns.orders.rows import orders
from campaigns.people.rows import account
from campaigns.vouchers.redeem import Scan
from campaigns.vouchers.rows import vouchers
from storefront.cli.demo_stage import Stage

# About a metre of latitude, in degrees.
_METRE = 1 / 111_320
_WRONG = "000000"


@dataclass(frozen=True)
class Spot:
    """A venue by its deal, and who shows its code."""

    slug: str
    staff: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Coming:
    """How somebody comes. `off_m` is how far from the venue they say they are, `accuracy_m` how sure they are."""

    off_m: float = 20
    accuracy_m: float = 15
    right_code: bool = True


INSIDE = Coming()
OUTSIDE = Coming(off_m=2400)
VAGUE = Coming(off_m=60, accuracy_m=650)
WRONG_CODE = Coming(right_code=False)


async def place(stage: Stage, spot: Spot, owner: str) -> None:
    """Put a venue on the map and let people check in alone."""
    typed = TypedPlace(
        latitude=str(spot.latitude), longitude=str(spot.longitude), radius_m="120", self_check_in="yes"
    )
    actor, venue_id = await stage.actor(owner), await venue_of(stage, spot.slug)
    keys = stage.money.keys
    await place_venue(VenueId(venue_id), typed, actor=actor, store=stage.store, clock=stage.clock, keys=keys)


async def offer(stage: Stage, spot: Spot, owner: str, typed: TypedOffer) -> None:
    actor, venue_id = await stage.actor(owner), await venue_of(stage, spot.slug)
    await write_offer(
        venue_id, typed, actor=actor, store=stage.store, clock=stage.clock, keys=stage.money.keys
    )


async def come(stage: Stage, spot: Spot, guest: int, coming: Coming = INSIDE) -> None:
    """The guest of this number, in the order in which buyers paid, checks in with a voucher that is not used yet."""
    venue_id = await venue_of(stage, spot.slug)
    voucher_id = await _voucher(stage, spot.slug, guest)
    staff = await stage.actor(spot.staff)
    keys = stage.money.keys
    code = await show_code(venue_id, actor=staff, store=stage.store, clock=stage.clock, keys=keys)
    digits = code.digits if coming.right_code else _WRONG
    challenge = await issue_challenge(voucher_id, venue_id, store=stage.store, clock=stage.clock)
    # Nobody stands twice on the same metre; a position that repeats exactly is flagged.
    step = (1 + guest + stage.clock.at.minute / 10) * _METRE / 10
    latitude = spot.latitude + coming.off_m * _METRE + step
    claim = PresenceClaim(
        latitude, spot.longitude + step, coming.accuracy_m, stage.clock.at, accuracy_share=0.95
    )
    nonce = f"demo-{challenge.id}"
    arrival = Arrival(voucher_id, venue_id, digits, challenge.id, nonce, claim)
    await check_in(arrival, store=stage.store, clock=stage.clock, keys=keys)


async def show(stage: Stage, spot: Spot, guest: int) -> None:
    """Staff scan the guest's voucher; a check-in of it that waits is decided by that."""
    voucher_id, venue_id = await _voucher(stage, spot.slug, guest), await venue_of(stage, spot.slug)
    async with stage.store.read() as unit:
        found = await vouchers_of(unit, stage.money.keys, vouchers.c.id == voucher_id)
    asked = Scan(found[0].code, venue_id, f"demo:{voucher_id}")
    staff = await stage.actor(spot.staff)
    await scan(asked, actor=staff, store=stage.store, clock=stage.clock, keys=stage.money.keys)


async def venue_of(stage: Stage, slug: str) -> str:
    """The first venue of a deal."""
    async with stage.store.read() as unit:
        first = (
            select(venues.c.id)
            .join(deal_venues, deal_venues.c.venue_id == venues.c.id)
            .where(deal_venues.c.deal_id == await stage.deal_id(slug))
            .order_by(venues.c.name)
        )
        return str(await unit.value(first))


async def _voucher(stage: Stage, slug: str, guest: int) -> str:
    """An unused voucher of a guest."""
    deal_id = await stage.deal_id(slug)
    async with stage.store.read() as unit:
        guests = await unit.all(
            select(orders.c.id)
            .join(account, account.c.id == orders.c.buyer_id)
            .where(orders.c.deal_id == deal_id, orders.c.state == "captured")
            .order_by(orders.c.placed_at)
        )
        unused = (vouchers.c.order_id == guests[guest].id, vouchers.c.state == "issued")
        return str(await unit.value(select(vouchers.c.id).where(*unused).order_by(vouchers.c.unit_no)))
