"""End a merchant's mail: a page that asks, and the POST that mail programs send by themselves (RFC 8058)."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath

from campaigns.contacts.unsubscribe import subscription, unsubscribe
from storefront.pages.paying import links_of
from storefront.pages.render import page
from storefront.security.csrf import EXEMPT
from storefront.security.headers import NO_REFERRER
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

# The signature is the key: a mail program that presses the button has no cookie and no form token.
_POSTED = {NO_REFERRER: True, EXEMPT: True}


@get("/unsubscribe/{signed:str}", include_in_schema=False, opt={NO_REFERRER: True})
async def unsubscribe_page(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """Only asks: programs that look at links in mail must not end anything. 404 for one we never signed."""
    site = site_of(request)
    async with site.store.read() as unit:
        found = await subscription(unit, signed, links_of(site))
    return await page(request, "unsubscribe/unsubscribe.html", subscription=found, signed=signed)


@post("/unsubscribe/{signed:str}", include_in_schema=False, opt=_POSTED, request_max_body_size=FORM_BYTES)
async def take_unsubscribe(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """Asked again it stays ended."""
    site = site_of(request)
    found = await unsubscribe(signed, store=site.store, clock=site.clock, links=links_of(site))
    return await page(request, "unsubscribe/unsubscribe.html", subscription=found, signed=signed)


UNSUBSCRIBE = (unsubscribe_page, take_unsubscribe)
