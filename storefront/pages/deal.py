"""The page of a deal: public, the same for everybody, without a cookie."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from campaigns.foundation.errors import NotFound
from campaigns.sharing.link_queries import link_by_code
from storefront.pages.paying import links_of
from storefront.pages.render import public_page
from storefront.pages.sharing import shared_deal
from storefront.pages.shown import read_shown
from storefront.prose import prose
from storefront.site import AnyRequest, Site, site_of

# Caches in between may keep it for the blink of an eye; a browser asks again, so that "Refresh" does (U2).
_SHARED = {"cache-control": "public, max-age=0, s-maxage=2, must-revalidate"}


@get("/deals/{slug:str}", include_in_schema=False)
async def deal_page(request: AnyRequest, slug: FromPath[str], link: FromQuery[str] = "") -> Response[str]:
    """Everything about one deal; 404 for a draft, as for what never was.

    `link` is the code of a short link that earns its owner something: the page says what (R63).
    """
    site = site_of(request)
    shown = await read_shown(site, slug)
    if shown is None:
        raise NotFound(what="deal")
    return public_page(
        request,
        "deal/page.html",
        headers=_SHARED,
        share_url=links_of(site).deal(slug),
        shared=shared_deal(site, shown.deal),
        reward=await _reward(site, slug, link) if link else "",
        description_html=prose(shown.deal.description),
        **shown.context(),
    )


async def _reward(site: Site, slug: str, code: str) -> str:
    """What the owner of a link is promised for whoever joins by it; "" for any other code."""
    async with site.store.read() as unit:
        found = await link_by_code(unit, code)
    return found.reward if found and found.slug == slug and found.ended_at is None else ""


DEAL = (deal_page,)
