"""A voucher as its holder shows it at the till: code, QR code, where, until when."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from campaigns.foundation.errors import NotFound
from campaigns.orders.board import deal_by_slug
from campaigns.orders.queries import voucher_page
from storefront.pages.paying import links_of, order_path
from storefront.pages.render import page
from storefront.security.headers import NO_REFERRER
from storefront.site import AnyRequest, site_of


@get("/vouchers/{signed:str}", include_in_schema=False, opt={NO_REFERRER: True})
async def voucher(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """404 for an address we never signed. Stored nowhere on the way; the holder may print it."""
    site = site_of(request)
    voucher_id = links_of(site).voucher_id(signed) if len(signed) <= 200 else None
    async with site.store.read() as unit:
        found = await voucher_page(unit, voucher_id, site.keys) if voucher_id else None
        if found is None:
            raise NotFound(what="voucher")
        deal = await deal_by_slug(unit, found.deal_slug, await site.clock.now(unit))
    return await page(
        request,
        "voucher/voucher.html",
        voucher=found,
        deal=deal,
        order_href=order_path(site, found.order_id),
    )


VOUCHER = (voucher,)
