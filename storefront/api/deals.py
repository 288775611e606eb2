"""Read deals: one by one, or page by page."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import MediaType, Response, get
from litestar.di import NamedDependency, Provide

from campaigns.deals.views import DealView
from campaigns.foundation.errors import NotFound
from campaigns.foundation.store import Unit
from campaigns.orders.board import deal_by_id, deal_page
from campaigns.orders.catalogue import Wanted, deal_list
from campaigns.orders.owners import OwnedDeal, deal_named
from campaigns.people.rules import Actor, may, require
from storefront.api.copies import OLDEST_S, Copies, Copy
from storefront.api.cursors import cursor_of, place_of
from storefront.api.deal_shapes import Deal, DealPage, deal_of
from storefront.api.listing import Filters, Page, provide_filters, provide_page
from storefront.api.owners import own_organization, plausible
from storefront.api.parameters import PERHAPS, DealName
from storefront.api.problem_shape import READING, SIGNED_IN, answers
from storefront.pages.paying import links_of
from storefront.site import AnyRequest, Site

_COPIES = "deal_copies"
PUBLIC, PRIVATE = {"cache-control": "no-cache"}, {"cache-control": "no-store"}


@get(
    "/deals",
    operation_id="listDeals",
    summary="List deals",
    tags=["Deals"],
    security=PERHAPS,
    dependencies={
        "filters": Provide(provide_filters, sync_to_thread=False),
        "page": Provide(provide_page, sync_to_thread=False),
    },
    responses=answers(200, DealPage, "Deals, those closing first in front.", *READING, *SIGNED_IN),
)
async def list_deals(
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    filters: NamedDependency[Filters],
    page: NamedDependency[Page],
) -> Response[Any]:
    """Public deals; with a token and `organization_id` or `state` drafts too."""
    organization_id = await _inside(site, actor, filters)
    wanted = Wanted(
        filters.show,
        filters.merchant,
        filters.city,
        organization_id,
        filters.state,
        place_of(page.after),
    )
    async with site.store.read() as unit:
        views = await deal_list(unit, wanted, await site.clock.now(unit), limit=page.limit + 1)
    return json_answer(_page(views, page.limit, site), headers=PUBLIC if actor.is_anonymous else PRIVATE)


async def _inside(site: Site, actor: Actor, filters: Filters) -> str:
    """The organization whose drafts may be listed; empty for public deals, and for an operator's all."""
    if not (filters.organization_id or filters.state):
        return ""
    if may(actor, "review_deal") and not filters.organization_id:
        return ""
    organization_id = await own_organization(site, filters.organization_id, actor)
    if not may(actor, "review_deal"):
        require(actor, "see_console", organization_id)
    return organization_id


def _page(views: list[DealView], limit: int, site: Site) -> DealPage:
    links, shown = links_of(site), views[:limit]
    last = shown[-1] if len(views) > limit else None
    return DealPage(
        [deal_of(view, links) for view in shown], cursor_of(last.closes_at, last.id) if last else None
    )


def provide_copies(request: AnyRequest) -> Copies:
    """One set for the whole application."""
    held = request.app.state
    if _COPIES not in held:
        held[_COPIES] = Copies()
    return cast(Copies, held[_COPIES])


@get(
    "/deals/{deal:str}",
    operation_id="readDeal",
    summary="Read a deal",
    tags=["Deals"],
    security=PERHAPS,
    dependencies={"copies": Provide(provide_copies, sync_to_thread=False)},
    responses=answers(200, Deal, "The deal as it is now.", *READING),
)
async def read_deal(
    deal: DealName,
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    copies: NamedDependency[Copies],
) -> Response[Any]:
    """A public deal; with a token also one of your merchant that is not published.

    Without a token the counts may be a quarter of a second old.
    """
    if actor.is_anonymous and plausible(deal) and "_" not in deal:
        body = await copies.get(deal, lambda: _copy(site, deal))
        return Response(body, media_type=MediaType.JSON, headers=PUBLIC)
    async with site.store.read() as unit:
        view = await _visible(unit, site, deal, actor) if plausible(deal) else None
    if view is None:
        raise NotFound(what="deal")
    return json_answer(deal_of(view, links_of(site)), headers=PUBLIC if actor.is_anonymous else PRIVATE)


async def _copy(site: Site, slug: str) -> Copy:
    """A public deal, good until the next moment at which the clock alone changes it. Raises NotFound."""
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        view = await deal_page(unit, slug, now)
    if view is None:
        raise NotFound(what="deal")
    moments = (view.opens_at, view.closes_at, view.grace_ends_at, view.decide_by)
    left_s = [(moment - now).total_seconds() for moment in moments if moment > now]
    return Copy(msgspec.json.encode(deal_of(view, links_of(site))), min([OLDEST_S, *left_s]))


async def _visible(unit: Unit, site: Site, name: str, actor: Actor) -> DealView | None:
    now = await site.clock.now(unit)
    found = await deal_named(unit, name)
    if found is None:
        return None
    if _may_see(actor, found):
        return await deal_by_id(unit, found.id, now)
    view = await deal_by_id(unit, found.id, now)
    return await deal_page(unit, view.slug, now) if view else None


def _may_see(actor: Actor, found: OwnedDeal) -> bool:
    return may(actor, "review_deal") or may(actor, "see_console", found.organization_id)


async def deal_answer(site: Site, deal_id: str) -> Deal:
    """A deal after something was done to it."""
    async with site.store.read() as unit:
        found = await deal_named(unit, deal_id)
        view = await deal_by_id(unit, found.id, await site.clock.now(unit)) if found else None
    if view is None:
        raise NotFound(what="deal")
    return deal_of(view, links_of(site))


def json_answer(content: object, *, status: int = 200, headers: dict[str, str]) -> Response[Any]:
    """Encoded here and once: the framework's encoder looks for more types than we answer with."""
    body = msgspec.json.encode(content)
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


DEALS = (list_deals, read_deal)
