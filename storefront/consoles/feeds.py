"""The feeds a merchant announces on: which accounts, how they are, and connecting one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.foundation.errors import InvalidFields, NotFound, Refusal
from campaigns.people.queries import Organization
from campaigns.people.rules import may
from campaigns.sharing.posts.connect import Connecting, connect
from campaigns.sharing.posts.disconnect import disconnect
from campaigns.sharing.posts.queries import accounts_of, counts_by_state
from campaigns.sharing.posts.refusals import FeedAddressRefused, FeedCredentialRefused
from storefront.consoles import feed_phrases as phrases
from storefront.consoles.access import chosen, console_links, go, merchants_for, texts_of
from storefront.consoles.editor_form import by_field
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of


@dataclass(frozen=True)
class ConnectForm:
    """What was typed. A credential is never sent back to the browser."""

    network: str = ""
    address: str = ""
    handle: str = ""
    credential: str = field(default="", repr=False)


@get("/console/feeds", include_in_schema=False)
async def feeds_page(
    request: AnyRequest,
    merchant: FromQuery[str] = "",
    network: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Response[str]:
    """Accounts of one merchant. `network` opens the form for one of them."""
    found = chosen(await merchants_for(request, "see_feeds"), merchant)
    if found is None:
        return go("/console")
    offered = network if network in site_of(request).publishers else ""
    return await _show(
        request, found, ConnectForm(offered, phrases.NETWORKS[offered].address if offered else ""), done=done
    )


@post("/console/feeds", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_feed(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """Connect an account. A secret that was refused is typed again; everything else is kept (U17)."""
    found = chosen(await merchants_for(request, "connect_feed"), merchant)
    if found is None:
        raise NotFound(what="merchant")
    site = site_of(request)
    form = ConnectForm(**await texts_of(request, "network", "address", "handle", "credential"))
    asked = Connecting(found.id, form.network, form.address, form.handle, form.credential)
    around: dict[str, Any] = {"store": site.store, "clock": site.clock, "keys": site.keys}
    try:
        await connect(asked, await actor_behind(request), **around, publishers=site.publishers)
    except InvalidFields as refusal:
        return await _refuse(request, found, form, refusal, by_field(refusal.errors))
    except (FeedAddressRefused, FeedCredentialRefused) as refusal:
        named = "address" if isinstance(refusal, FeedAddressRefused) else "credential"
        return await _refuse(request, found, form, refusal, {named: str(refusal)})
    except Refusal as refusal:
        return await _refuse(request, found, form, refusal, {"": str(refusal)})
    return go(f"/console/feeds?merchant={found.slug}&done=connected")


@post("/console/feeds/{account_id:str}/disconnect", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_disconnect(
    request: AnyRequest, account_id: FromPath[str], merchant: FromQuery[str] = ""
) -> Response[str]:
    """Forget the secrets of an account. It can be connected again."""
    found = chosen(await merchants_for(request, "connect_feed"), merchant)
    site = site_of(request)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        mine = {each.id for each in await accounts_of(unit, found.id, now)} if found else set()
    if found is None or account_id not in mine:
        raise NotFound(what="feed account")
    actor = await actor_behind(request)
    await disconnect(account_id, actor, store=site.store, clock=site.clock, keys=site.keys)
    return go(f"/console/feeds?merchant={found.slug}&done=disconnected")


async def _refuse(
    request: AnyRequest,
    merchant: Organization,
    form: ConnectForm,
    refusal: Refusal,
    errors: Mapping[str, str],
) -> Response[str]:
    problem = problem_of(refusal)
    answer = await _show(request, merchant, form, status=problem.status, errors=errors)
    if problem.retry_after_s:
        answer.headers["retry-after"] = str(problem.retry_after_s)
    return answer


async def _show(
    request: AnyRequest,
    merchant: Organization,
    form: ConnectForm,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    done: str = "",
) -> Response[str]:
    site, actor = site_of(request), await actor_behind(request)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        accounts = await accounts_of(unit, merchant.id, now)
        counts = await counts_by_state(unit, merchant.id)
    offered = {name: words for name, words in phrases.NETWORKS.items() if name in site.publishers}
    return await page(
        request,
        "consoles/feeds.html",
        status=status,
        merchant=merchant,
        accounts=accounts,
        counts=counts,
        networks=offered,
        phrases=phrases,
        form=form,
        asked=offered.get(form.network),
        errors=dict(errors or {}),
        done=done,
        now=now,
        may_connect=may(actor, "connect_feed", merchant.id),
        links=console_links(actor, merchant),
    )


FEEDS = (feeds_page, take_feed, take_disconnect)
