"""On the wall: accounts and approved texts, what people write below posts, and what is done about it."""

from __future__ import annotations

from campaigns.listening.answer import answer
from campaigns.listening.assign import assign
from campaigns.listening.correct_sentiment import correct_sentiment
from campaigns.listening.queries import MentionView, Sought, mention_list
from campaigns.listening.reach import Hands
from campaigns.sharing.posts.approve_template import approve_template
from campaigns.sharing.posts.connect import Connecting, connect
from campaigns.sharing.posts.queries import templates_of
from campaigns.sharing.posts.write_template import write_defaults
from storefront.cli.demo_stage import Stage


async def open_wall(stage: Stage, merchant: str, owner: str, languages: tuple[str, ...]) -> None:
    """Connect the wall and approve the texts to begin with."""
    actor, organization = await stage.actor(owner), await stage.organization(merchant)
    keys = stage.money.keys
    asked = Connecting(organization.id, "wall", "", merchant, "")
    await connect(
        asked,
        actor,
        store=stage.store,
        clock=stage.clock,
        keys=keys,
        publishers=stage.surroundings.publishers,
    )
    for language in languages:
        await write_defaults(
            organization.id, language, actor, store=stage.store, clock=stage.clock, keys=keys
        )
    async with stage.store.read() as unit:
        drafts = [each for each in await templates_of(unit, organization.id) if each.state == "draft"]
    for draft in drafts:
        await approve_template(
            draft.id, actor, text=draft.text, store=stage.store, clock=stage.clock, keys=keys
        )


async def say(stage: Stage, merchant: str, title: str, author: str, text: str) -> None:
    """Write below the newest post of a merchant that names a deal, and let it be collected."""
    wall = stage.adapters.wall
    if wall is None:
        raise LookupError("wall")
    post = next(each for each in await wall.posts(100, merchant) if title in each.text)
    await wall.reply(post.native_id, author, text, at=stage.clock.at)
    await stage.settle_down()


async def hand_on(stage: Stage, merchant: str, by: str, author: str, to: tuple[str, str]) -> None:
    """Give what somebody wrote to a team, with a reason."""
    found = await _from(stage, merchant, author)
    await assign(found.id, *to, await _hands(stage, by))


async def correct(stage: Stage, merchant: str, by: str, author: str, sounds: str) -> None:
    """Say how it sounds, where the machine's hint is wrong."""
    found = await _from(stage, merchant, author)
    await correct_sentiment(found.id, sounds, await _hands(stage, by))


async def reply(stage: Stage, merchant: str, by: str, author: str, text: str) -> None:
    """Answer somebody below their words."""
    found = await _from(stage, merchant, author)
    await answer(found.id, text, await _hands(stage, by))
    await stage.settle_down()


async def _from(stage: Stage, merchant: str, author: str) -> MentionView:
    organization = await stage.organization(merchant)
    async with stage.store.read() as unit:
        found = await mention_list(unit, Sought(organization.id), limit=200)
    return next(each for each in found if each.author == author)


async def _hands(stage: Stage, by: str) -> Hands:
    return Hands(await stage.actor(by), stage.store, stage.clock, stage.money.keys)
