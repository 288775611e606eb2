"""What was, is and will be published: one list, and posts in a person's own words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.deals.views import DealView
from campaigns.foundation.errors import InvalidFields, NotFound, Refusal
from campaigns.orders.board import console_deals
from campaigns.people.queries import Organization
from campaigns.people.rules import may, require
from campaigns.sharing.posts.defaults import DEFAULT_TEXTS
from campaigns.sharing.posts.drop import drop
from campaigns.sharing.posts.queries import AccountView, accounts_of, counts_by_state, post_by_id, posts_of
from campaigns.sharing.posts.retry import retry
from campaigns.sharing.posts.rules import POST
from campaigns.sharing.posts.withdraw import withdraw
from campaigns.sharing.posts.wording import PLACEHOLDERS
from campaigns.sharing.posts.write_post import WrittenPost, approve_post, write_post
from storefront.consoles import feed_phrases as phrases
from storefront.consoles.access import chosen, console_links, go, merchants_for, texts_of
from storefront.consoles.editor_form import by_field
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_SHOWN = 100
Act = Callable[..., Awaitable[None]]
# The last part of the address -> the operation.
_ACTS: Mapping[str, Act] = {"approve": approve_post, "drop": drop, "withdraw": withdraw, "retry": retry}


@get("/console/posts", include_in_schema=False)
async def posts_page(
    request: AnyRequest, merchant: FromQuery[str] = "", view: FromQuery[str] = "", done: FromQuery[str] = ""
) -> Response[str]:
    """The newest posts, of one state where the address names one."""
    found = chosen(await merchants_for(request, "see_feeds"), merchant)
    if found is None:
        return go("/console")
    return await _list(request, found, view if view in POST.states else "", done=done)


@get("/console/posts/new", include_in_schema=False)
async def new_post_page(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    found = chosen(await merchants_for(request, "publish"), merchant)
    if found is None:
        return go("/console")
    return await _form(request, found, {"text": DEFAULT_TEXTS["custom", "en"], "account": "", "deal": ""})


@post("/console/posts/new", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_new_post(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """A draft; it is approved on the list, where it stands as it was written."""
    found = chosen(await merchants_for(request, "publish"), merchant)
    if found is None:
        raise NotFound(what="merchant")
    site, typed = site_of(request), await texts_of(request, "account", "deal", "text")
    accounts, deals = await _choices(request, found)
    errors = {
        name: sentence
        for name, known, sentence in (
            ("account", {each.id for each in accounts}, "Choose one of your accounts."),
            ("deal", {each.id for each in deals}, "Choose one of your deals."),
        )
        if typed[name] not in known
    }
    if errors:
        return await _form(request, found, typed, status=422, errors=errors)
    written = WrittenPost(typed["account"], typed["deal"], typed["text"])
    actor = await actor_behind(request)
    try:
        await write_post(written, actor, store=site.store, clock=site.clock, keys=site.keys)
    except InvalidFields as refusal:
        return await _form(request, found, typed, status=422, errors=by_field(refusal.errors))
    except Refusal as refusal:
        status = problem_of(refusal).status
        return await _form(request, found, typed, status=status, errors={"": str(refusal)})
    return go(f"/console/posts?merchant={found.slug}&view=draft&done=written")


@post("/console/posts/{post_id:str}/{act:str}", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_post_act(request: AnyRequest, post_id: FromPath[str], act: FromPath[str]) -> Response[str]:
    """Approve, drop, withdraw or retry. What cannot be done says so on the list, and nothing is changed."""
    site, actor = site_of(request), await actor_behind(request)
    if actor.is_anonymous:
        require(actor, "publish")
    async with site.store.read() as unit:
        found = await post_by_id(unit, post_id)
    if act not in _ACTS or found is None or found.organization_id not in actor.roles:
        raise NotFound(what="post")
    merchant = next(
        each for each in await merchants_for(request, "publish") if each.id == found.organization_id
    )
    try:
        await _ACTS[act](post_id, actor, store=site.store, clock=site.clock, keys=site.keys)
    except Refusal as refusal:
        return await _list(request, merchant, "", status=problem_of(refusal).status, refused=str(refusal))
    return go(f"/console/posts?merchant={merchant.slug}&done={act}")


async def _choices(
    request: AnyRequest, merchant: Organization
) -> tuple[Sequence[AccountView], Sequence[DealView]]:
    """Accounts that publish, and deals that are public."""
    site = site_of(request)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        accounts = [each for each in await accounts_of(unit, merchant.id, now) if each.state == "connected"]
        deals = await console_deals(unit, merchant.id, now)
    return accounts, [deal for deal in deals if deal.state in ("scheduled", "open", "tipped")]


async def _list(
    request: AnyRequest, merchant: Organization, state: str, *, status: int = 200, **shown: Any
) -> Response[str]:
    site, actor = site_of(request), await actor_behind(request)
    async with site.store.read() as unit:
        listed = await posts_of(unit, merchant.id, states=(state,) if state else POST.states, limit=_SHOWN)
        counts = await counts_by_state(unit, merchant.id)
    base = f"/console/posts?merchant={merchant.slug}"
    tabs = [("All", base, sum(counts.values()))]
    tabs += [
        (phrases.POST_STATES[name][0], f"{base}&view={name}", counts[name])
        for name in POST.states
        if counts[name] or name == state
    ]
    return await page(
        request,
        "consoles/posts.html",
        status=status,
        merchant=merchant,
        posts=listed,
        tabs=tabs,
        here=f"{base}&view={state}" if state else base,
        phrases=phrases,
        may_publish=may(actor, "publish", merchant.id),
        links=console_links(actor, merchant),
        **{"done": "", "refused": "", **shown},
    )


async def _form(
    request: AnyRequest,
    merchant: Organization,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    accounts, deals = await _choices(request, merchant)
    return await page(
        request,
        "consoles/post.html",
        status=status,
        merchant=merchant,
        typed=typed,
        accounts=accounts,
        deals=deals,
        errors=dict(errors or {}),
        placeholders=[name for name in PLACEHOLDERS if name != "buyer"],
        phrases=phrases,
        links=console_links(await actor_behind(request), merchant),
    )


POSTS = (posts_page, new_post_page, take_new_post, take_post_act)
