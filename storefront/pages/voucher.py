"""A voucher as its holder shows it at the till: code, QR code, where, until when, and what coming has earned."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath

from campaigns.checkins.place_source import Connected, connect, disconnect
from campaigns.checkins.queries import holder_of
from campaigns.foundation.errors import NotFound
from campaigns.orders.board import deal_by_slug
from campaigns.orders.queries import voucher_page
from storefront.consoles.access import texts_of
from storefront.pages.paying import links_of, order_path, see_other
from storefront.pages.render import page
from storefront.pages.shown_check_in import voucher_id_of
from storefront.pages.visits import read_visits
from storefront.security.headers import NO_REFERRER
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

OWNTRACKS_PATH = "/api/v1/positions/owntracks"
# The address opens the voucher, so it must not travel to where a link leads.
_OPT = {NO_REFERRER: True}


@get("/vouchers/{signed:str}", include_in_schema=False, opt=_OPT)
async def voucher(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """404 for an address we never signed. Stored nowhere on the way; the holder may print it."""
    return await _show(request, signed)


@post("/vouchers/{signed:str}/device", include_in_schema=False, opt=_OPT, request_max_body_size=FORM_BYTES)
async def take_device(request: AnyRequest, signed: FromPath[str]) -> Response[str]:
    """The holder lets their own device tell where it is, or takes that back. What it signs in with is shown once."""
    site, voucher_id = site_of(request), voucher_id_of(site_of(request), signed)
    async with site.store.read() as unit:
        holder = await holder_of(unit, voucher_id)
    if holder is None:
        raise NotFound(what="voucher")
    act = (await texts_of(request, "act"))["act"]
    if act == "connect":
        made = await connect(holder, store=site.store, clock=site.clock)
        return await _show(request, signed, connected=made)
    if act == "disconnect":
        await disconnect(holder, store=site.store, clock=site.clock)
    return see_other(f"/vouchers/{signed}#device")


async def _show(request: AnyRequest, signed: str, *, connected: Connected | None = None) -> Response[str]:
    site = site_of(request)
    voucher_id = voucher_id_of(site, signed)
    async with site.store.read() as unit:
        found = await voucher_page(unit, voucher_id, site.keys)
        if found is None:
            raise NotFound(what="voucher")
        deal = await deal_by_slug(unit, found.deal_slug, await site.clock.now(unit))
        visits = await read_visits(unit, voucher_id, deal.venues if deal else ())
    return await page(
        request,
        "voucher/voucher.html",
        voucher=found,
        deal=deal,
        order_href=order_path(site, found.order_id),
        signed_path=f"/vouchers/{signed}",
        visits=visits,
        connected=connected,
        owntracks_url=links_of(site).address + OWNTRACKS_PATH,
    )


VOUCHER = (voucher, take_device)
