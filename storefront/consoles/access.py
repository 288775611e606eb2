"""Who may open what. What belongs to another merchant is not there at all (S15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response

from campaigns.deals.queries import merchant_of
from campaigns.deals.views import DealView
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import DealId, OrganizationId
from campaigns.orders.board import deal_by_id
from campaigns.orders.queries import OrderView, order_page
from campaigns.people.queries import Organization, organizations_of, read_organization
from campaigns.people.rules import Actor, may, require
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of


@dataclass(frozen=True)
class OpenedDeal:
    """A deal and whoever may see it, read at `now`."""

    actor: Actor
    merchant: Organization
    deal: DealView
    now: datetime


@dataclass(frozen=True)
class OpenedOrder:
    actor: Actor
    merchant: Organization
    order: OrderView
    now: datetime


async def open_deal(request: AnyRequest, deal_id: str, act: str) -> OpenedDeal:
    """Raises SignInNeeded, NotFound for another merchant's deal, NotAllowed for the wrong role."""
    site, actor = site_of(request), await actor_behind(request)
    if actor.is_anonymous:
        require(actor, act)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        owner = await merchant_of(unit, DealId(deal_id))
        _require_in_reach(actor, act, owner, "deal")
        deal = await deal_by_id(unit, DealId(deal_id), now)
        merchant = await read_organization(unit, owner) if owner else None
    if deal is None or merchant is None:
        raise NotFound(what="deal")
    return OpenedDeal(actor, merchant, deal, now)


async def open_order(request: AnyRequest, order_id: str, act: str) -> OpenedOrder:
    """The same for an order."""
    site, actor = site_of(request), await actor_behind(request)
    if actor.is_anonymous:
        require(actor, act)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        order = await order_page(unit, order_id, now, site.keys)
        owner = order.deal.organization_id if order else None
        _require_in_reach(actor, act, owner, "order")
        merchant = await read_organization(unit, owner) if owner else None
    if order is None or merchant is None:
        raise NotFound(what="order")
    return OpenedOrder(actor, merchant, order, now)


def _require_in_reach(actor: Actor, act: str, owner: OrganizationId | None, what: str) -> None:
    if owner is None or not (owner in actor.roles or actor.is_operator):
        raise NotFound(what=what)
    require(actor, act, owner)


async def merchants_for(request: AnyRequest, act: str) -> Sequence[Organization]:
    """The merchants this person may do `act` for, by name. Raises SignInNeeded, NotAllowed for none."""
    site, actor = site_of(request), await actor_behind(request)
    account_id = actor.account_id
    if account_id is None:
        require(actor, act)
        return ()
    async with site.store.read() as unit:
        mine = await organizations_of(unit, account_id)
    found = [each for each in mine if each.kind == "merchant" and may(actor, act, each.id)]
    if not found:
        require(actor, act)
    return found


def chosen(merchants: Sequence[Organization], slug: str) -> Organization | None:
    """The merchant named in the address, or the only one; None where somebody must choose.

    Raises NotFound for a name that is none of theirs.
    """
    if slug:
        for merchant in merchants:
            if merchant.slug == slug:
                return merchant
        raise NotFound(what="merchant")
    return merchants[0] if len(merchants) == 1 else None


# Act -> label and address of the section of the console that it opens.
_SECTIONS = (
    ("see_links", "Deals", "/console?merchant={slug}"),
    ("see_reports", "Campaigns", "/console/campaigns?merchant={slug}"),
    ("see_feeds", "Feeds", "/console/feeds?merchant={slug}"),
    ("answer_mentions", "Mentions", "/console/mentions?merchant={slug}"),
    ("place_venue", "Venues", "/console/venues?merchant={slug}"),
    ("see_check_ins", "Check-ins", "/console/check-ins?merchant={slug}"),
    ("write_check_in_offer", "Offers", "/console/check-in-offers?merchant={slug}"),
    ("redeem", "Desk", "/desk"),
    ("show_venue_code", "Till", "/till"),
)


def console_links(actor: Actor, merchant: Organization) -> list[tuple[str, str]]:
    """Labels and addresses of the console's sections, for this person."""
    links = [
        (label, address.format(slug=merchant.slug))
        for act, label, address in _SECTIONS
        if may(actor, act, merchant.id)
    ]
    return [*links, ("Operator", "/operator")] if actor.is_operator else links


def go(address: str) -> Response[str]:
    """Show another page: the answer to a form that did what it asked (U36)."""
    return Response("", status_code=303, headers={"location": address, "cache-control": "no-store"})


async def texts_of(request: AnyRequest, *names: str) -> dict[str, str]:
    """Named fields of a small form; what is missing, or is a file, is empty. NUL, which no database keeps, is gone."""
    form: Any = await request.form()
    sent = {name: form.get(name) for name in names}
    return {name: value.replace("\x00", "") if isinstance(value, str) else "" for name, value in sent.items()}
