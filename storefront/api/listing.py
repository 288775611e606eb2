"""What a program may ask of a list: which deals, which page of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar.params import QueryParameter

from campaigns.deals.queries import BOARD_FILTERS
from campaigns.deals.rules import DEAL

_NO_NUL = r"^[^\x00]*$"
Show = Annotated[
    str,
    QueryParameter(
        name="show",
        pattern=f"^({'|'.join(BOARD_FILTERS)})?$",
        description=f"Which public deals: {', '.join(BOARD_FILTERS)}; empty for all of them.",
    ),
]
Merchant = Annotated[
    str, QueryParameter(name="merchant", max_length=64, pattern=_NO_NUL, description="A merchant's slug.")
]
City = Annotated[
    str, QueryParameter(name="city", max_length=80, pattern=_NO_NUL, description="A merchant's city.")
]
State = Annotated[
    str,
    QueryParameter(
        name="state",
        pattern=f"^({'|'.join(DEAL.states)})?$",
        description="Deals in this state, drafts included: of your merchant, or of all for an operator.",
    ),
]
OrganizationName = Annotated[
    str,
    QueryParameter(
        name="organization_id", max_length=80, pattern=_NO_NUL, description="Your merchant, drafts included."
    ),
]
Cursor = Annotated[
    str,
    QueryParameter(
        name="after",
        max_length=200,
        description="The `next` of the page before; leave it out for the first page.",
    ),
]
Limit = Annotated[
    int, QueryParameter(name="limit", ge=1, le=100, description="How many at most on one page.")
]


@dataclass(frozen=True)
class Filters:
    show: str
    merchant: str
    city: str
    state: str
    organization_id: str


@dataclass(frozen=True)
class Page:
    """`after` is a cursor as it was sent."""

    after: str
    limit: int


def provide_filters(
    show: Show = "",
    merchant: Merchant = "",
    city: City = "",
    in_state: State = "",
    organization_id: OrganizationName = "",
) -> Filters:
    return Filters(show, merchant, city, in_state, organization_id)


def provide_page(after: Cursor = "", limit: Limit = 50) -> Page:
    return Page(after, limit)
