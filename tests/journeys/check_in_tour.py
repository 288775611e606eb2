"""Pages of check-ins with something on them, at a venue with a hostile name: for whoever looks at every page."""

from __future__ import annotations

from typing import Any

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import Arrival, check_in
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.write_offer import TypedOffer, write_offer
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.people.rules import Actor
from tests.journeys.placing import CENTRE, Held, a_held_voucher, code_of
from tests.shop import Shop


async def check_in_addresses(shop: Shop, hostile: str) -> dict[str, list[str]]:
    """By who looks: answers to a holder, a voucher whose holder earns something, a till at which somebody waits."""
    held = await a_held_voucher(shop, "tour@example.com", name=hostile)
    await _an_offer(shop, held, hostile)
    alone = f"{held.path}/check-in?venue={held.venue_id}"
    wrong = await _arrives(shop, held, code="000")
    waits = await _arrives(shop, held, accuracy_m=900)
    other = await a_held_voucher(shop, "tour.too@example.com")
    used = await _arrives(shop, other)
    return {
        "": [
            held.path,
            alone,
            f"{alone}&attempt={wrong}",
            f"{alone}&attempt={waits}",
            f"{other.path}/check-in?venue={other.venue_id}&attempt={used}",
        ],
        "staff": [f"/till?venue={held.venue_id}", f"/desk?venue={held.venue_id}"],
        "owner": [f"/console/venues/{held.venue_id}"],
    }


async def _an_offer(shop: Shop, held: Held, words: str) -> None:
    world = shop.world
    owner = Actor(AccountId("acc_owner"), "Owner", {OrganizationId(world.merchant_id): "owner"})
    typed = TypedOffer("loyalty", words, words, words, every="2", capacity="3")
    around: dict[str, Any] = {"store": world.store, "clock": world.clock, "keys": world.keys}
    await write_offer(held.venue_id, typed, actor=owner, **around)


async def _arrives(shop: Shop, held: Held, *, accuracy_m: float = 12, code: str = "") -> str:
    """The id of an attempt at the centre of the venue."""
    world = shop.world
    made = await issue_challenge(held.id, held.venue_id, store=world.store, clock=world.clock)
    claim = PresenceClaim(*CENTRE, accuracy_m, world.clock.at, accuracy_share=0.95)
    typed = code or await code_of(shop, held.venue_id)
    sent = Arrival(held.id, held.venue_id, typed, made.id, made.id, claim)
    return (await check_in(sent, store=world.store, clock=world.clock, keys=world.keys)).id
