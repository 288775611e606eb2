"""What a page shows for passing a deal on: the public address of the deal, or a person's own link with its figures."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.deals.views import DealView
from campaigns.foundation.store import Unit
from campaigns.sharing.credit import CreditLine, credit_of_link, total
from campaigns.sharing.give_link import link_of_order
from campaigns.sharing.link_queries import ShareLink
from storefront.pages.paying import links_of
from storefront.share_intents import Shared, shared_text
from storefront.site import Site


@dataclass(frozen=True)
class OwnLink:
    """A link as its owner's page shows it, with what it brought."""

    link: ShareLink
    shared: Shared
    figures: CreditLine


def card_address(site: Site, deal: DealView) -> str:
    """The preview card, absolute; the version makes a network fetch the new one (U62)."""
    return f"{links_of(site).deal(deal.slug)}/card.png?v={deal.version}"


def shared_deal(site: Site, deal: DealView) -> Shared:
    """The deal's own address, the same for everybody who looks at the page."""
    text = shared_text(deal.title, deal.merchant_name)
    return Shared(links_of(site).deal(deal.slug), deal.title, text, card_address(site, deal))


def shared_link(site: Site, link: ShareLink, deal: DealView) -> Shared:
    """Somebody's own link; a reward is part of what is said (R63)."""
    reward = link.reward if link.ended_at is None else ""
    text = shared_text(deal.title, deal.merchant_name, reward)
    return Shared(links_of(site).share(link.code), deal.title, text, card_address(site, deal), True)


async def own_link(site: Site, link: ShareLink, deal: DealView, unit: Unit) -> OwnLink:
    lines = await credit_of_link(unit, link.id)
    return OwnLink(link, shared_link(site, link, deal), total(lines, link.id, link.owner_kind, deal.currency))


async def link_of_buyer(site: Site, order_id: str, deal: DealView) -> OwnLink | None:
    """The link of a committed order, made at the first look at its page."""
    link = await link_of_order(order_id, store=site.store, clock=site.clock)
    if link is None:
        return None
    async with site.store.read() as unit:
        return await own_link(site, link, deal, unit)
