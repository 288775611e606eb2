"""The whole API, and how it is described."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Server, Tag

from storefront.api.campaigns import CAMPAIGNS
from storefront.api.check_in_offers import CHECK_IN_OFFERS
from storefront.api.check_ins import CHECK_INS
from storefront.api.contacts import CONTACTS_API
from storefront.api.deals import DEALS
from storefront.api.deciding import DECIDING
from storefront.api.drafting import DRAFTING
from storefront.api.feeds import FEEDS_API
from storefront.api.joining import JOINING
from storefront.api.mentions import MENTIONS
from storefront.api.orders import ORDERS
from storefront.api.organizations import ORGANIZATIONS
from storefront.api.positions import POSITIONS_API
from storefront.api.reference import DocumentFile, DocumentPage, reference_router
from storefront.api.requests import check_request, provide_program
from storefront.api.venues import VENUES
from storefront.api.vouchers import VOUCHERS
from storefront.security.csrf import EXEMPT
from storefront.security.sizes import FORM_BYTES

PREFIX = "/api/v1"

# Exempt from form tokens because cookies say nothing here: a program shows a bearer token or nothing at all.
API = (
    Router(
        PREFIX,
        route_handlers=[
            *DEALS,
            *JOINING,
            *ORDERS,
            *VOUCHERS,
            *DRAFTING,
            *DECIDING,
            *VENUES,
            *CHECK_INS,
            *CHECK_IN_OFFERS,
            *POSITIONS_API,
            *FEEDS_API,
            *MENTIONS,
            *ORGANIZATIONS,
            *CAMPAIGNS,
            *CONTACTS_API,
        ],
        guards=[check_request],
        dependencies={"actor": Provide(provide_program, sync_to_thread=False)},
        request_max_body_size=FORM_BYTES,
        opt={EXEMPT: True},
    ),
)

_ABOUT = """\
Deals, orders, vouchers and venues for programs. A walk through all of it with curl stands in `docs/walkthrough.md`.

Send `Authorization: Bearer TOKEN` where a token is needed; `quorum token create` makes one, with the acts it may do as
its scopes. Requests that create something need an `Idempotency-Key`. A refusal is problem+json with a `code` that never
changes and a sentence for people; `docs/errors.md` lists the codes. Ids of other merchants' things are not found.
"""

_TAGS = {
    "Deals": "What is on offer. Open to anybody.",
    "Buyers": "Join without an account, pay on the hosted page, leave, read vouchers, check in.",
    "Merchants": "Write deals, see orders, refund.",
    "Venues": "Places, redemption and check-ins at them, offers for coming.",
    "Campaigns": "Group deals, hold people out, and read what it brought.",
    "Feeds": "Connect accounts, approve what they announce, follow posts.",
    "Mentions": "Read what people say in public, hand it on, answer it.",
    "Operators": "Add merchants, decide about deals.",
    "Tokens": "Whom a token stands for.",
}


def described() -> OpenAPIConfig:
    """The OpenAPI document of the API, at /schema/openapi.json."""
    return OpenAPIConfig(
        title="Quorum",
        use_handler_docstrings=True,
        version="1",
        description=_ABOUT,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url="/")],
        tags=[Tag(name=name, description=said) for name, said in _TAGS.items()],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="An API token."),
                "device": SecurityScheme(
                    type="http", scheme="basic", description="What a person's device was given once."
                ),
            }
        ),
        openapi_router=reference_router(),
        render_plugins=[DocumentPage(), DocumentFile()],
    )
