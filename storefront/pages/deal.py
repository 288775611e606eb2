"""The page of a deal: public, the same for everybody, without a cookie."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from campaigns.foundation.errors import NotFound
from campaigns.foundation.links import Links
from storefront.pages.render import public_page
from storefront.pages.shown import read_shown
from storefront.prose import prose
from storefront.site import AnyRequest, site_of

# Caches in between may keep it for the blink of an eye; a browser asks again, so that "Refresh" does (U2).
_SHARED = {"cache-control": "public, max-age=0, s-maxage=2, must-revalidate"}


@get("/deals/{slug:str}", include_in_schema=False)
async def deal_page(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """Everything about one deal; 404 for a draft, as for what never was."""
    site = site_of(request)
    shown = await read_shown(site, slug)
    if shown is None:
        raise NotFound(what="deal")
    return public_page(
        request,
        "deal/page.html",
        headers=_SHARED,
        share_url=Links(site.settings.address, site.keys).deal(slug),
        description_html=prose(shown.deal.description),
        **shown.context(),
    )


DEAL = (deal_page,)
