"""Who may do what with feeds, and that whatever became of a post has a sentence."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import select

import campaigns.sharing.posts as core
from campaigns.sharing.posts.rows import feed_accounts, posts, templates
from storefront.consoles.feed_phrases import reason_line
from tests.storefront.consoles.clerks import Clerk, Staffed
from tests.storefront.consoles.feed_steps import FEEDS, POSTS, TEXTS, a_draft_post, act_on, begun
from tests.storefront.consoles.people import enrolled

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
async def owner(firm: Staffed) -> Clerk:
    return await firm.clerk("owner")


@on_sqlite
async def test_a_marketer_writes_and_publishes_but_does_not_connect_or_approve(
    firm: Staffed, owner: Clerk
) -> None:
    post_id = await a_draft_post(owner, firm)
    text = f"/console/announcements/{(await begun(owner, firm))['tipped']}"
    await enrolled(firm.people.merchant_id, "marketer", firm.people.email("marketer"), firm.world)
    marketer = await firm.clerk("marketer")
    feeds = await marketer.get(FEEDS)
    assert feeds.status_code == 200
    assert not {"Connect a feed", "Disconnect"} & set(re.findall(r">([A-Z][a-z ]+)<", feeds.text))
    assert "Approve this text" not in (await marketer.get(text)).text
    deals = await marketer.get("/console")
    assert deals.status_code == 200, "deals are read for their links"
    assert "New deal" not in deals.text
    account = (await firm.world.rows(select(feed_accounts.c.id)))[0].id
    for path in (
        FEEDS,
        f"/console/feeds/{account}/disconnect?merchant=willow",
        f"{text}/approve",
        f"{text}/retire",
    ):
        assert (await marketer.send(path, {"handle": "x", "network": "wall"}, on=POSTS)).status_code == 403, (
            path
        )
    assert (await act_on(marketer, post_id, "approve")).status_code == 303


@on_sqlite
async def test_staff_see_no_feeds(firm: Staffed, owner: Clerk) -> None:
    """S15"""
    post_id = await a_draft_post(owner, firm)
    staff = await firm.clerk("staff")
    for path in (FEEDS, TEXTS, POSTS, "/console/posts/new?merchant=willow"):
        assert (await staff.get(path)).status_code == 403, path
    assert (await staff.send(f"/console/posts/{post_id}/approve", {}, on="/desk")).status_code == 403


@on_sqlite
async def test_what_belongs_to_others_or_is_nothing_is_not_there(firm: Staffed, owner: Clerk) -> None:
    """S15"""
    post_id = await a_draft_post(owner, firm)
    texts = await begun(owner, firm)
    other = await firm.office.merchant("fern")
    async with firm.world.store.begin() as unit:
        await unit.run(posts.update().values(organization_id=other))
        await unit.run(templates.update().values(organization_id=other))
        await unit.run(feed_accounts.update().values(organization_id=other))
    account = (await firm.world.rows(select(feed_accounts.c.id)))[0].id
    text = f"/console/announcements/{texts['tipped']}"
    assert (await owner.get(text)).status_code == 404
    for path in (
        text,
        f"{text}/approve",
        f"{text}/retire",
        f"/console/posts/{post_id}/approve",
        f"/console/posts/{post_id}/explode",
        f"/console/feeds/{account}/disconnect?merchant=willow",
    ):
        assert (await owner.send(path, {"text": "x"}, on=FEEDS)).status_code == 404, path


def reasons_in_use() -> set[str]:
    """Every literal that the code of posts gives a post as its reason."""
    found: set[str] = set()
    for path in Path(core.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "reason"
                and isinstance(node.value, ast.Constant)
            ):
                found.add(str(node.value.value))
    return found - {""}


def test_every_reason_has_a_sentence_of_its_own() -> None:
    withdrawn = {"taken_down", "deal_canceled", "no_consent", "template_retired"}
    untrue = {"stale", "join_over", "not_three_to_go", "deal_failed", "deal_draft", "deal_sold_out"}
    used = reasons_in_use() | withdrawn | untrue
    assert {"disconnected", "discarded", "look_yourself", "gave_up", "account_lost"} <= used
    for reason in sorted(used):
        assert reason_line(reason) != f"{reason.replace('_', ' ').capitalize()}.", reason
    assert reason_line("") == ""
