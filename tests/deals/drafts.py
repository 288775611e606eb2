"""Drafts, merchants and deals to test with. Noon UTC on 24 November 2026 is `NOON`, a Tuesday."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from campaigns.deals.draft import Draft, TypedTier, TypedVenue
from campaigns.deals.drafting import parse
from campaigns.deals.keep_venue import keep_venue
from campaigns.deals.plan import Plan
from campaigns.deals.review import Approve, review
from campaigns.deals.submit import submit
from campaigns.deals.write import write
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.foundation.ids import AccountId, DealId, OrganizationId
from campaigns.foundation.store import Store
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.rules import Actor
from tests.world import KEYS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LADDER = (TypedTier("1", "38"), TypedTier("40", "34"), TypedTier("60", "29"))


def a_draft(**changes: Any) -> Draft:
    """Publishable at noon: 20 buyers at 38 dollars, open since yesterday morning for four days."""
    draft = Draft(
        title="Noodle dinner for two",
        summary="Two bowls and a pot of tea.",
        currency="USD",
        zone="America/Los_Angeles",
        opens_at="2026-11-23 09:00",
        closes_at="2026-11-27 18:00",
        tiers=(TypedTier("1", "38"),),
        threshold="20",
        promo_expires_on="2027-03-31",
        venue_ids=("ven_1",),
    )
    return replace(draft, **changes)


def a_plan(**changes: Any) -> Plan:
    return parse(a_draft(**changes))


def codes(errors: Any) -> list[tuple[str, str]]:
    """Errors as pairs of field and code."""
    found: list[FieldError] = list(errors.errors if isinstance(errors, InvalidFields) else errors)
    return [(error.field, error.code) for error in found]


def owner_of(organization_id: OrganizationId) -> Actor:
    return Actor(AccountId("acc_owner"), "Owner", {organization_id: "owner"})


OPERATOR = Actor(AccountId("acc_operator"), "Operator", is_operator=True)


class Merchant:
    """A merchant with one venue, and its owner at work."""

    def __init__(
        self, store: Store, clock: ManualClock, organization_id: OrganizationId, venue_id: str
    ) -> None:
        self.store, self.clock, self.id, self.venue_id = store, clock, organization_id, venue_id
        self.owner = owner_of(organization_id)

    async def draft(self, **changes: Any) -> DealId:
        typed = a_draft(**{"venue_ids": (self.venue_id,), **changes})
        return await write(typed, self.id, actor=self.owner, store=self.store, clock=self.clock)

    async def submitted(self, **changes: Any) -> DealId:
        deal_id = await self.draft(**changes)
        await submit(deal_id, actor=self.owner, store=self.store, clock=self.clock)
        return deal_id

    async def published(self, **changes: Any) -> DealId:
        deal_id = await self.submitted(**changes)
        await review(deal_id, Approve(), actor=OPERATOR, store=self.store, clock=self.clock)
        return deal_id


async def a_merchant(store: Store, clock: ManualClock, slug: str = "lantern") -> Merchant:
    asked = NewOrganization(
        slug, f"The {slug}", city="Portland", zone="America/Los_Angeles", commission_percent=15
    )
    organization_id = await found_organization(asked, store=store, clock=clock)
    typed = TypedVenue("Lantern Street", "418 Lantern Street", "Portland", "America/Los_Angeles")
    venue_id = await keep_venue(
        typed, organization_id, actor=owner_of(organization_id), store=store, clock=clock, keys=KEYS
    )
    return Merchant(store, clock, organization_id, venue_id)
