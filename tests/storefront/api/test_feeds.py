"""Feeds through the API: accounts without their secrets, texts approved as read, posts acted on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from campaigns.foundation.ids import AccountId
from campaigns.people.rows import audit
from campaigns.people.rules import Actor
from campaigns.sharing.posts.rows import feed_accounts, posts
from campaigns.sharing.posts.write_post import WrittenPost, approve_post, write_post
from tests.storefront.api.programs import Office, Program, code_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WALL = {"network": "wall", "handle": "Willow"}


async def a_post(office: Office, owner: Program, state: str = "queued") -> str:
    """A post in own words that waits, or is in `state`; its id."""
    world = office.world
    account_id = (await owner.post("/feeds", WALL)).json()["id"]
    actor = Actor(AccountId("acc_owner"), "Owner", {office.merchant_id: "owner"})
    doing: Any = {"store": world.store, "clock": world.clock, "keys": world.keys}
    words = WrittenPost(account_id, await world.deal(), "Soup is on. {who_pays} {link}")
    post_id = await write_post(words, actor, **doing)
    await approve_post(post_id, actor, **doing)
    async with world.store.begin() as unit:
        there = {"native_id": "1"} if state == "published" else {}
        await unit.run(update(posts).where(posts.c.id == post_id).values(state=state, **there))
    return post_id


async def test_an_account_is_connected_once_and_listed_without_secrets(office: Office) -> None:
    """S34"""
    owner = await office.program("owner")
    made = await owner.post("/feeds", {**WALL, "credential": "s3cr3t-words"}, key="connect-number-one")
    again = await owner.post("/feeds", {**WALL, "credential": "s3cr3t-words"}, key="connect-number-one")
    assert (made.status_code, again.json()) == (201, made.json())
    assert (made.json()["handle"], made.json()["state"], made.json()["waiting"]) == ("Willow", "connected", 0)
    listed = await owner.get("/feeds")
    assert listed.json() == {"feeds": [made.json()]}
    assert listed.headers["cache-control"] == "no-store"
    secrets = (await office.world.rows(select(feed_accounts.c.secrets)))[0].secrets
    for answer in (made, listed):
        assert "s3cr3t-words" not in answer.text
        assert secrets not in answer.text
        assert not {"secrets", "credential", "key_id", "lease"} & made.json().keys()


async def test_a_network_nobody_speaks_to_and_a_field_nobody_knows(office: Office) -> None:
    owner = await office.program("owner")
    away = await owner.post("/feeds", {"network": "mastodon", "credential": "x"})
    assert code_of(away)[1] == "network_not_offered"
    assert code_of(await owner.post("/feeds", {"network": "carrier-pigeon"}))[0] == 422
    assert code_of(await owner.post("/feeds", {**WALL, "secrets": {}}))[0] == 422


async def test_a_text_is_written_and_approved_as_read(office: Office) -> None:
    owner = await office.program("owner")
    body = {"kind": "tipped", "text": "On: {title}. {who_pays} {link}"}
    draft = (await owner.post("/announcements", body)).json()
    assert (draft["state"], draft["version"], draft["approved_at"]) == ("draft", 1, None)
    path = f"/announcements/{draft['id']}/approve"
    other = await owner.post(path, {"text": "Something else"}, key="")
    assert code_of(other) == (409, "template_changed_meanwhile")
    approved = await owner.post(path, {"text": draft["text"]}, key="")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert (await owner.post(path, {"text": draft["text"]}, key="")).json() == approved.json()
    following = (await owner.post("/announcements", {**body, "text": "It is on. {who_pays} {link}"})).json()
    assert following["version"] == 2
    assert [each["version"] for each in (await owner.get("/announcements")).json()["texts"]] == [2, 1]


async def test_every_fault_of_a_text_is_told(office: Office) -> None:
    owner = await office.program("owner")
    wrong = await owner.post("/announcements", {"kind": "tipped", "text": "{nobody}"})
    assert code_of(wrong) == (422, "invalid_fields")
    assert {each["field"] for each in wrong.json()["errors"]} == {"text"}
    assert len(wrong.json()["errors"]) == 3


@pytest.mark.parametrize(
    ("act", "before", "after", "refusal"),
    [
        ("drop", "queued", "dropped", "post_not_waiting"),
        ("retry", "failed", "queued", "post_not_failed"),
        ("withdraw", "published", "published", "post_not_published"),
    ],
)
async def test_posts_are_acted_on_where_they_stand(
    office: Office, act: str, before: str, after: str, refusal: str
) -> None:
    owner = await office.program("owner")
    post_id = await a_post(office, owner, before)
    done = await owner.post(f"/posts/{post_id}/{act}", key="")
    assert (done.status_code, done.json()["state"]) == (200, after)
    assert (await owner.get("/posts")).json()["posts"][0] == done.json()
    async with office.world.store.begin() as unit:
        wrong = {
            "state": "sending",
            "key": "k",
            "frozen_at": office.world.clock.at,
            "withdraw_asked_at": None,
        }
        await unit.run(update(posts).values(**wrong))
    assert code_of(await owner.post(f"/posts/{post_id}/{act}", key="")) == (409, refusal)
    noted = {row.act for row in await office.world.rows(select(audit.c.act))}
    assert f"{act}_post" in noted


async def test_roles_decide(office: Office) -> None:
    """S15"""
    owner, marketer = await office.program("owner"), await office.program("marketer")
    post_id = await a_post(office, owner)
    draft = await marketer.post("/announcements", {"kind": "tipped", "text": "On. {who_pays} {link}"})
    assert draft.status_code == 201
    assert (await marketer.get("/feeds")).status_code == 200
    assert code_of(await marketer.post("/feeds", WALL))[0] == 403
    path = f"/announcements/{draft.json()['id']}/approve"
    assert code_of(await marketer.post(path, {"text": draft.json()["text"]}, key=""))[0] == 403
    assert (await marketer.post(f"/posts/{post_id}/drop", key="")).status_code == 200
    staff = await office.program("staff")
    for name in ("feeds", "announcements", "posts"):
        assert code_of(await staff.get(f"/{name}"))[0] == 403
        assert code_of(await office.anybody.get(f"/{name}"))[0] == 401


async def test_another_merchants_posts_and_texts_are_not_there(office: Office) -> None:
    """S15"""
    owner = await office.program("owner")
    post_id = await a_post(office, owner)
    draft = await owner.post("/announcements", {"kind": "tipped", "text": "On. {who_pays} {link}"})
    stranger = await office.program("owner", organization_id=await office.merchant())
    body = {"text": draft.json()["text"]}
    assert (
        code_of(await stranger.post(f"/announcements/{draft.json()['id']}/approve", body, key=""))[0] == 404
    )
    for act in ("drop", "retry", "withdraw"):
        assert code_of(await stranger.post(f"/posts/{post_id}/{act}", key=""))[0] == 404
    assert (await stranger.get("/posts")).json() == {"posts": []}
