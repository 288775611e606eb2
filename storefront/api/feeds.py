"""Feeds: accounts, the texts announcements are made from, and what was published."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.people.rules import Actor, require
from campaigns.sharing.posts.approve_template import approve_template
from campaigns.sharing.posts.connect import Connecting, connect
from campaigns.sharing.posts.drop import drop
from campaigns.sharing.posts.queries import accounts_of, post_by_id, posts_of, template_by_id, templates_of
from campaigns.sharing.posts.retry import retry
from campaigns.sharing.posts.withdraw import withdraw
from campaigns.sharing.posts.write_template import WrittenTemplate, write_template
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.feed_shapes import Approval, Feed, Feeds, NewFeed, NewText, Post, Posts, Text, Texts
from storefront.api.listing import OrganizationName
from storefront.api.owners import belongs, need_token, own_organization, plausible
from storefront.api.parameters import TOKEN, Key
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.site import AnyRequest, Site

TextName = Annotated[str, PathParameter(description="A text's id.")]
PostName = Annotated[str, PathParameter(description="A post's id.")]
_CONNECTING = ("feed_address_refused", "feed_credential_refused", "feed_not_reached", "network_not_offered")


@get(
    "/feeds",
    operation_id="listFeeds",
    summary="List feed accounts",
    tags=["Feeds"],
    security=TOKEN,
    responses=answers(200, Feeds, "The accounts.", *READING, *SIGNED_IN),
)
async def list_feeds(
    site: NamedDependency[Site], actor: NamedDependency[Actor], organization_id: OrganizationName = ""
) -> Response[Any]:
    """Needs `see_feeds`."""
    owner = await own_organization(site, organization_id, actor)
    require(actor, "see_feeds", owner)
    return json_answer(Feeds(await _feeds(site, owner)), headers=PRIVATE)


@post(
    "/feeds",
    operation_id="connectFeed",
    summary="Connect a feed account",
    tags=["Feeds"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(201, Feed, "The account.", *WRITING, *SIGNED_IN, *KEYED, *_CONNECTING),
)
async def add_feed(
    request: AnyRequest,
    data: JSONBody[NewFeed],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """An account that was lost goes on, with its queue. Needs `connect_feed`."""

    async def work() -> JsonAnswer:
        owner = await own_organization(site, data.organization_id, actor)
        asked = Connecting(owner, data.network, data.address, data.handle, data.credential)
        account_id = await connect(asked, actor, **_around(site), publishers=site.publishers)
        return JsonAnswer(next(each for each in await _feeds(site, owner) if each.id == account_id), 201)

    return await answer_once(request, work)


@get(
    "/announcements",
    operation_id="listTexts",
    summary="List the texts of announcements",
    tags=["Feeds"],
    security=TOKEN,
    responses=answers(200, Texts, "The texts, the newest version of each first.", *READING, *SIGNED_IN),
)
async def list_texts(
    site: NamedDependency[Site], actor: NamedDependency[Actor], organization_id: OrganizationName = ""
) -> Response[Any]:
    """Needs `see_feeds`."""
    owner = await own_organization(site, organization_id, actor)
    require(actor, "see_feeds", owner)
    async with site.store.read() as unit:
        found = await templates_of(unit, owner)
    return json_answer(Texts(msgspec.convert(found, list[Text], from_attributes=True)), headers=PRIVATE)


@post(
    "/announcements",
    operation_id="writeText",
    summary="Write the text of an announcement",
    tags=["Feeds"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(201, Text, "The draft.", *WRITING, *SIGNED_IN, *KEYED),
)
async def add_text(
    request: AnyRequest,
    data: JSONBody[NewText],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """A draft; the version approved before stays in use meanwhile. Needs `publish`."""

    async def work() -> JsonAnswer:
        owner = await own_organization(site, data.organization_id, actor)
        written = WrittenTemplate(owner, data.kind, data.text, data.language, data.network)
        return JsonAnswer(
            await _text(site, await write_template(written, actor, **_around(site)), actor), 201
        )

    return await answer_once(request, work)


@post(
    "/announcements/{text:str}/approve",
    operation_id="approveText",
    summary="Approve the text of an announcement",
    tags=["Feeds"],
    security=TOKEN,
    status_code=200,
    responses=answers(
        200,
        Text,
        "The text, in use.",
        *WRITING,
        *SIGNED_IN,
        "template_not_draft",
        "template_changed_meanwhile",
    ),
)
async def approve_text(
    text: TextName, data: JSONBody[Approval], site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Approve what was read. Asking again changes nothing. Needs `approve_template`."""
    await _text(site, text, actor)
    await approve_template(text, actor, text=data.text, **_around(site))
    return json_answer(await _text(site, text, actor), headers=PRIVATE)


@get(
    "/posts",
    operation_id="listPosts",
    summary="List posts",
    tags=["Feeds"],
    security=TOKEN,
    responses=answers(200, Posts, "The newest hundred posts.", *READING, *SIGNED_IN),
)
async def list_posts(
    site: NamedDependency[Site], actor: NamedDependency[Actor], organization_id: OrganizationName = ""
) -> Response[Any]:
    """Needs `see_feeds`."""
    owner = await own_organization(site, organization_id, actor)
    require(actor, "see_feeds", owner)
    async with site.store.read() as unit:
        found = await posts_of(unit, owner)
    return json_answer(Posts(msgspec.convert(found, list[Post], from_attributes=True)), headers=PRIVATE)


def _changing(name: str, summary: str, said: str, refusal: str, act: Callable[..., Awaitable[None]]) -> Any:
    """One operation on a post; all of them answer the post as it is then, and may be asked again."""

    @post(
        f"/posts/{{post_id:str}}/{name}",
        operation_id=f"{name}Post",
        summary=summary,
        description=f"{said} Needs `publish`.",
        tags=["Feeds"],
        security=TOKEN,
        status_code=200,
        responses=answers(200, Post, "The post.", *READING, *SIGNED_IN, refusal, "feed_not_connected"),
    )
    async def change_post(
        post_id: PostName, site: NamedDependency[Site], actor: NamedDependency[Actor]
    ) -> Response[Any]:
        await _post(site, post_id, actor)
        await act(post_id, actor, **_around(site))
        return json_answer(await _post(site, post_id, actor), headers=PRIVATE)

    return change_post


def _around(site: Site) -> dict[str, Any]:
    return {"store": site.store, "clock": site.clock, "keys": site.keys}


async def _feeds(site: Site, owner: OrganizationId) -> list[Feed]:
    async with site.store.read() as unit:
        found = await accounts_of(unit, owner, await site.clock.now(unit))
    return msgspec.convert(found, list[Feed], from_attributes=True)


async def _text(site: Site, text_id: str, actor: Actor) -> Text:
    """Raises what an unknown token raises, and NotFound for another merchant's text."""
    need_token(actor)
    async with site.store.read() as unit:
        found = await template_by_id(unit, text_id) if plausible(text_id) else None
    if found is None or not belongs(actor, found[0]):
        raise NotFound(what="text")
    return msgspec.convert(found[1], Text, from_attributes=True)


async def _post(site: Site, post_id: str, actor: Actor) -> Post:
    """The same for a post."""
    need_token(actor)
    async with site.store.read() as unit:
        found = await post_by_id(unit, post_id) if plausible(post_id) else None
    if found is None or not belongs(actor, OrganizationId(found.organization_id)):
        raise NotFound(what="post")
    return msgspec.convert(found, Post, from_attributes=True)


_CHANGES: Mapping[str, Any] = {
    "drop": ("Drop a post", "Discard what has not left.", "post_not_waiting", drop),
    "withdraw": (
        "Take a post down",
        "It goes from the feed soon; the row stays.",
        "post_not_published",
        withdraw,
    ),
    "retry": ("Try a post again", "The same words under the same key.", "post_not_failed", retry),
}

FEEDS_API = (
    list_feeds,
    add_feed,
    list_texts,
    add_text,
    approve_text,
    list_posts,
    *(_changing(name, *said) for name, said in _CHANGES.items()),
)
