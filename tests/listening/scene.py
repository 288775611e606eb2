"""A merchant with a connected account and a published post, and a feed whose words the test writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert, select

from campaigns.deals.rows import CampaignRow, campaign_deals, campaigns
from campaigns.foundation.ids import new_id
from campaigns.listening.collect import Outside, collect_due
from campaigns.listening.ports import Batch, Heard, Wanted
from campaigns.listening.reach import Hands
from campaigns.listening.rows import cursors, mentions
from campaigns.people.rules import Actor
from campaigns.sharing.ports import FeedAccount
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.rows import FeedAccountRow, PostRow, feed_accounts, posts
from campaigns.sharing.posts.sealing import sealed
from tests.world import World, a_deal

OUR_POST = "at://did:plc:merchant/app.bsky.feed.post/3aaa"


@dataclass
class Feed:
    """A MentionSource: it tells everything after the number in the cursor, `at_once` at most."""

    said: list[Heard] = field(default_factory=list)
    at_once: int = 100
    fault: Exception | None = None
    asked: list[tuple[Wanted, str | None]] = field(default_factory=list)

    async def read(self, account: FeedAccount, wanted: Wanted, cursor: str | None) -> Batch:
        self.asked.append((wanted, cursor))
        if self.fault is not None:
            raise self.fault
        start = int(cursor or 0)
        told: Sequence[Heard] = self.said[start : start + self.at_once]
        end = start + len(told)
        return Batch(told, str(end), more=end < len(self.said))


@dataclass
class Scene:
    world: World
    feed: Feed
    account_id: str
    deal_id: str
    post_id: str
    publishers: dict[str, Any] = field(default_factory=dict)

    @property
    def outside(self) -> Outside:
        world = self.world
        feeds = FeedOutside(world.store, world.clock, world.keys, self.publishers, world.links)
        return Outside(feeds, {"bluesky": self.feed})

    @property
    def hands(self) -> Hands:
        return self.hands_of(self.world.owner)

    def hands_of(self, actor: Actor) -> Hands:
        return Hands(actor, self.world.store, self.world.clock, self.world.keys)

    def say(self, text: str, **changes: Any) -> Heard:
        """Somebody replies to our post, unless `changes` say otherwise."""
        number = len(self.feed.said) + 1
        heard = Heard(
            native_id=f"at://did:plc:ada/app.bsky.feed.post/{number}",
            kind="reply",
            author_id="did:plc:ada",
            author="ada.test",
            text=text,
            url="",
            at=self.world.clock.at,
            about=OUR_POST,
            native={"root": {"uri": OUR_POST, "cid": "c"}, "parent": {"uri": "p", "cid": "c"}},
        )
        heard = replace(heard, **changes)
        self.feed.said.append(heard)
        return heard

    async def collect(self) -> int:
        return await collect_due(self.outside)

    async def hear(self, text: str, **changes: Any) -> Any:
        """Say it, collect it, and answer the row."""
        heard = self.say(text, **changes)
        self.world.clock.advance(seconds=31)
        await self.collect()
        return await self.row(heard.native_id)

    async def row(self, native_id: str) -> Any:
        found = await self.world.rows(select(mentions).where(mentions.c.native_uri == native_id))
        return found[0] if found else None

    async def rows(self) -> list[Any]:
        return await self.world.rows(select(mentions).order_by(mentions.c.collected_at, mentions.c.id))

    async def cursor(self) -> Any:
        return (await self.world.rows(select(cursors)))[0]

    async def account(self) -> Any:
        return (await self.world.rows(select(feed_accounts).where(feed_accounts.c.id == self.account_id)))[0]


async def a_scene(world: World) -> Scene:
    deal_id = await a_deal(world)
    account_id, post_id = new_id("feed"), new_id("post")
    now, kept = world.clock.at, sealed({"access": "a-token", "refresh": "r-token"}, world.keys)
    account = FeedAccountRow(
        id=account_id,
        organization_id=world.merchant_id,
        network="bluesky",
        address="https://pds.example",
        handle="lantern.test",
        native_id="did:plc:merchant",
        connected_at=now,
        connected_by="account:x",
        secrets=kept["secrets"],
        key_id=kept["key_id"],
    )
    post = PostRow(
        id=post_id,
        organization_id=world.merchant_id,
        account_id=account_id,
        deal_id=deal_id,
        kind="tipped",
        subject=f"deal:{deal_id}",
        state="published",
        created_at=now,
        not_before=now,
        published_at=now,
        native_id=OUR_POST,
    )
    async with world.store.begin() as unit:
        await unit.run(insert(feed_accounts).values(account.model_dump()))
        await unit.run(insert(posts).values(post.model_dump()))
    return Scene(world, Feed(), account_id, deal_id, post_id)


async def a_campaign(world: World, *deal_ids: str, tag: str = "Lantern拼团") -> str:
    campaign_id = new_id("camp")
    row = CampaignRow(
        id=campaign_id,
        organization_id=world.merchant_id,
        slug=campaign_id[-8:],
        name="Noodle month",
        tag=tag,
        channels=[],
        state="launched",
        created_at=world.clock.at,
        launched_at=world.clock.at,
    )
    async with world.store.begin() as unit:
        await unit.run(insert(campaigns).values(row.model_dump()))
        for deal_id in deal_ids:
            await unit.run(insert(campaign_deals).values(deal_id=deal_id, campaign_id=campaign_id))
    return campaign_id
