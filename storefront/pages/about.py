"""Pages that explain: how a deal works, and what it is for a merchant."""

from __future__ import annotations

from litestar import Response, get

from storefront.pages.render import public_page
from storefront.site import AnyRequest

_HOUR = {"cache-control": "public, max-age=3600"}


@get("/how-it-works", include_in_schema=False)
async def how_it_works(request: AnyRequest) -> Response[str]:
    return public_page(request, "about/how_it_works.html", headers=_HOUR)


@get("/business", include_in_schema=False)
async def for_business(request: AnyRequest) -> Response[str]:
    return public_page(request, "about/business.html", headers=_HOUR)


ABOUT = (how_it_works, for_business)
