"""What people say in public about a merchant's deals: read it, hand it on, answer it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, PathParameter, QueryParameter

from campaigns.foundation.errors import NotFound
from campaigns.listening.answer import answer
from campaigns.listening.assign import assign
from campaigns.listening.correct_sentiment import correct_sentiment
from campaigns.listening.dismiss import dismiss, reopen
from campaigns.listening.queries import MentionView, Sought, mention_list, mention_view
from campaigns.listening.reach import Hands
from campaigns.listening.rules import MENTION, SENTIMENTS, TEAMS
from campaigns.people.rules import Actor, SignInNeeded, require
from storefront.api.cursors import cursor_of, place_of
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.listing import OrganizationName, Page, provide_page
from storefront.api.mention_shapes import (
    AnswerText,
    Assignment,
    Correction,
    Mention,
    MentionPage,
    mention_of,
)
from storefront.api.owners import own_organization, plausible
from storefront.api.parameters import TOKEN, Key
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.site import AnyRequest, Site

MentionName = Annotated[str, PathParameter(description="A mention's id.")]
_CHANGING = (*WRITING, *SIGNED_IN, "mention_removed")


def _one_of(name: str, words: tuple[str, ...], description: str) -> Any:
    return QueryParameter(name=name, pattern=f"^({'|'.join(words)})?$", description=description)


Team = Annotated[str, _one_of("team", TEAMS, "Whose it is.")]
State = Annotated[str, _one_of("state", MENTION.states, "Mentions in this state.")]
Sentiment = Annotated[str, _one_of("sentiment", SENTIMENTS, "How it sounds.")]
Language = Annotated[
    str,
    QueryParameter(name="language", pattern="^[a-z]{0,8}$", description="A two-letter code, or `unknown`."),
]
CampaignId = Annotated[
    str,
    QueryParameter(name="campaign_id", max_length=80, pattern=r"^[^\x00]*$", description="Of a campaign."),
]


def provide_sought(
    team: Team = "",
    in_state: State = "",
    sentiment: Sentiment = "",
    language: Language = "",
    campaign_id: CampaignId = "",
) -> dict[str, Any]:
    states = (in_state,) if in_state else ()
    return {
        "team": team,
        "states": states,
        "sentiment": sentiment,
        "language": language,
        "campaign_id": campaign_id,
    }


@get(
    "/mentions",
    operation_id="listMentions",
    summary="List mentions",
    tags=["Mentions"],
    security=TOKEN,
    dependencies={
        "sought": Provide(provide_sought, sync_to_thread=False),
        "page": Provide(provide_page, sync_to_thread=False),
    },
    responses=answers(200, MentionPage, "Mentions, newest first.", *READING, *SIGNED_IN),
)
async def list_mentions(
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    sought: NamedDependency[dict[str, Any]],
    page: NamedDependency[Page],
    organization_id: OrganizationName = "",
) -> Response[Any]:
    """Those of your own accounts are left out. Needs `answer_mentions`."""
    owner = await own_organization(site, organization_id, actor)
    require(actor, "answer_mentions", owner)
    place = place_of(page.after)
    async with site.store.read() as unit:
        found = await mention_list(unit, Sought(owner, **sought), after=place, limit=page.limit + 1)
    last = found[page.limit - 1] if len(found) > page.limit else None
    shown = MentionPage(
        [mention_of(each) for each in found[: page.limit]], cursor_of(last.at, last.id) if last else None
    )
    return json_answer(shown, headers=PRIVATE)


@get(
    "/mentions/{mention:str}",
    operation_id="readMention",
    summary="Read a mention",
    tags=["Mentions"],
    security=TOKEN,
    responses=answers(200, Mention, "The mention and its answer.", *READING, *SIGNED_IN),
)
async def read_mention(
    mention: MentionName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Needs `answer_mentions`."""
    return json_answer(mention_of(await _own(site, mention, actor)), headers=PRIVATE)


@post(
    "/mentions/{mention:str}/answer",
    operation_id="answerMention",
    summary="Answer a mention",
    tags=["Mentions"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(
        201,
        Mention,
        "The answer is on its way.",
        *_CHANGING,
        *KEYED,
        "answered_already",
        "feed_not_connected",
        "mention_answered",
        "mention_dismissed",
    ),
)
async def add_answer(
    request: AnyRequest,
    mention: MentionName,
    data: JSONBody[AnswerText],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """Published once, below the mention, as the account that heard it. Needs `answer_mentions`."""

    async def work() -> JsonAnswer:
        await _own(site, mention, actor)
        await answer(mention, data.text, _hands(site, actor))
        return JsonAnswer(mention_of(await _own(site, mention, actor)), 201)

    return await answer_once(request, work)


@post(
    "/mentions/{mention:str}/assign",
    operation_id="assignMention",
    summary="Give a mention to a team",
    tags=["Mentions"],
    security=TOKEN,
    status_code=200,
    responses=answers(200, Mention, "The mention as it is now.", *_CHANGING),
)
async def assign_mention(
    mention: MentionName,
    data: JSONBody[Assignment],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Needs `answer_mentions`."""
    return await _changed(site, mention, actor, assign(mention, data.team, data.reason, _hands(site, actor)))


@post(
    "/mentions/{mention:str}/sentiment",
    operation_id="correctSentiment",
    summary="Correct how a mention sounds",
    tags=["Mentions"],
    security=TOKEN,
    status_code=200,
    responses=answers(200, Mention, "The mention as it is now.", *_CHANGING),
)
async def correct_mention(
    mention: MentionName,
    data: JSONBody[Correction],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """A correction stands, also when the author edits. Needs `answer_mentions`."""
    return await _changed(
        site, mention, actor, correct_sentiment(mention, data.sentiment, _hands(site, actor))
    )


@post(
    "/mentions/{mention:str}/dismiss",
    operation_id="dismissMention",
    summary="Put a mention aside",
    tags=["Mentions"],
    security=TOKEN,
    status_code=200,
    responses=answers(
        200, Mention, "The mention as it is now.", *_CHANGING, "mention_answered", "mention_waits"
    ),
)
async def dismiss_mention(
    mention: MentionName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Dismissed again, nothing changes. Needs `answer_mentions`."""
    return await _changed(site, mention, actor, dismiss(mention, _hands(site, actor)))


@post(
    "/mentions/{mention:str}/reopen",
    operation_id="reopenMention",
    summary="Take up a dismissed mention",
    tags=["Mentions"],
    security=TOKEN,
    status_code=200,
    responses=answers(200, Mention, "The mention as it is now.", *_CHANGING),
)
async def reopen_mention(
    mention: MentionName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """One that is not dismissed stays as it is. Needs `answer_mentions`."""
    return await _changed(site, mention, actor, reopen(mention, _hands(site, actor)))


def _hands(site: Site, actor: Actor) -> Hands:
    return Hands(actor, site.store, site.clock, site.keys)


async def _own(site: Site, mention_id: str, actor: Actor) -> MentionView:
    """A mention of the actor's merchant. Raises SignInNeeded, NotFound, NotAllowed."""
    if actor.is_anonymous:
        raise SignInNeeded(act="do this, with an API token")
    async with site.store.read() as unit:
        found = await mention_view(unit, mention_id) if plausible(mention_id) else None
    if found is None or found.organization_id not in actor.roles:
        raise NotFound(what="mention")
    require(actor, "answer_mentions", found.organization_id)
    return found


async def _changed(site: Site, mention_id: str, actor: Actor, work: Awaitable[None]) -> Response[Any]:
    """`work` looks for itself whether the actor may; what is answered is the mention afterwards."""
    await work
    return json_answer(mention_of(await _own(site, mention_id, actor)), headers=PRIVATE)


MENTIONS = (
    list_mentions,
    read_mention,
    add_answer,
    assign_mention,
    correct_mention,
    dismiss_mention,
    reopen_mention,
)
