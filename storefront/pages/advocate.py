"""An advocate's page: the link, ways to pass it on, the reward, and what it brought. The address is the key."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from campaigns.foundation.errors import NotFound
from campaigns.orders.board import deal_page
from campaigns.sharing.link_queries import link_by_id
from storefront.pages.paying import links_of
from storefront.pages.render import page
from storefront.pages.sharing import own_link
from storefront.security.headers import NO_REFERRER
from storefront.site import AnyRequest, site_of


@get("/links/{signed:str}", include_in_schema=False, opt={NO_REFERRER: True})
async def own_link_page(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """404 for an address we never signed; an ended link keeps its page and its figures."""
    site = site_of(request)
    link_id = links_of(site).link_id(signed) if len(signed) <= 200 else None
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        link = await link_by_id(unit, link_id) if link_id else None
        deal = await deal_page(unit, link.slug, now) if link else None
        if link is None or deal is None:
            raise NotFound(what="link")
        own = await own_link(site, link, deal, unit)
    return await page(request, "short_link/own.html", own=own, deal=deal, now=now)


ADVOCATE = (own_link_page,)
