"""The list of mentions over HTTP: what is shown, what each form does, what is kept after a refusal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.people.identify import identify
from campaigns.people.rules import Actor
from campaigns.sharing.posts.rows import feed_accounts, posts
from tests.storefront.consoles.clerks import Clerk, Staffed
from tests.storefront.consoles.mention_scene import Said, some_mentions

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LIST = "/console/mentions?merchant=willow"


@pytest.fixture
async def owner(firm: Staffed) -> Clerk:
    return await firm.clerk("owner")


@pytest.fixture
async def said(firm: Staffed) -> Said:
    world = firm.world
    world.merchant_id = firm.people.merchant_id
    async with world.store.begin() as unit:
        account_id = AccountId(await identify(unit, firm.people.email("owner"), world.clock.at))
    return await some_mentions(
        world, Actor(account_id, "Owner", {OrganizationId(world.merchant_id): "owner"})
    )


async def test_before_anything_is_connected_the_page_says_so(owner: Clerk) -> None:
    shown = await owner.get(LIST)
    assert shown.status_code == 200
    assert "Nobody listens yet" in shown.text


async def test_every_mention_shows_who_what_and_why(owner: Clerk, said: Said) -> None:
    text = (await owner.get(LIST)).text
    assert "小美.test" in text
    assert "还有吗？想带朋友一起来 🎉" in text
    assert "It says “还有吗”: a question before buying." in text
    assert "It answers our post." in text
    assert 'lang="zh"' in text
    assert "a machine&#39;s guess" in text


async def test_what_people_write_stays_text(owner: Clerk, said: Said) -> None:
    """U58, U60"""
    text = (await owner.get(LIST)).text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>www" not in text
    assert 'rel="noopener nofollow ugc"' in text


async def test_filters_and_views_live_in_the_address(owner: Clerk, said: Said) -> None:
    """U16"""
    service = (await owner.get(f"{LIST}&team=service")).text
    assert "要投诉" in service
    assert "想带朋友" not in service
    dismissed = (await owner.get(f"{LIST}&view=dismissed")).text
    assert "First!" in dismissed
    assert "要投诉" not in dismissed
    assert "took this down" in (await owner.get(f"{LIST}&view=all")).text
    assert "Nothing here fits" in (await owner.get(f"{LIST}&network=mastodon")).text
    assert (await owner.get(f"{LIST}&view=nonsense&after=nonsense&team=%00")).status_code == 200


async def test_dismissing_can_be_undone_from_the_notice(owner: Clerk, said: Said) -> None:
    page = f"/console/mentions/{said.waiting}"
    sent = await owner.send(f"{page}/dismiss", {"back": f"{LIST}&team=sales"}, on=page)
    assert (sent.status_code, sent.headers["location"].split("&done")[0]) == (303, f"{LIST}&team=sales")
    after = (await owner.get(sent.headers["location"])).text
    assert f"/console/mentions/{said.waiting}/reopen" in after
    await owner.send(f"{page}/reopen", {}, on=page)
    assert "想带朋友" in (await owner.get(LIST)).text


async def test_an_answer_is_queued_and_shown(owner: Clerk, said: Said) -> None:
    page = f"/console/mentions/{said.waiting}"
    assert "Published below this mention as lantern.test" in (await owner.get(page)).text
    sent = await owner.send(f"{page}/answer", {"text": "有的！晚上见 🎉"}, on=page)
    assert sent.status_code == 303
    again = await owner.send(f"{page}/answer", {"text": "Twice"}, on=LIST)
    assert (again.status_code, "There is an answer to this already" in again.text) == (409, True)
    assert "有的！晚上见 🎉" in (await owner.get(page)).text
    rows = await said.scene.world.rows(select(posts).where(posts.c.subject == f"mention:{said.waiting}"))
    assert [row.wording for row in rows] == ["有的！晚上见 🎉"]


@pytest.mark.parametrize(
    ("act", "fields", "kept"),
    [
        ("answer", {"text": "x" * 301}, "x" * 301),
        ("answer", {"text": "see https://elsewhere.example"}, "see https://elsewhere.example"),
        ("assign", {"team": "pr", "reason": ""}, '<option value="pr" selected>'),
        ("assign", {"team": "pr", "reason": "y" * 301}, "y" * 301),
    ],
)
async def test_a_form_with_a_mistake_keeps_what_was_typed(
    owner: Clerk, said: Said, act: str, fields: dict[str, str], kept: str
) -> None:
    """U17"""
    page = f"/console/mentions/{said.waiting}"
    sent = await owner.send(f"{page}/{act}", fields, on=page)
    assert sent.status_code == 422
    assert kept in sent.text
    summary = re.search(r'id="errors".*?href="#([^"]+)"', sent.text, re.DOTALL)
    assert summary
    assert f'id="{summary[1]}"' in sent.text


async def test_team_and_mood_are_changed_by_a_person(owner: Clerk, said: Said) -> None:
    page = f"/console/mentions/{said.waiting}"
    await owner.send(f"{page}/assign", {"team": "marketing", "reason": "A friend of the house."}, on=page)
    await owner.send(f"{page}/sentiment", {"sentiment": "negative"}, on=page)
    text = (await owner.get(page)).text
    assert "A friend of the house. Moved by" in text
    assert "a person&#39;s word" in text
    wrong = await owner.send(f"{page}/sentiment", {"sentiment": "furious"}, on=page)
    assert wrong.status_code == 422


async def test_an_author_of_ours_leaves_the_list(owner: Clerk, said: Said) -> None:
    page = f"/console/mentions/{said.waiting}"
    await owner.send(f"{page}/own", {"own": "yes"}, on=page)
    assert "想带朋友" not in (await owner.get(LIST)).text
    assert "Ours, not counted" in (await owner.get(f"{LIST}&view=all")).text


async def test_nobody_is_led_away_by_the_way_back(owner: Clerk, said: Said) -> None:
    page = f"/console/mentions/{said.waiting}"
    sent = await owner.send(f"{page}/dismiss", {"back": "//elsewhere.example/"}, on=page)
    assert sent.headers["location"].startswith("/console/mentions?merchant=willow&")


async def test_an_account_that_was_lost_is_named(owner: Clerk, said: Said) -> None:
    async with said.scene.world.store.begin() as unit:
        await unit.run(feed_accounts.update().values(state="lost"))
    text = (await owner.get(LIST)).text
    assert "lantern.test is not read any more" in text
    assert "must be connected again" in text


async def test_a_long_list_goes_on_on_the_next_page(owner: Clerk, said: Said) -> None:
    scene = said.scene
    for number in range(25):
        scene.feed.said.append(replace(scene.say(f"More {number}"), native_id=f"at://more/{number}"))
    scene.world.clock.advance(minutes=1)
    await scene.collect()
    first = (await owner.get(LIST)).text
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = (await owner.get(older[1].replace("&amp;", "&"))).text
    ids = [set(re.findall(r'id="mention-(men_\w+)"', each)) for each in (first, second)]
    assert len(ids[0]) == 20
    assert not ids[0] & ids[1]


async def test_staff_do_not_read_mentions_and_operators_do_not_either(firm: Staffed, said: Said) -> None:
    """S15"""
    for role, status in (("staff", 403), ("manager", 200)):
        clerk = await firm.clerk(role)
        assert (await clerk.get(LIST)).status_code == status, role
        assert (await clerk.get(f"/console/mentions/{said.waiting}")).status_code == status, role
