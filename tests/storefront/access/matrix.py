"""Who is let in where (S15): every route of the storefront, by method, for six people.

The letters stand for, in this order: nobody signed in, a buyer with an account, the owner of another merchant, and
of the deal's own merchant its staff and its owner, and an operator of the platform.

`Y` let in, whatever the answer then says; `S` asked to sign in; `N` may not; `0` not there at all.
"""

from __future__ import annotations

from collections.abc import Mapping

WHO = ("anonymous", "buyer", "stranger", "staff", "owner", "operator")
ALL = "YYYYYY"

OPEN = {
    "GET /": ALL,
    "GET /how-it-works": ALL,
    "GET /business": ALL,
    "GET /deals/{slug:str}": ALL,
    "GET /deals/{slug:str}/live": ALL,
    "GET /deals/{slug:str}/join": ALL,
    "POST /deals/{slug:str}/join": ALL,
    "GET /health/live": ALL,
    "GET /health/ready": ALL,
    "GET /schema": ALL,
    "GET /schema/openapi.json": ALL,
    "GET /schema/{path:str}": "000000",
    "GET /sign-in": ALL,
    "POST /sign-in": "SSSSSS",
    "POST /sign-out": ALL,
    "GET /static/dist/{file_path:path}": ALL,
    # For scrapers beside us: whoever comes from outside finds nothing.
    "GET /metrics": "000000",
    "GET /mailbox": ALL,
    "GET /mailbox/{letter_id:int}": ALL,
    # The signature is the key, whoever shows it.
    "POST /webhooks/stripe": "SSSSSS",
    "GET /deals/{slug:str}/card.png": ALL,
    "GET /s/{code:str}": ALL,
    "GET /s/{code:str}/{channel:str}": ALL,
    "GET /links/{signed:str}": ALL,
    "POST /orders/{signed:str}/consent": ALL,
    "GET /orders/{signed:str}": ALL,
    "POST /orders/{signed:str}/another-card": ALL,
    "GET /orders/{signed:str}/leave": ALL,
    "POST /orders/{signed:str}/leave": ALL,
    "GET /orders/{signed:str}/paid": ALL,
    "POST /orders/{signed:str}/pay": ALL,
    "GET /unsubscribe/{signed:str}": ALL,
    "POST /unsubscribe/{signed:str}": ALL,
    "GET /vouchers/{signed:str}": ALL,
    "GET /vouchers/{signed:str}/check-in": ALL,
    # A venue must be named, or be the only one where holders may redeem alone: this one has none.
    "POST /vouchers/{signed:str}/check-in": "000000",
    "POST /vouchers/{signed:str}/device": ALL,
}

CONSOLES = {
    "GET /console": "SNYYYY",
    "GET /console/deals/new": "SNYNYN",
    "POST /console/deals/new": "SNYNYN",
    "GET /console/deals/{deal_id:str}": "S00NYY",
    "GET /console/deals/{deal_id:str}/edit": "S00NYN",
    "POST /console/deals/{deal_id:str}/edit": "S00NYN",
    "GET /console/deals/{deal_id:str}/submit": "S00NYN",
    "POST /console/deals/{deal_id:str}/submit": "S00NYN",
    "POST /console/deals/{deal_id:str}/take-back": "S00NYN",
    "GET /console/deals/{deal_id:str}/waive": "S00NYN",
    "POST /console/deals/{deal_id:str}/waive": "S00NYN",
    "GET /console/deals/{deal_id:str}/cancel": "S00NYY",
    "POST /console/deals/{deal_id:str}/cancel": "S00NYY",
    "GET /console/deals/{deal_id:str}/links": "S00NYN",
    "GET /console/deals/{deal_id:str}/links.csv": "S00NYN",
    "POST /console/deals/{deal_id:str}/links": "S00NYN",
    "POST /console/deals/{deal_id:str}/links/{link_id:str}/end": "S00NYN",
    "POST /console/deals/{deal_id:str}/links/{link_id:str}/reopen": "S00NYN",
    "GET /console/mentions": "SNYNYN",
    "GET /console/mentions/{mention_id:str}": "S00NY0",
    "POST /console/mentions/{mention_id:str}/answer": "S00NY0",
    "POST /console/mentions/{mention_id:str}/assign": "S00NY0",
    "POST /console/mentions/{mention_id:str}/dismiss": "S00NY0",
    "POST /console/mentions/{mention_id:str}/own": "S00NY0",
    "POST /console/mentions/{mention_id:str}/reopen": "S00NY0",
    "POST /console/mentions/{mention_id:str}/sentiment": "S00NY0",
    "GET /console/orders/{order_id:str}": "S00NYY",
    "GET /console/orders/{order_id:str}/refund": "S00NYY",
    "POST /console/orders/{order_id:str}/refund": "S00NYY",
    "GET /console/campaigns": "SNYNYN",
    "GET /console/campaigns/new": "SNYNYN",
    "POST /console/campaigns/new": "SNYNYN",
    "GET /console/campaigns/{campaign_id:str}/edit": "S00NY0",
    "POST /console/campaigns/{campaign_id:str}/edit": "S00NY0",
    "GET /console/campaigns/{campaign_id:str}/launch": "S00NY0",
    "POST /console/campaigns/{campaign_id:str}/launch": "S00NY0",
    "POST /console/campaigns/{campaign_id:str}/end": "S00NY0",
    "GET /console/contacts": "SNYNYN",
    "POST /console/contacts": "SNYNYN",
    "GET /console/venues": "SNYNYN",
    "GET /console/venues/new": "SNYNYN",
    "POST /console/venues/new": "SNYNYN",
    "GET /console/venues/{venue_id:str}": "S00NYN",
    "POST /console/venues/{venue_id:str}": "S00NYN",
    "GET /desk": "SN0YYN",
    "POST /desk": "SN0YYN",
    "GET /till": "SN0YYN",
    "POST /till": "SN0NYN",
    "POST /till/decline": "SN0YYN",
    "GET /operator": "SNNNNY",
    "GET /operator/deals/{deal_id:str}": "S00NNY",
    "POST /operator/deals/{deal_id:str}/approve": "S00NNY",
    "POST /operator/deals/{deal_id:str}/send-back": "S00NNY",
}

# Programs show a token. Buyers have none: their cookie says nothing here.
API = {
    "GET /api/v1/deals": ALL,
    "POST /api/v1/deals": "SSYNYN",
    "GET /api/v1/deals/{deal:str}": ALL,
    "PUT /api/v1/deals/{deal:str}": "SS0NYN",
    "POST /api/v1/deals/{deal:str}/submit": "SS0NYN",
    "POST /api/v1/deals/{deal:str}/take-back": "SS0NYN",
    "POST /api/v1/deals/{deal:str}/approve": "SS0NNY",
    "POST /api/v1/deals/{deal:str}/send-back": "SS0NNY",
    "POST /api/v1/deals/{deal:str}/cancel": "SS0NYY",
    "POST /api/v1/deals/{deal:str}/waive": "SS0NYN",
    "GET /api/v1/deals/{deal:str}/orders": "SS0NYY",
    "POST /api/v1/deals/{deal:str}/orders": ALL,
    "GET /api/v1/me": "SSYYYY",
    "GET /api/v1/mentions": "SSYNYN",
    "GET /api/v1/mentions/{mention:str}": "SS0NY0",
    "POST /api/v1/mentions/{mention:str}/answer": "SS0NY0",
    "POST /api/v1/mentions/{mention:str}/assign": "SS0NY0",
    "POST /api/v1/mentions/{mention:str}/dismiss": "SS0NY0",
    "POST /api/v1/mentions/{mention:str}/reopen": "SS0NY0",
    "POST /api/v1/mentions/{mention:str}/sentiment": "SS0NY0",
    "GET /api/v1/orders/{order:str}": ALL,
    "POST /api/v1/orders/{order:str}/leave": ALL,
    "POST /api/v1/orders/{order:str}/refunds": "SS0NYY",
    "POST /api/v1/organizations": "SSNNNY",
    "POST /api/v1/organizations/{organization:str}/members": "SS0NYY",
    "POST /api/v1/redemptions": "SS0YYN",
    "GET /api/v1/venues": "SSYYYN",
    "POST /api/v1/venues": "SSYNYN",
    "GET /api/v1/vouchers/{voucher:str}": ALL,
}

MATRIX: Mapping[str, str] = {**OPEN, **CONSOLES, **API}
