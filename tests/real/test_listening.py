"""Listening at a real server: what other people write below our post comes once, and goes when they take it down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from campaigns.listening.answer import answer
from campaigns.listening.answered import note_answers
from campaigns.listening.collect import Outside, collect_due
from campaigns.listening.queries import MentionView, Sought, mention_list
from campaigns.listening.reach import Hands
from campaigns.listening.rows import cursors
from campaigns.sharing.posts.connect import Connecting, connect
from campaigns.sharing.posts.outside import FeedOutside
from campaigns.sharing.posts.publish import publish_due
from campaigns.sharing.posts.rows import posts
from campaigns.sharing.posts.write_post import WrittenPost, approve_post, write_post
from integrations.feeds.publishers import build_feeds
from integrations.mentions.sources import build_sources
from tests.listening.scene import a_campaign
from tests.real.bluesky import POSTS, Pds, Person
from tests.world import World, a_deal, a_world

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
REPOST = "app.bsky.feed.repost"


@dataclass
class Street:
    """A merchant whose post is published at the server, and a passer-by with an account there."""

    pds: Pds
    world: World
    outside: Outside
    merchant: Person
    ada: Person
    account_id: str
    deal_id: str
    post: Any

    @property
    def place(self) -> dict[str, str]:
        return {"uri": self.post.native_id, "cid": self.post_cid}

    post_cid: str = ""

    async def listen(self) -> int:
        self.world.clock.advance(seconds=31)
        return await collect_due(self.outside)

    async def listed(self, **sought: Any) -> list[MentionView]:
        async with self.world.store.read() as unit:
            return await mention_list(unit, Sought(OrganizationId(self.world.merchant_id), **sought))

    async def reply(self, text: str) -> dict[str, str]:
        thread = {"root": self.place, "parent": self.place}
        return await self.pds.write_post(self.ada, text, reply=thread)

    async def take_down(self, uri: str) -> None:
        collection, rkey = uri.split("/")[-2:]
        body = {"repo": self.ada.did, "collection": collection, "rkey": rkey}
        await self.pds.call("com.atproto.repo.deleteRecord", body, self.ada)


@pytest.fixture
async def street(pds: Pds, store: Store, clock: ManualClock, request: Any) -> AsyncIterator[Street]:
    settings = Settings(outbound_allow=pds.place)
    feeds, ears = build_feeds(settings), build_sources(settings, None)
    number = abs(hash(request.node.name)) % 10**6
    merchant = await pds.create_account(f"lantern{number}.test")
    ada = await pds.create_account(f"ada{number}.test")
    async with a_world(store, clock) as world:
        outside = FeedOutside(store, clock, world.keys, feeds.publishers, world.links)
        password = await pds.app_password(merchant)
        asked = Connecting(
            OrganizationId(world.merchant_id), "bluesky", pds.address, merchant.handle, password
        )
        tools = {"store": store, "clock": clock, "keys": world.keys}
        account_id = await connect(asked, world.owner, publishers=feeds.publishers, **tools)  # type: ignore[arg-type]
        deal_id = await a_deal(world)
        text = "{title} 成团啦 🎉 {link} {who_pays}"
        post_id = await write_post(WrittenPost(account_id, deal_id, text), world.owner, **tools)  # type: ignore[arg-type]
        await approve_post(post_id, world.owner, **tools)  # type: ignore[arg-type]
        await publish_due(account_id, outside)
        (post,) = await world.rows(select(posts).where(posts.c.id == post_id))
        assert post.state == "published", post.last_error
        (record,) = await pds.posts(merchant.did)
        whole = Outside(outside, ears.sources)
        yield Street(pds, world, whole, merchant, ada, account_id, deal_id, post, record["cid"])
    await ears.client.aclose()
    await feeds.close()


async def test_a_reply_below_our_post_is_listed_once_and_its_deletion_takes_the_text(street: Street) -> None:
    reply = await street.reply("好吃！When do you open? 👨‍👩‍👧‍👦")
    assert await street.listen() == 1
    assert await street.listen() == 0
    (found,) = await street.listed()
    assert (found.kind, found.matched_by, found.deal_id) == ("reply", "reply", street.deal_id)
    assert (found.author, found.text) == (street.ada.handle, "好吃！When do you open? 👨‍👩‍👧‍👦")
    await street.take_down(reply["uri"])
    await street.listen()
    (gone,) = await street.listed()
    assert (gone.state, gone.text) == ("removed", "")


async def test_an_edit_a_repost_and_a_tag_are_told_apart_by_the_record(street: Street) -> None:
    await a_campaign(street.world, street.deal_id, tag="拼团")
    reply = await street.reply("Terrible")
    rkey = reply["uri"].split("/")[-1]
    thread = {"root": street.place, "parent": street.place}
    record = {"$type": POSTS, "text": "Lovely", "createdAt": "2026-11-24T12:00:00Z", "reply": thread}
    body = {"repo": street.ada.did, "collection": POSTS, "rkey": rkey, "record": record}
    await street.pds.call("com.atproto.repo.putRecord", body, street.ada)
    again = {"$type": REPOST, "subject": street.place, "createdAt": "2026-11-24T12:00:00Z"}
    body = {"repo": street.ada.did, "collection": REPOST, "record": again}
    await street.pds.call("com.atproto.repo.createRecord", body, street.ada)
    await street.pds.write_post(street.ada, "Tonight #拼团 with friends")
    await street.pds.write_post(street.ada, "Nothing to do with anybody")
    await street.listen()
    found = {each.kind: each for each in await street.listed()}
    assert sorted(found) == ["reply", "repost", "tag"]
    assert (found["reply"].text, found["reply"].edited) == ("Lovely", True)
    assert found["tag"].campaign_name == "Noodle month"


async def test_an_answer_from_the_list_appears_below_the_mention_and_is_none_itself(street: Street) -> None:
    reply = await street.reply("When do you open?")
    await street.listen()
    (found,) = await street.listed()
    world = street.world
    hands = Hands(world.owner, world.store, world.clock, world.keys)
    await answer(found.id, "At seven. See you then.", hands)
    await publish_due(street.account_id, street.outside.feeds)
    assert await note_answers(store=world.store, clock=world.clock) == 1
    ours = (await street.pds.posts(street.merchant.did))[-1]["value"]
    assert (ours["text"], ours["reply"]["parent"]["uri"]) == ("At seven. See you then.", reply["uri"])
    assert ours["reply"]["root"] == street.place
    await street.listen()
    (answered,) = await street.listed()
    assert answered.state == "answered"


async def test_a_cursor_from_before_a_reset_starts_again(street: Street) -> None:
    await street.reply("Hello")
    await street.listen()
    async with street.world.store.begin() as unit:
        await unit.run(cursors.update().values(cursor="stream:999999999"))
    await street.listen()
    assert len(await street.listed()) == 1
