"""What search engines read about a deal: one Product with one Offer at the price now (U61)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storefront.formats import iso

if TYPE_CHECKING:
    from campaigns.deals.queries import DealView

_AVAILABILITY = {
    "scheduled": "PreOrder",
    "open": "InStock",
    "tipped": "InStock",
    "sold_out": "SoldOut",
}


def product(deal: DealView, address: str) -> dict[str, Any]:
    """A JSON-LD object for `|tojson`. `address` is the absolute address of the deal's page."""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": deal.title,
        "description": deal.summary,
        "brand": {"@type": "Brand", "name": deal.merchant_name},
        "offers": {
            "@type": "Offer",
            "url": address,
            "price": str(deal.price_now.decimal),
            "priceCurrency": deal.price_now.currency,
            "priceValidUntil": iso(deal.closes_at),
            "availability": f"https://schema.org/{_AVAILABILITY.get(deal.phase, 'Discontinued')}",
            "seller": {"@type": "Organization", "name": deal.merchant_name},
        },
    }
