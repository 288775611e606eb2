"""People who can sign in: owner, manager and staff of a merchant, and an operator of the platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from campaigns.deals.draft import TypedVenue
from campaigns.deals.keep_venue import keep_venue
from campaigns.foundation.ids import OrganizationId, VenueId
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.rules import Actor

PASSWORD = "correct horse battery"
ZONE = "America/Los_Angeles"


@dataclass(frozen=True)
class People:
    """Everybody signs in at `role@slug.example` with `PASSWORD`."""

    merchant_id: OrganizationId
    venue_id: VenueId
    slug: str = "willow"

    def email(self, role: str) -> str:
        return "operator@platform.example" if role == "operator" else f"{role}@{self.slug}.example"


async def enrolled(organization_id: OrganizationId, role: str, email: str, around: Any) -> Any:
    """Give somebody a role and a password. `around` has a store, a clock and keys."""
    asked = Enrolment(organization_id, email, role, f"{role.title()} of it", PASSWORD)
    return await enrol(asked, store=around.store, clock=around.clock, keys=around.keys)


async def people_of(around: Any, slug: str = "willow") -> People:
    """The merchant `slug` with an owner, a manager, staff and one venue, and an operator of the platform."""
    merchant = NewOrganization(slug, f"{slug.title()} Street Kitchen", city="Portland", zone=ZONE)
    merchant_id = await found_organization(merchant, store=around.store, clock=around.clock)
    account_id = await enrolled(merchant_id, "owner", f"owner@{slug}.example", around)
    owner = Actor(account_id, "Owner", {merchant_id: "owner"})
    for role in ("manager", "staff"):
        await enrolled(merchant_id, role, f"{role}@{slug}.example", around)
    platform = NewOrganization("platform", "The platform", "platform")
    platform_id = await found_organization(platform, store=around.store, clock=around.clock)
    await enrolled(platform_id, "operator", "operator@platform.example", around)
    place = TypedVenue("Alder Street", "214 SE Alder Street", "Portland", ZONE)
    venue_id = await keep_venue(
        place, merchant_id, actor=owner, store=around.store, clock=around.clock, keys=around.keys
    )
    return People(merchant_id, venue_id, slug)


async def sign_in(page: Page, address: str, email: str, then: str) -> None:
    """Sign in on the page as a person does, and go on to `then`."""
    await page.context.clear_cookies()
    await page.goto(f"{address}/sign-in?next={then}")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{address}{then}")
