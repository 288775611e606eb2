"""Every address we answer to is known: in the OpenAPI file, or in this list of pages (S42)."""

import pytest
from litestar.handlers import HTTPRouteHandler

from tests.storefront.shop import Shop

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

# Addresses for people and for machinery. What programs may rely on belongs into the OpenAPI file instead.
PAGES = {
    "/",
    "/business",
    "/console",
    "/console/campaigns",
    "/console/campaigns/new",
    "/console/campaigns/{campaign_id:str}/edit",
    "/console/campaigns/{campaign_id:str}/end",
    "/console/campaigns/{campaign_id:str}/launch",
    "/console/campaigns/{campaign_id:str}",
    "/console/campaigns/{campaign_id:str}/report.json",
    "/console/campaigns/{campaign_id:str}/tables/{table:str}",
    "/console/contacts",
    "/console/contacts/sales",
    "/console/check-in-offers",
    "/console/check-in-offers/{offer_id:str}/stop",
    "/console/check-ins",
    "/console/check-ins/csv",
    "/console/deals/new",
    "/console/deals/{deal_id:str}",
    "/console/deals/{deal_id:str}/cancel",
    "/console/deals/{deal_id:str}/edit",
    "/console/deals/{deal_id:str}/links",
    "/console/deals/{deal_id:str}/links.csv",
    "/console/deals/{deal_id:str}/links/{link_id:str}/end",
    "/console/deals/{deal_id:str}/links/{link_id:str}/reopen",
    "/console/deals/{deal_id:str}/submit",
    "/console/deals/{deal_id:str}/take-back",
    "/console/deals/{deal_id:str}/waive",
    "/console/feeds",
    "/console/feeds/{account_id:str}/disconnect",
    "/console/announcements",
    "/console/announcements/{template_id:str}",
    "/console/announcements/{template_id:str}/approve",
    "/console/announcements/{template_id:str}/retire",
    "/console/posts",
    "/console/posts/new",
    "/console/posts/{post_id:str}/{act:str}",
    "/console/mentions",
    "/console/mentions/{mention_id:str}",
    "/console/mentions/{mention_id:str}/answer",
    "/console/mentions/{mention_id:str}/assign",
    "/console/mentions/{mention_id:str}/dismiss",
    "/console/mentions/{mention_id:str}/own",
    "/console/mentions/{mention_id:str}/reopen",
    "/console/mentions/{mention_id:str}/sentiment",
    "/console/orders/{order_id:str}",
    "/console/orders/{order_id:str}/refund",
    "/console/venues",
    "/console/venues/new",
    "/console/venues/{venue_id:str}",
    "/wall",
    "/wall/pictures/{name:str}",
    "/deals/{slug:str}",
    "/deals/{slug:str}/card.png",
    "/deals/{slug:str}/join",
    "/deals/{slug:str}/live",
    "/desk",
    "/health/live",
    "/health/ready",
    "/how-it-works",
    "/links/{signed:str}",
    "/mailbox",
    "/mailbox/{letter_id:int}",
    "/metrics",
    "/operator",
    "/operator/deals/{deal_id:str}",
    "/operator/deals/{deal_id:str}/approve",
    "/operator/deals/{deal_id:str}/send-back",
    "/orders/{signed:str}",
    "/orders/{signed:str}/another-card",
    "/orders/{signed:str}/consent",
    "/orders/{signed:str}/leave",
    "/orders/{signed:str}/paid",
    "/orders/{signed:str}/pay",
    "/s/{code:str}",
    "/s/{code:str}/{channel:str}",
    "/sign-in",
    "/sign-out",
    "/till",
    "/till/decline",
    "/static/dist/{file_path:path}",
    "/unsubscribe/{signed:str}",
    "/vouchers/{signed:str}",
    "/vouchers/{signed:str}/check-in",
    "/vouchers/{signed:str}/device",
    "/webhooks/stripe",
}
OPENAPI = {"/schema", "/schema/openapi.json", "/schema/{path:str}"}


def addresses(shop: Shop, *, described: bool) -> set[str]:
    return {
        route.path
        for route in shop.app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        and "OPTIONS" not in handler.http_methods
        and bool(handler.resolve_include_in_schema()) is described
    }


async def test_every_route_is_described_or_is_a_known_page(shop: Shop) -> None:
    assert sorted(addresses(shop, described=False) - PAGES - OPENAPI) == []


async def test_the_list_of_pages_names_nothing_that_is_gone(shop: Shop) -> None:
    assert sorted(PAGES - addresses(shop, described=False)) == []


async def test_what_is_described_is_the_api_and_all_of_it(shop: Shop) -> None:
    written = set((shop.app.openapi_schema.paths or {}).keys())
    assert all(path.startswith("/api/") for path in written)
    assert len(written) == len(addresses(shop, described=True))
