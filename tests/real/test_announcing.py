"""From a tip to a post at a real server: once, even when its answer is lost. Revoked, we ask for a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from campaigns.sharing.ports import FeedPublisher
from campaigns.sharing.posts.connect import Connecting, connect
from campaigns.sharing.posts.refusals import FeedAddressRefused, FeedCredentialRefused
from campaigns.sharing.posts.rows import feed_accounts
from campaigns.sharing.posts.sealing import opened, sealed
from integrations.feeds.bluesky.publisher import BlueskyPublisher
from tests.ports.feeds.stages import clients
from tests.real.bluesky import Pds, Person
from tests.real.staged import Door, a_handle, door_to
from tests.sharing.scene import FeedScene, a_feed_scene

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class OneNetwork(FeedScene):
    """A scene whose only feed is the real server."""

    real: FeedPublisher

    @property
    def publishers(self) -> dict[str, FeedPublisher]:
        return {"bluesky": self.real}


@dataclass
class Announcing:
    """A merchant with approved texts and an account at the server, reached through a door that can fail.

    `impatient` is a publisher that soon stops waiting.
    """

    scene: OneNetwork
    pds: Pds
    door: Door
    person: Person
    impatient: FeedPublisher
    account_id: str = ""

    async def connect(self, password: str) -> str:
        asked = Connecting(
            self.scene.merchant, "bluesky", self.door.address, f"@{self.person.handle}", password
        )
        around = {**self.scene.around, "publishers": self.scene.publishers}
        return await connect(asked, self.scene.owner, **around)

    async def tip(self, deals: int = 1) -> None:
        """Deals tip, and whoever reacts to that does."""
        for _ in range(deals):
            deal_id = await self.scene.stage.deal()
            await self.scene.stage.move_deal(deal_id, "tipped")
        await self.scene.run()

    async def texts(self) -> list[str]:
        return [str(each["value"]["text"]) for each in await self.pds.posts(self.person.did)]

    async def spoil_access(self) -> None:
        """The access token ends, as it does after two hours."""
        scene = self.scene
        row = await scene.account(self.account_id)
        secrets = {**opened(row, scene.keys).secrets, "access": "ended"}
        async with scene.store.begin() as unit:
            mine = update(feed_accounts).where(feed_accounts.c.id == self.account_id)
            await unit.run(mine.values(**sealed(secrets, scene.keys)))


@pytest.fixture
async def announcing(pds: Pds, store: Store, clock: ManualClock) -> AsyncIterator[Announcing]:
    made = await a_feed_scene(store, clock)
    scene = OneNetwork(made.stage, made.feed, made.owner)
    person = await pds.create_account(a_handle("lantern"))
    async with door_to(pds) as door, clients(door.address) as (client, hasty):
        scene.real = BlueskyPublisher(client)
        found = Announcing(scene, pds, door, person, BlueskyPublisher(hasty))
        await scene.approve("tipped")
        found.account_id = await found.connect(await pds.app_password(person))
        yield found


async def test_a_tip_is_published_with_its_link_and_card(announcing: Announcing) -> None:
    await announcing.tip()
    [post] = await announcing.scene.posts()
    [record] = await announcing.pds.posts(announcing.person.did)
    assert (post.state, post.native_id) == ("published", record["uri"])
    assert record["value"]["text"] == post.text
    assert record["value"]["embed"]["external"]["uri"] == post.link


@pytest.mark.parametrize(
    ("kind", "more"),
    [("committed", {"status": 500}), ("committed", {"status": 504}), ("cut", {}), ("silent", {})],
)
async def test_a_tip_is_published_once_although_its_answer_is_lost(
    announcing: Announcing, kind: Any, more: dict[str, Any]
) -> None:
    """R80: the server has the post and we do not know; we look, and do not send again."""
    announcing.door.faults.next(kind, "putRecord", **more)
    patient = announcing.scene.real
    if kind == "silent":
        announcing.scene.real = announcing.impatient
    await announcing.tip()
    announcing.scene.real = patient
    announcing.scene.clock.advance(minutes=5)  # a look that failed too waits a moment
    await announcing.scene.drain()
    [post] = await announcing.scene.posts()
    assert await announcing.texts() == [post.text]
    assert post.state == "published"
    writes = [line for line in announcing.door.faults.asked if "putRecord" in line]
    assert len(writes) == 1


async def test_a_post_that_never_arrived_is_sent_again_under_the_same_key(announcing: Announcing) -> None:
    """R80: lost on its way there, not on its way back."""
    announcing.door.faults.next("instead", "putRecord", status=502)
    await announcing.tip()
    announcing.scene.clock.advance(minutes=5)
    await announcing.scene.drain()
    [post] = await announcing.scene.posts()
    assert post.state == "published"
    assert await announcing.texts() == [post.text]


async def test_a_login_that_ended_is_renewed_on_the_way(announcing: Announcing) -> None:
    await announcing.spoil_access()
    await announcing.tip()
    assert [post.state for post in await announcing.scene.posts()] == ["published"]
    row = await announcing.scene.account(announcing.account_id)
    assert opened(row, announcing.scene.keys).secrets["access"] != "ended"


async def test_a_revoked_password_asks_for_reconnection_and_then_the_queue_goes_on(
    announcing: Announcing,
) -> None:
    """What waits is not lost with the account, and nothing is sent twice when the account comes back."""
    scene, pds, person = announcing.scene, announcing.pds, announcing.person
    await pds.revoke_app_password(person)
    await announcing.spoil_access()
    await announcing.tip(deals=2)
    assert (await scene.account(announcing.account_id)).state == "lost"
    assert await announcing.texts() == []
    assert await scene.states() == ["tipped:failed", "tipped:queued"]
    again = await announcing.connect(await pds.app_password(person, "quorum again"))
    assert again == announcing.account_id
    await scene.drain()
    assert await scene.states() == ["tipped:failed", "tipped:published"]
    [published] = await scene.posts(state="published")
    assert await announcing.texts() == [published.text]


async def test_an_account_that_was_taken_down_asks_for_a_person(announcing: Announcing) -> None:
    await announcing.pds.take_down(announcing.person)
    await announcing.tip()
    assert (await announcing.scene.account(announcing.account_id)).state == "lost"


async def test_a_wrong_password_and_a_private_address_connect_nothing(announcing: Announcing) -> None:
    """S32."""
    with pytest.raises(FeedCredentialRefused):
        await announcing.connect("wrong")
    inside = Connecting(announcing.scene.merchant, "bluesky", "https://10.0.0.1", "shop.test", "password")
    around = {**announcing.scene.around, "publishers": announcing.scene.publishers}
    with pytest.raises(FeedAddressRefused):
        await connect(inside, announcing.scene.owner, **around)
