"""Advocates are invited by the merchant, told by letter, and promised nothing in secret."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from campaigns.foundation.errors import InvalidFields, NotAllowed
from campaigns.foundation.ids import OrganizationId
from campaigns.people.rows import audit
from campaigns.people.rules import ANONYMOUS, Actor, InvalidEmail, SignInNeeded
from campaigns.sharing.end_link import end_link, reopen_link
from campaigns.sharing.invite_advocate import Invitation, NothingToShare, invite_advocate
from campaigns.sharing.link_queries import ShareLink, link_by_code, link_by_id
from tests.links.paths import BOB, buy, click, lines
from tests.world import World

ADDRESS = "dee@example.com"


async def invite(
    world: World, deal_id: str, reward: str = "", email: str = ADDRESS, by: Actor | None = None
) -> Any:
    asked = Invitation(deal_id, email, reward)
    doing: Any = {"store": world.store, "clock": world.clock, "keys": world.keys}
    link_id = await invite_advocate(asked, actor=by or world.owner, **doing)
    await world.run()
    async with world.store.read() as unit:
        return await link_by_id(unit, link_id)


async def end(world: World, link: ShareLink, act: Any = end_link) -> None:
    await act(link.id, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)


async def acts(world: World) -> list[str]:
    return [row.act for row in await world.rows(select(audit.c.act).order_by(audit.c.id))]


async def test_an_advocate_is_told_the_link_and_the_reward_by_letter(world: World) -> None:
    """R63, R80: one letter, however often the button is pressed."""
    deal_id = await world.deal()
    link = await invite(world, deal_id, " a bowl  of soup. ")
    again = await invite(world, deal_id, "a bowl of soup")
    assert again == link
    assert (link.owner_kind, link.reward) == ("advocate", "a bowl of soup")
    [letter] = world.post.to(ADDRESS)
    assert world.links.share(link.code) in " ".join(letter.paragraphs)
    assert "For it you get: a bowl of soup." in " ".join(letter.paragraphs)
    assert letter.action is not None
    assert letter.action[1] == world.links.own_link(link.id)
    assert await acts(world) == ["invite_advocate"]


async def test_another_reward_is_another_letter(world: World) -> None:
    """R63: a promise is never changed in silence."""
    deal_id = await world.deal()
    await invite(world, deal_id, "a bowl of soup")
    await world.advance(minutes=1)
    assert (await invite(world, deal_id, "two bowls of soup")).reward == "two bowls of soup"
    assert len(world.post.to(ADDRESS)) == 2


async def test_who_comes_by_an_advocate_is_credited_to_them(world: World) -> None:
    deal_id = await world.deal(threshold=9)
    link = await invite(world, deal_id)
    await buy(world, deal_id, "bo@example.com", await click(world, link))
    await buy(world, deal_id, ADDRESS, await click(world, link, BOB, "x"))
    [theirs, _, direct] = await lines(world, deal_id)
    assert (theirs.link_id, theirs.owner_kind, theirs.orders) == (link.id, "advocate", 1)
    assert direct.orders == 1, "their own order is no success of theirs"


async def test_an_ended_link_notes_nothing_and_can_be_opened_again(world: World) -> None:
    """R84: clicks made in time keep their credit."""
    deal_id = await world.deal(threshold=9)
    link = await invite(world, deal_id)
    in_time = await click(world, link)
    await end(world, link)
    await end(world, link)
    async with world.store.read() as unit:
        ended = await link_by_code(unit, link.code.upper())
    assert ended is not None
    assert await click(world, ended) is None
    await buy(world, deal_id, "bo@example.com", in_time)
    assert (await lines(world, deal_id))[0].orders == 1
    await end(world, link, reopen_link)
    assert await acts(world) == ["invite_advocate", "end_link", "reopen_link"]


async def test_only_the_merchants_own_people_invite(world: World) -> None:
    """S15: and staff at the till do not."""
    deal_id = await world.deal()
    staff = Actor(account_id=world.owner.account_id, roles={OrganizationId(world.merchant_id): "staff"})
    with pytest.raises(NotAllowed):
        await invite(world, deal_id, by=staff)
    with pytest.raises(SignInNeeded):
        await invite(world, deal_id, by=ANONYMOUS)


@pytest.mark.parametrize(
    ("reward", "email", "refusal"), [("x" * 121, ADDRESS, InvalidFields), ("", "no", InvalidEmail)]
)
async def test_an_invitation_is_checked(
    world: World, reward: str, email: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await invite(world, await world.deal(), reward, email)


@pytest.mark.parametrize("state", ["draft", "in_review", "failed", "settled", "canceled"])
async def test_nobody_is_invited_to_what_cannot_be_joined(world: World, state: str) -> None:
    with pytest.raises(NothingToShare):
        await invite(world, await world.deal(state=state))


@pytest.mark.parametrize("code", ["", "nope", "x" * 41, "'; --", "\u0000", "ünïcode"])
async def test_an_unknown_code_is_nothing(world: World, code: str) -> None:
    async with world.store.read() as unit:
        assert await link_by_code(unit, code) is None
