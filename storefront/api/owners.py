"""What a program may reach by an id: its own merchant's things. All else looks as if it were not there (S14)."""

from __future__ import annotations

from campaigns.deals.campaign_queries import CampaignView, campaign_by_id
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Unit
from campaigns.orders.owners import OwnedDeal, deal_named, merchant_of_order, merchant_of_venue
from campaigns.people.queries import read_organization
from campaigns.people.rules import Actor, SignInNeeded
from storefront.site import Site

_LONGEST_NAME = 100


def plausible(name: str) -> bool:
    """Whether a name could be an id or a slug at all; what could not is never asked of the database."""
    return 0 < len(name) <= _LONGEST_NAME and name.isascii() and name.isprintable()


def belongs(actor: Actor, organization_id: OrganizationId) -> bool:
    return actor.is_operator or organization_id in actor.roles


async def own_deal(site: Site, name: str, actor: Actor) -> OwnedDeal:
    """A deal in any state of the actor's merchant, any deal for an operator. Raises SignInNeeded, NotFound."""
    need_token(actor)
    async with site.store.read() as unit:
        found = await deal_named(unit, name) if plausible(name) else None
    if found is None or not belongs(actor, found.organization_id):
        raise NotFound(what="deal")
    return found


async def own_order(site: Site, order_id: str, actor: Actor) -> OrganizationId:
    """The merchant of an order of the actor's merchant. Raises SignInNeeded, NotFound."""
    need_token(actor)
    async with site.store.read() as unit:
        found = await merchant_of_order(unit, order_id) if plausible(order_id) else None
    return _own(found, actor, "order")


async def own_venue(site: Site, venue_id: str, actor: Actor) -> OrganizationId:
    """The merchant of a venue of the actor's merchant. Raises SignInNeeded, NotFound."""
    need_token(actor)
    async with site.store.read() as unit:
        found = await merchant_of_venue(unit, venue_id) if plausible(venue_id) else None
    return _own(found, actor, "venue")


async def own_campaign(site: Site, campaign_id: str, actor: Actor) -> CampaignView:
    """A campaign of the actor's merchant. Raises SignInNeeded, NotFound."""
    need_token(actor)
    async with site.store.read() as unit:
        found = await campaign_by_id(unit, campaign_id) if plausible(campaign_id) else None
    if found is None or found.organization_id not in actor.roles:
        raise NotFound(what="campaign")
    return found


async def own_organization(site: Site, asked: str, actor: Actor) -> OrganizationId:
    """The organization named, or the token's only one where none is. Raises SignInNeeded, NotFound, InvalidFields."""
    need_token(actor)
    if not asked:
        return _only_organization(actor)
    async with site.store.read() as unit:
        exists = await _exists(unit, asked)
    return _own(OrganizationId(asked) if exists else None, actor, "organization")


async def _exists(unit: Unit, organization_id: str) -> bool:
    if not plausible(organization_id):
        return False
    return await read_organization(unit, OrganizationId(organization_id)) is not None


def _only_organization(actor: Actor) -> OrganizationId:
    if len(actor.roles) != 1:
        raise InvalidFields(
            [FieldError("organization_id", "missing", "Name the organization this is for: its id.")]
        )
    return next(iter(actor.roles))


def _own(found: OrganizationId | None, actor: Actor, what: str) -> OrganizationId:
    if found is None or not belongs(actor, found):
        raise NotFound(what=what)
    return found


def need_token(actor: Actor) -> None:
    if actor.is_anonymous:
        raise SignInNeeded(act="do this, with an API token")
