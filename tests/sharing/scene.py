"""A merchant with deals, orders as rows, and a scripted feed, on any database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.orders.carry_out import Outside
from campaigns.orders.rows import orders
from campaigns.people.consent import Consent, give, withdraw
from campaigns.people.rows import account
from campaigns.people.rules import Actor
from campaigns.sharing.ports import FeedPublisher
from campaigns.sharing.posts.approve_template import approve_template
from campaigns.sharing.posts.connect import Connecting, connect
from campaigns.sharing.posts.defaults import DEFAULT_TEXTS
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.rows import feed_accounts, posts
from campaigns.sharing.posts.write_template import WrittenTemplate, write_template
from campaigns.sharing.rows import shown_names
from scheduler.feeds import drain_feeds
from scheduler.outside import Surroundings
from tests.reactions.stage import KEYS, LINKS, Stage, a_stage
from tests.sharing.feeds import ScriptedFeed


@dataclass
class FeedScene:
    """`feed` stands behind the network "bluesky"; `owner` may do everything at this merchant."""

    stage: Stage
    feed: ScriptedFeed
    owner: Actor
    keys: Keys = KEYS

    @property
    def store(self) -> Store:
        return self.stage.store

    @property
    def clock(self) -> ManualClock:
        return self.stage.clock

    @property
    def merchant(self) -> OrganizationId:
        return OrganizationId(self.stage.merchant_id)

    @property
    def around(self) -> dict[str, Any]:
        """What every operation asks for behind its star."""
        return {"store": self.store, "clock": self.clock, "keys": self.keys}

    @property
    def publishers(self) -> dict[str, FeedPublisher]:
        return {"bluesky": self.feed, "mastodon": self.feed}

    @property
    def outside(self) -> FeedOutside:
        return FeedOutside(self.store, self.clock, self.keys, self.publishers, LINKS)

    @property
    def surroundings(self) -> Surroundings:
        money = Outside(self.store, self.clock, cast(Any, None), self.keys)
        return Surroundings(money, LINKS, self.stage.mailer, self.publishers)

    def actor(self, role: str) -> Actor:
        return Actor(self.owner.account_id, "Somebody", {self.merchant: role})

    async def connect(self, handle: str = "lantern", network: str = "bluesky", **more: str) -> str:
        asked = Connecting(
            self.merchant, network, "https://feeds.example", handle, more.get("credential", "app-password")
        )
        return await connect(asked, self.owner, **self.around, publishers=self.publishers)

    async def approve(self, kind: str, text: str = "", language: str = "en", network: str = "") -> str:
        text = text or DEFAULT_TEXTS[kind, language]
        written = WrittenTemplate(self.merchant, kind, text, language, network)
        template_id = await write_template(written, self.owner, **self.around)
        await approve_template(template_id, self.owner, text=text, **self.around)
        return template_id

    async def ready(self, *kinds: str) -> str:
        """One connected account and approved texts of these kinds; the account's id."""
        for kind in kinds or ("joined", "tipped", "three_to_go", "closing_soon"):
            await self.approve(kind)
        return await self.connect()

    async def join(self, deal_id: str, email: str = "ann@example.com", **more: Any) -> str:
        """A committed order; `consents` to be announced unless told otherwise. Nobody was told yet."""
        order_id = await self.stage.order(deal_id, email, "pending")
        if more.get("consents", True):
            await self.consent(order_id)
        if name := more.get("name"):
            async with self.store.begin() as unit:
                await unit.run(shown_names.insert().values(order_id=order_id, name=name))
        await self.stage.move(order_id, "authorized", committed_at=self.clock.at)
        return order_id

    async def consent(self, order_id: str, *, stands: bool = True) -> None:
        async with self.store.begin() as unit:
            buyer = await unit.value(select(orders.c.buyer_id).where(orders.c.id == order_id))
            about = Consent(buyer, "announce_join", order_id)
            if stands:
                await give(unit, about, source="join", now=self.clock.at)
            else:
                await withdraw(unit, about, now=self.clock.at)

    async def drain(self) -> int:
        """Everything that is due at feeds at this moment."""
        made = 0
        while step := await drain_feeds(self.surroundings):
            made += step
        return made

    async def run(self) -> None:
        """Tell what happened, then send what follows."""
        await self.stage.tell()
        await self.drain()

    async def posts(self, **where: Any) -> list[Any]:
        statement = select(posts).order_by(posts.c.created_at, posts.c.id)
        for name, value in where.items():
            statement = statement.where(posts.c[name] == value)
        async with self.store.read() as unit:
            return list(await unit.all(statement))

    async def states(self) -> list[str]:
        return sorted(f"{post.kind}:{post.state}" for post in await self.posts())

    async def account(self, account_id: str) -> Any:
        return await self.stage.row(feed_accounts, account_id)


async def a_feed_scene(store: Store, clock: ManualClock) -> FeedScene:
    stage = await a_stage(store, clock)
    async with store.read() as unit:
        found = await unit.value(select(account.c.id).where(account.c.email == "owner@lantern.example"))
    owner = Actor(found, "Owner", {OrganizationId(stage.merchant_id): "owner"})
    return FeedScene(stage, ScriptedFeed(clock), owner)
