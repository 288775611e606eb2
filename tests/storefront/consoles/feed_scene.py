"""A merchant whose feed has something to show: an account, texts in use, and posts in several states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.people.rules import Actor
from campaigns.sharing.ports import Publishers
from campaigns.sharing.posts.approve_template import approve_template
from campaigns.sharing.posts.connect import Connecting, connect
from campaigns.sharing.posts.queries import templates_of
from campaigns.sharing.posts.write_post import WrittenPost, approve_post, write_post
from campaigns.sharing.posts.write_template import write_defaults
from tests.world import World


@dataclass(frozen=True)
class Feed:
    """Ids of an account, of an approved text, of one that waits for approval, and of a drafted post."""

    account_id: str
    approved: str
    draft: str
    post_id: str


async def a_feed(world: World, publishers: Publishers, *, deal_id: str, handle: str = "Lantern") -> Feed:
    """The world's merchant announces on the wall. One post in own words is approved, another is a draft."""
    merchant = OrganizationId(world.merchant_id)
    owner = Actor(AccountId("acc_owner"), "Owner", {merchant: "owner"})
    doing: Any = {"store": world.store, "clock": world.clock, "keys": world.keys}
    account_id = await connect(
        Connecting(merchant, "wall", "", handle, ""), owner, **doing, publishers=publishers
    )
    await write_defaults(merchant, "en", owner, **doing)
    async with world.store.read() as unit:
        written = {each.kind: each for each in await templates_of(unit, merchant)}
    for kind in ("joined", "tipped", "three_to_go"):
        await approve_template(written[kind].id, owner, text=written[kind].text, **doing)
    words = "Soup is on: {title}.\n{who_pays}\n{link}"
    said = await write_post(WrittenPost(account_id, deal_id, words), owner, **doing)
    await approve_post(said, owner, **doing)
    post_id = await write_post(WrittenPost(account_id, deal_id, words), owner, **doing)
    return Feed(account_id, written["tipped"].id, written["closing_soon"].id, post_id)
