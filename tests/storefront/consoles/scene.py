"""A merchant in the middle of its week: deals in every state, orders of every kind, and trouble to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from campaigns.deals.draft import Draft, TypedTier
from campaigns.deals.review import Approve, SendBack, review
from campaigns.deals.submit import submit
from campaigns.deals.write import write
from campaigns.foundation.effects import Effect, bury, claim, owe
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.orders.refund import refund
from campaigns.people.rules import Actor
from tests.shop import Shop
from tests.storefront.consoles.feed_scene import Feed, a_feed
from tests.storefront.consoles.mention_scene import some_mentions
from tests.storefront.consoles.people import ZONE, People, people_of

OPERATOR = Actor(AccountId("acc_operator"), "Operator", is_operator=True)
HOLD_GONE = "pm_card_expiredAtCapture"
REFUND_FAILS = "pm_card_refundFail"


@dataclass(frozen=True)
class Scene:
    """Ids of what there is to look at."""

    people: People
    draft: str
    sent_back: str
    in_review: str
    upcoming: str
    gathering: str
    tipped: str
    paid_order: str
    mention: str
    feed: Feed

    @property
    def _feeds(self) -> dict[str, tuple[str, str]]:
        return {
            "feeds": ("owner", "/console/feeds?merchant=willow"),
            "feeds-connect": ("owner", "/console/feeds?merchant=willow&network=wall"),
            "announcements": ("owner", "/console/announcements?merchant=willow"),
            "announcement": ("owner", f"/console/announcements/{self.feed.draft}"),
            "announcement-approved": ("owner", f"/console/announcements/{self.feed.approved}"),
            "posts": ("owner", "/console/posts?merchant=willow"),
            "post-new": ("owner", "/console/posts/new?merchant=willow"),
        }

    @property
    def pages(self) -> dict[str, tuple[str, str]]:
        """Every console page by name: who looks at it, and its address."""
        deal, order = "/console/deals", f"/console/orders/{self.paid_order}"
        return {
            "live": ("owner", "/console?view=live"),
            "empty-view": ("owner", "/console?view=past"),
            "new": ("owner", f"{deal}/new"),
            "edit": ("owner", f"{deal}/{self.sent_back}/edit"),
            "submit": ("owner", f"{deal}/{self.draft}/submit"),
            "deal-draft": ("owner", f"{deal}/{self.sent_back}"),
            "deal-review": ("owner", f"{deal}/{self.in_review}"),
            "deal-upcoming": ("owner", f"{deal}/{self.upcoming}"),
            "deal-gathering": ("owner", f"{deal}/{self.gathering}"),
            "deal-tipped": ("owner", f"{deal}/{self.tipped}"),
            "links": ("owner", f"{deal}/{self.tipped}/links"),
            "order": ("owner", order),
            "refund": ("owner", f"{order}/refund?units=2"),
            "mentions": ("owner", "/console/mentions?merchant=willow&view=all"),
            "mention": ("owner", f"/console/mentions/{self.mention}"),
            **self._feeds,
            "waive": ("owner", f"{deal}/{self.gathering}/waive"),
            "cancel": ("owner", f"{deal}/{self.tipped}/cancel"),
            "check-ins": ("owner", "/console/check-ins?merchant=willow"),
            "check-ins-none": ("owner", "/console/check-ins?merchant=willow&verdict=undone"),
            "check-in-offers": ("owner", "/console/check-in-offers?merchant=willow"),
            "venues": ("owner", "/console/venues?merchant=willow"),
            "venue": ("owner", f"/console/venues/{self.people.venue_id}"),
            "venue-new": ("owner", "/console/venues/new?merchant=willow"),
            "desk-choice": ("staff", "/desk"),
            "till-choice": ("staff", "/till"),
            "till": ("staff", f"/till?venue={self.people.venue_id}"),
            "desk": ("staff", f"/desk?venue={self.people.venue_id}"),
            "operator": ("operator", "/operator"),
            "review": ("operator", f"/operator/deals/{self.in_review}"),
        }


async def a_scene(shop: Shop) -> Scene:
    world = shop.world
    people = await people_of(world)
    world.merchant_id = people.merchant_id
    owner = Actor(AccountId("acc_owner"), "Owner", {people.merchant_id: "owner"})
    draft, sent_back, in_review, upcoming = [
        await write(
            a_draft(shop, people, title=title),
            people.merchant_id,
            actor=owner,
            store=world.store,
            clock=world.clock,
        )
        for title in (
            "Dumpling class for two",
            "Tea tasting",
            "Late-night noodles for four",
            "Sunday breakfast",
        )
    ]
    for deal_id in (sent_back, in_review, upcoming):
        await submit(deal_id, actor=owner, store=world.store, clock=world.clock)
    reasons = "Say how many kinds of tea there are.\nThe list price needs a date we can check."
    await review(sent_back, SendBack(reasons), actor=OPERATOR, store=world.store, clock=world.clock)
    await review(upcoming, Approve(), actor=OPERATOR, store=world.store, clock=world.clock)
    gathering, tipped, paid_order = await live_deals(shop)
    await something_dead(shop)
    said = await some_mentions(world, owner)
    feed = await a_feed(world, shop.surroundings.publishers, deal_id=tipped)
    await shop.settle()
    return Scene(
        people, draft, sent_back, in_review, upcoming, gathering, tipped, paid_order, said.waiting, feed
    )


def a_draft(shop: Shop, people: People, *, title: str) -> Draft:
    now = shop.world.clock.at.astimezone(ZoneInfo(ZONE))
    return Draft(
        title=title,
        summary="Two bowls of hand-pulled noodles, two small plates and a pot of tea.",
        description="Mrs Wen pulls every portion **to order**.\n\n- two bowls\n- two small plates",
        image="img/deals/noodles.svg",
        image_alt="A bowl of noodles",
        currency="USD",
        zone=ZONE,
        opens_at=(now + timedelta(hours=20)).strftime("%Y-%m-%d %H:%M"),
        closes_at=(now + timedelta(days=4)).strftime("%Y-%m-%d %H:%M"),
        tiers=(TypedTier("1", "38"), TypedTier("40", "34"), TypedTier("60", "29.50")),
        threshold="20",
        capacity="80",
        list_price="64",
        list_price_evidence="Dinner for two on the printed menu of autumn",
        list_price_from_on=(now - timedelta(days=90)).strftime("%Y-%m-%d"),
        list_price_until_on=(now - timedelta(days=3)).strftime("%Y-%m-%d"),
        promo_expires_on=(now + timedelta(days=120)).strftime("%Y-%m-%d"),
        limitations=("Tuesday to Saturday, from 17:00. Please book a table.",),
        venue_ids=(people.venue_id,),
    )


async def live_deals(shop: Shop) -> tuple[str, str, str]:
    """One that gathers, with a person paying now, and one that is on, with money back and a failed charge."""
    world = shop.world
    ladder = [{"start": 1, "price_minor": 3800}, {"start": 4, "price_minor": 3400}]
    gathering = await world.deal(threshold=3, tiers=ladder, capacity=40)
    tipped = await world.deal(threshold=2)
    await world.buy(gathering, "ada@example.com", 2)
    await world.join(gathering, "someone.with.a.very.long.address@a-long-company-name.example")
    paid_order = await world.buy(tipped, "mei@example.com", 3)
    await world.buy(tipped, "jo@example.com")
    await world.buy(tipped, "lost@example.com", card=HOLD_GONE)
    await world.join(tipped, "sam@example.com")
    await failed_refund(shop, await world.buy(tipped, "zoe@example.com", card=REFUND_FAILS))
    return gathering, tipped, paid_order


async def failed_refund(shop: Shop, order_id: str) -> None:
    """Money the bank would not take back."""
    world = shop.world
    owner = Actor(AccountId("acc_owner"), "Owner", {OrganizationId(world.merchant_id): "owner"})
    await refund(order_id, 1, actor=owner, store=world.store, clock=world.clock, keys=world.keys)
    await shop.settle()
    await shop.advance(minutes=5)


async def something_dead(shop: Shop) -> None:
    """A call that was given up, for the operator to see."""
    world = shop.world
    async with world.store.begin() as unit:
        await owe(unit, [Effect("order:ord_lost", "mail", "voucher_ready")], now=world.clock.at)
        for effect in await claim(unit, world.clock.at, kinds=["mail"], batch=1):
            await bury(unit, effect, world.clock.at, error="the mail server refused the letter")
