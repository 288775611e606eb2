"""Feeds over HTTP: accounts, texts and who approves them, posts and what becomes of them."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from campaigns.sharing.posts.rows import feed_accounts, templates
from tests.storefront.consoles.clerks import Clerk, Staffed, text_of
from tests.storefront.consoles.feed_steps import (
    FEEDS,
    POSTS,
    TEXTS,
    a_draft_post,
    act_on,
    acts_noted,
    begun,
    connected,
    set_post,
)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HOSTILE = "\u202egnp.</script><b>ملهى " + "🎉" * 200


@pytest.fixture
async def owner(firm: Staffed) -> Clerk:
    return await firm.clerk("owner")


async def test_an_account_is_connected_and_disconnected(firm: Staffed, owner: Clerk) -> None:
    assert "No feed yet" in text_of(await owner.get(FEEDS))
    account_id = await connected(owner)
    assert "Willow kitchen" in text_of(await owner.get(FEEDS))
    done = await owner.send(f"/console/feeds/{account_id}/disconnect?merchant=willow", {}, on=FEEDS)
    told = text_of(await owner.get(done.headers["location"]))
    assert "Its secrets are forgotten here" in told
    assert "Connect again" in told
    assert await connected(owner) == account_id
    assert [each for each in await acts_noted(firm) if "feed" in each] == [
        "connect_feed",
        "disconnect_feed",
        "connect_feed",
    ]


async def test_what_waits_is_counted_on_the_button_that_drops_it(firm: Staffed, owner: Clerk) -> None:
    """U18"""
    post_id = await a_draft_post(owner, firm)
    await act_on(owner, post_id, "approve")
    shown = await owner.get(FEEDS)
    assert "Disconnect and drop 1 post" in text_of(shown)
    account = re.search(r"/console/feeds/(\w+)/disconnect", shown.text)
    assert account
    await owner.send(f"/console/feeds/{account[1]}/disconnect?merchant=willow", {}, on=FEEDS)
    assert "Its account was disconnected." in text_of(await owner.get(POSTS))


async def test_a_network_that_is_not_offered_is_refused_and_no_secret_comes_back(owner: Clerk) -> None:
    """U17, S34"""
    typed = {
        "network": "bluesky",
        "address": "https://x.example",
        "handle": "ann",
        "credential": "s3cr3t-words",
    }
    sent = await owner.send(FEEDS, typed)
    assert "does not publish to bluesky" in sent.text
    assert "s3cr3t-words" not in sent.text
    assert (await owner.get(f"{FEEDS}&network=nonsense")).status_code == 200


async def test_connecting_too_often_says_when_to_come_back(owner: Clerk) -> None:
    """U21"""
    for _ in range(10):
        await connected(owner)
    sent = await owner.send(FEEDS, {"handle": "Once more"}, on=f"{FEEDS}&network=wall")
    assert sent.status_code == 429
    assert int(sent.headers["retry-after"]) > 0
    assert 'value="Once more"' in sent.text


async def test_hostile_names_and_words_stay_text(firm: Staffed, owner: Clerk) -> None:
    """U58, U60"""
    await connected(owner, HOSTILE)
    await a_draft_post(owner, firm, HOSTILE)
    for path in (FEEDS, POSTS, "/console/posts/new?merchant=willow"):
        shown = await owner.get(path)
        assert shown.status_code == 200
        assert "</script><b>" not in shown.text, path
        assert "&lt;/script&gt;" in shown.text, path
    assert '<span dir="auto">' in (await owner.get(FEEDS)).text


async def test_texts_begin_as_drafts_and_are_approved_as_read(firm: Staffed, owner: Clerk) -> None:
    texts = await begun(owner, firm)
    assert "They are drafts" in text_of(await owner.get(f"{TEXTS}&done=begun"))
    page = f"/console/announcements/{texts['tipped']}"
    shown = await owner.form(page)
    assert shown["text"].startswith("It's on")
    sent = await owner.send(f"{page}/approve", {"text": shown["text"]}, on=page)
    assert sent.headers["location"].endswith("done=approved")
    assert "Approved" in text_of(await owner.get(page))
    assert {"write_template", "approve_template"} <= set(await acts_noted(firm))


async def test_changing_an_approved_text_makes_the_next_version(firm: Staffed, owner: Clerk) -> None:
    page = f"/console/announcements/{(await begun(owner, firm))['tipped']}"
    await owner.send(f"{page}/approve", {}, on=page)
    words = "On: {title}. {who_pays} {link}"
    saved = await owner.send(page, {"text": words})
    assert saved.headers["location"] != f"{page}?done=saved"
    told = text_of(await owner.get(saved.headers["location"]))
    assert ("version 2" in told, "Waits for approval" in told) == (True, True)
    states = {
        row.version: row.state for row in await firm.world.rows(select(templates)) if row.kind == "tipped"
    }
    assert states == {1: "approved", 2: "draft"}


async def test_a_text_with_a_mistake_is_kept_and_told(firm: Staffed, owner: Clerk) -> None:
    """U17"""
    page = f"/console/announcements/{(await begun(owner, firm))['tipped']}"
    sent = await owner.send(page, {"text": "No link, {nobody}"})
    assert sent.status_code == 422
    assert "No link, {nobody}" in html.unescape(sent.text)
    assert 'href="#text"' in sent.text


async def test_a_text_that_changed_meanwhile_is_not_approved(firm: Staffed, owner: Clerk) -> None:
    """U21: what changed is shown."""
    page = f"/console/announcements/{(await begun(owner, firm))['tipped']}"
    read = await owner.form(page)
    await owner.send(page, {"text": "Other words. {who_pays} {link}"})
    sent = await owner.send(f"{page}/approve", {"text": read["text"]}, on=page)
    assert sent.status_code == 409
    assert "Somebody changed this text" in text_of(sent)
    assert "Other words." in sent.text


async def test_a_retired_text_is_no_longer_offered(firm: Staffed, owner: Clerk) -> None:
    page = f"/console/announcements/{(await begun(owner, firm))['tipped']}"
    await owner.send(f"{page}/approve", {}, on=page)
    done = await owner.send(f"{page}/retire", {}, on=page)
    assert "Nothing new is made from it" in text_of(await owner.get(done.headers["location"]))
    assert page not in (await owner.get(TEXTS)).text


async def test_a_post_of_your_own_words_is_approved_or_dropped(firm: Staffed, owner: Clerk) -> None:
    post_id = await a_draft_post(owner, firm)
    shown = text_of(await owner.get(f"{POSTS}&view=draft&done=written"))
    assert "Nothing leaves before it is approved." in shown
    approved = await act_on(owner, post_id, "approve")
    assert "It leaves with the next round." in text_of(await owner.get(approved.headers["location"]))
    dropped = await act_on(owner, post_id, "drop")
    told = text_of(await owner.get(dropped.headers["location"]))
    assert "Somebody discarded it." in told
    again = await act_on(owner, post_id, "approve")
    assert (again.status_code, "This post is dropped" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("field", "value"), [("account", "feed_other"), ("deal", "deal_other"), ("text", "no link")]
)
async def test_a_new_post_says_which_field_is_wrong(
    firm: Staffed, owner: Clerk, field: str, value: str
) -> None:
    """U17"""
    account_id, deal_id = await connected(owner), await firm.world.deal()
    typed = {"account": account_id, "deal": deal_id, "text": "Hm. {who_pays} {link}", field: value}
    sent = await owner.send("/console/posts/new?merchant=willow", typed)
    assert sent.status_code == 422
    assert f'href="#{field}"' in sent.text
    assert html.unescape(sent.text).count(typed["text"]) >= 1


async def test_a_published_post_is_taken_down_once_asked(firm: Staffed, owner: Clerk) -> None:
    post_id = await a_draft_post(owner, firm)
    await set_post(firm, post_id, state="published", native_id="1", url="/wall#post-1")
    asked = await act_on(owner, post_id, "withdraw")
    told = text_of(await owner.get(asked.headers["location"]))
    assert "It is being taken down." in told
    assert "Take it down" not in told
    assert "withdraw_post" in await acts_noted(firm)


async def test_a_failed_post_says_what_the_feed_said_and_is_tried_again(firm: Staffed, owner: Clerk) -> None:
    post_id = await a_draft_post(owner, firm)
    await set_post(firm, post_id, state="failed", reason="body_refused", last_error="body_refused: Too rude.")
    told = text_of(await owner.get(f"{POSTS}&view=failed"))
    assert "The feed refused this text." in told
    assert "The feed said: Too rude." in told
    assert "body_refused" not in told
    again = await act_on(owner, post_id, "retry")
    assert "it cannot appear twice" in text_of(await owner.get(again.headers["location"]))


async def test_an_account_that_was_lost_asks_to_be_connected_again(firm: Staffed, owner: Clerk) -> None:
    await connected(owner)
    async with firm.world.store.begin() as unit:
        await unit.run(feed_accounts.update().values(state="lost", lost_at=firm.world.clock.at))
    told = text_of(await owner.get(FEEDS))
    assert "The feed refuses our sign-in since" in told
    assert "Connect again" in told
