"""`/console`: the deals of a merchant. Views and order live in the address (U16)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromQuery

from campaigns.deals.views import DealView
from campaigns.orders.board import console_deals
from campaigns.people.queries import Organization
from campaigns.people.rules import may
from storefront.consoles.access import chosen, console_links, go, merchants_for
from storefront.pages.render import page
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

# View in the address -> its label and the states of the deals in it.
VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "drafts": ("Drafts", ("draft",)),
    "review": ("In review", ("in_review",)),
    "upcoming": ("Upcoming", ("scheduled",)),
    "live": ("Live", ("open", "tipped")),
    "past": ("Past", ("settling", "settled", "failed", "canceled")),
}
# What most likely needs somebody today comes first.
_FIRST = ("live", "review", "drafts", "upcoming", "past")

_SORTS: dict[str, Callable[[DealView], Any]] = {
    "title": lambda deal: deal.title.lower(),
    "count": lambda deal: deal.count / deal.threshold,
    "units": lambda deal: deal.units_taken,
    "closes": lambda deal: deal.closes_at,
}


@dataclass(frozen=True)
class Asked:
    """A view and its order, as the address says them; `down` is from the greatest."""

    merchant: str
    view: str
    sort: str
    down: bool

    def address(self, **changes: str) -> str:
        sort = f"-{self.sort}" if self.down else self.sort
        said = {"merchant": self.merchant, "view": self.view, "sort": sort, **changes}
        return f"/console?{urlencode({name: value for name, value in said.items() if value})}"

    def sort_address(self, column: str) -> str:
        """Where the head of a column leads: its order, or the opposite where it rules already."""
        turn = column == self.sort and not self.down
        return self.address(sort=f"-{column}" if turn else column)

    def aria_sort(self, column: str) -> str | None:
        if column != self.sort:
            return None
        return "descending" if self.down else "ascending"


@get("/console", include_in_schema=False)
async def console_page(
    request: AnyRequest,
    merchant: FromQuery[str] = "",
    view: FromQuery[str] = "",
    sort: FromQuery[str] = "",
) -> Response[str]:
    """Deals of one merchant; a choice for whoever works for several. Operators and staff go to their own."""
    actor = await actor_behind(request)
    if actor.is_operator and not merchant and set(actor.roles.values()) == {"operator"}:
        return go("/operator")
    merchants = await merchants_for(request, "see_console")
    found = chosen(merchants, merchant)
    if found is None:
        return await page(request, "consoles/choose.html", merchants=merchants, roles=actor.roles)
    if not may(actor, "see_links", found.id):
        return go(console_links(actor, found)[0][1])
    return await _deals(request, merchants, found, view=view, sort=sort)


async def _deals(
    request: AnyRequest, merchants: Sequence[Organization], merchant: Organization, *, view: str, sort: str
) -> Response[str]:
    site, actor = site_of(request), await actor_behind(request)
    async with site.store.read() as unit:
        every = await console_deals(unit, merchant.id, await site.clock.now(unit))
    counts = {name: sum(deal.state in states for deal in every) for name, (_, states) in VIEWS.items()}
    shown = view if view in VIEWS else next((name for name in _FIRST if counts[name]), "drafts")
    asked = Asked(merchant.slug, shown, sort.removeprefix("-"), sort.startswith("-"))
    return await page(
        request,
        "consoles/deals.html",
        merchant=merchant,
        several=len(merchants) > 1,
        links=console_links(actor, merchant),
        writes=may(actor, "write_deal", merchant.id),
        asked=asked,
        tabs=[(label, asked.address(view=name), counts[name]) for name, (label, _) in VIEWS.items()],
        deals=_sorted([deal for deal in every if deal.state in VIEWS[shown][1]], asked),
        has_any=bool(every),
    )


def _sorted(deals: list[DealView], asked: Asked) -> list[DealView]:
    """As asked, else as they come: newest first."""
    key = _SORTS.get(asked.sort)
    return sorted(deals, key=key, reverse=asked.down) if key else deals


DEALS_LIST = (console_page,)
