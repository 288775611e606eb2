"""From an order to its payment page, in the same request (S11: that address is the processor's own)."""

from __future__ import annotations

from litestar import Response

from campaigns.foundation.links import Links
from campaigns.orders.carry_out import Outside, carry_out
from campaigns.orders.checkout import claim_checkout, payment_page
from storefront.site import Site


def links_of(site: Site) -> Links:
    """Whole addresses, for people to keep and to share."""
    return Links(site.settings.address, site.keys)


def order_path(site: Site, order_id: str) -> str:
    """The address of an order's page on this site."""
    return Links("", site.keys).order(order_id)


def outside_of(site: Site) -> Outside:
    return Outside(site.store, site.clock, site.processor, site.keys)


async def open_payment_page(site: Site, order_id: str) -> str | None:
    """The payment page of an order, opened now if nobody has; None where it is still missing or not wanted.

    Asking again is harmless: a page that is there is answered as it is. Takes as long as the processor does.
    """
    effect = await claim_checkout(order_id, store=site.store, clock=site.clock)
    if effect is not None:
        await carry_out(effect, outside_of(site))
    return await payment_page(order_id, store=site.store)


async def to_payment(site: Site, order_id: str) -> Response[str]:
    """On to the payment page; to the order's own page where there is none, which says what is going on."""
    return see_other(await open_payment_page(site, order_id) or order_path(site, order_id))


def see_other(address: str) -> Response[str]:
    """303: what was posted is done, and this address shows it (U36)."""
    return Response("", status_code=303, headers={"location": address, "cache-control": "no-store"})
