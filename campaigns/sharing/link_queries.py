"""Share links as pages read them, with what each has brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from campaigns.deals.rows import campaign_deals, campaigns, deals, offers
from campaigns.foundation.store import Unit
from campaigns.people.rows import account, organization
from campaigns.sharing.link_rules import ADVOCATE, BUYER, MERCHANT, REFERRAL_HOURS
from campaigns.sharing.rows import share_links, shown_names

_LONGEST_CODE = 40
_KEPT = ("id", "code", "deal_id", "owner_kind", "account_id", "order_id", "reward", "created_at", "ended_at")


@dataclass(frozen=True)
class ShareLink:
    """A link and where it leads. `hours` is how long a click may bring credit (R84).

    `reward` is what the merchant promises an advocate, in words; what is said with the link must say it (R63).
    `owner_email` is an advocate's address, for the merchant that invited them; it is empty for everybody else.
    """

    id: str
    code: str
    deal_id: str
    owner_kind: str
    account_id: str | None
    order_id: str | None
    reward: str
    created_at: datetime
    ended_at: datetime | None
    slug: str
    title: str
    merchant_name: str
    organization_id: str
    hours: int
    owner_email: str

    @property
    def owner(self) -> str:
        """How a merchant's list calls the owner. A buyer stays without a name there."""
        names = {
            BUYER: f"Buyer {self.code[:4].upper()}",
            ADVOCATE: self.owner_email,
            MERCHANT: "Your own link",
        }
        return names[self.owner_kind]


async def link_by_code(unit: Unit, code: str) -> ShareLink | None:
    """None for what was never given out."""
    if not (code.isascii() and code.isalnum() and len(code) <= _LONGEST_CODE):
        return None
    return await _one(unit, share_links.c.code == code.lower())


async def link_by_id(unit: Unit, link_id: str) -> ShareLink | None:
    return await _one(unit, share_links.c.id == link_id)


async def link_of_owner(unit: Unit, deal_id: str, account_id: str) -> ShareLink | None:
    """The link a buyer has for a deal."""
    theirs = (share_links.c.owner_kind == BUYER) & (share_links.c.account_id == account_id)
    return await _one(unit, (share_links.c.deal_id == deal_id) & theirs)


async def links_of_deal(unit: Unit, deal_id: str) -> Sequence[ShareLink]:
    """Every link of a deal: the merchant's own first, then advocates, then buyers, each in order of age."""
    rows = await unit.all(
        _links()
        .where(share_links.c.deal_id == deal_id)
        .order_by(share_links.c.owner_kind == BUYER, share_links.c.owner_kind == ADVOCATE)
        .order_by(share_links.c.created_at, share_links.c.id)
    )
    return [_view(row) for row in rows]


async def shown_name(unit: Unit, order_id: str) -> str:
    """How an announcement may call the buyer of an order, such as "Ada B."; "" where no name was given (U56).

    Says nothing about consent: ask `consent.stands` before anything is published.
    """
    found = select(shown_names.c.name).where(shown_names.c.order_id == order_id)
    return str(await unit.value(found) or "")


def _links() -> Any:
    kept = [share_links.c[name] for name in (*_KEPT, "organization_id")]
    return (
        select(
            *kept,
            deals.c.slug,
            offers.c.title,
            organization.c.name.label("merchant_name"),
            campaigns.c.referral_hours,
            account.c.email,
        )
        .join(deals, deals.c.id == share_links.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(organization, organization.c.id == share_links.c.organization_id)
        .outerjoin(campaign_deals, campaign_deals.c.deal_id == deals.c.id)
        .outerjoin(campaigns, campaigns.c.id == campaign_deals.c.campaign_id)
        .outerjoin(account, account.c.id == share_links.c.account_id)
    )


async def _one(unit: Unit, where: ColumnElement[bool]) -> ShareLink | None:
    row = await unit.one(_links().where(where))
    return _view(row) if row else None


def _view(row: Any) -> ShareLink:
    same = {
        name: getattr(row, name) for name in (*_KEPT, "slug", "title", "merchant_name", "organization_id")
    }
    email = row.email if row.owner_kind == ADVOCATE else ""
    return ShareLink(**same, hours=row.referral_hours or REFERRAL_HOURS, owner_email=email or "")
