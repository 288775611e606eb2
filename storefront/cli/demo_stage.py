"""Play the demo's past: the real operations and the real stand-in, on a clock set back some days."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select

from campaigns.checkins.scan import scan
from campaigns.deals.rows import deal_venues, deals
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.logs import configure_logs
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from campaigns.lift.measure import measure_due
from campaigns.orders.carry_out import Outside, carry_out
from campaigns.orders.checkout import claim_checkout
from campaigns.orders.join import Ask
from campaigns.orders.queries import vouchers_of
from campaigns.orders.reconcile import reconcile_order
from campaigns.orders.rows import orders
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.queries import Organization, actor_of, organization_by_slug
from campaigns.people.rows import account, membership
from campaigns.people.rules import OWNER, STAFF, Actor, normalize_email
from campaigns.sharing.join_by_link import Came, join_by_link
from campaigns.vouchers.redeem import Scan
from campaigns.vouchers.rows import vouchers
from integrations.adapters import STAND_IN_PREFIX, Adapters, Pay, build_adapters, open_stand_in, paying
from scheduler.main import Surroundings, drain_effects, drain_feeds, surroundings_of, until_quiet
from storefront.cli.demo_people import PASSWORD, PLATFORM, SIGN_INS

_ALONE = Came()


@dataclass(frozen=True)
class Stage:
    """A whole installation with its clock in our hands. `pay` is what buyers do at the stand-in."""

    clock: ManualClock
    surroundings: Surroundings
    adapters: Adapters
    pay: Pay

    @property
    def store(self) -> Store:
        return self.surroundings.money.store

    @property
    def money(self) -> Outside:
        return self.surroundings.money

    async def settle_down(self) -> None:
        """Let everything happen that is due at this moment."""
        await until_quiet(self.surroundings)

    async def send_posts(self) -> None:
        """Let feeds say what they owe."""
        await drain_feeds(self.surroundings)

    async def count(self) -> None:
        """Bring every campaign's report up to date."""
        await measure_due(store=self.store, clock=self.clock)

    async def open_doors(self) -> None:
        """Found the platform; merchants come with their first deal."""
        platform = NewOrganization(PLATFORM, "Quorum demo", kind="platform")
        await found_organization(platform, store=self.store, clock=self.clock)
        await self.enrol_people_of(PLATFORM)

    async def organization(self, slug: str) -> Organization:
        async with self.store.read() as unit:
            found = await organization_by_slug(unit, slug)
        if found is None:
            raise NotFound(what="organization")
        return found

    async def actor(self, email: str) -> Actor:
        """Somebody with an account, as whoever is signed in."""
        async with self.store.read() as unit:
            mine = select(account.c.id).where(account.c.email_key == normalize_email(email))
            return await actor_of(unit, await unit.value(mine))

    async def enrol_people_of(self, slug: str) -> None:
        """Give those who can sign in their roles in one organization."""
        organization = await self.organization(slug)
        for person in SIGN_INS:
            if person.merchant != slug:
                continue
            asked = Enrolment(organization.id, person.email, person.role, person.name, PASSWORD)
            await enrol(asked, store=self.store, clock=self.clock, keys=self.money.keys)

    async def buy(self, slug: str, email: str, units: int, card: str, came: Came = _ALONE) -> str:
        """Join, pay on the hosted page, and carry out what follows; the order's id."""
        ask = Ask(await self.deal_id(slug), email, units, f"demo:{slug}:{email}")
        links = self.surroundings.links
        placed = await join_by_link(ask, came, store=self.store, clock=self.clock, links=links)
        wish = await claim_checkout(placed.order_id, store=self.store, clock=self.clock)
        if wish is not None:
            await carry_out(wish, self.money)
        async with self.store.read() as unit:
            session_id = await unit.value(select(orders.c.session_id).where(orders.c.id == placed.order_id))
        await self.pay(session_id, card)
        await reconcile_order(placed.order_id, self.money)
        await drain_effects(self.surroundings)
        return placed.order_id

    async def use_voucher(self, slug: str) -> None:
        """Redeem one voucher of a deal at its first venue, by its merchant's staff."""
        deal_id = await self.deal_id(slug)
        async with self.store.read() as unit:
            issued = await vouchers_of(
                unit, self.money.keys, (vouchers.c.deal_id == deal_id) & (vouchers.c.state == "issued")
            )
            venue_id = await unit.value(
                select(deal_venues.c.venue_id)
                .where(deal_venues.c.deal_id == deal_id)
                .order_by(deal_venues.c.venue_id)
            )
        asked = Scan(issued[0].code, venue_id, f"demo:{issued[0].id}")
        staff = await self._staff_of(deal_id)
        await scan(asked, actor=staff, store=self.store, clock=self.clock, keys=self.money.keys)

    async def deal_id(self, slug: str) -> str:
        async with self.store.read() as unit:
            return str(await unit.value(select(deals.c.id).where(deals.c.slug == slug)))

    async def _staff_of(self, deal_id: str) -> Actor:
        """Somebody who works for a deal's merchant."""
        async with self.store.read() as unit:
            account_id = await unit.value(
                select(membership.c.account_id)
                .join(deals, deals.c.organization_id == membership.c.organization_id)
                .where(deals.c.id == deal_id, membership.c.role.in_((OWNER, STAFF)))
            )
            return await actor_of(unit, account_id)


@asynccontextmanager
async def a_stage(settings: Settings, store: Store, clock: ManualClock) -> AsyncIterator[Stage]:
    """The stage, with the stand-in served on a free port while inside. It tells nobody: we ask it."""
    stand_in = open_stand_in(
        settings, now=lambda: clock.at, public_base=f"{settings.address}{STAND_IN_PREFIX}"
    )
    async with stand_in.served() as (address, _):
        paid_there = settings.model_copy(update={"stripe_api_base": address})
        adapters = build_adapters(paid_there, now=lambda: clock.at)
        surroundings = surroundings_of(settings, store=store, clock=clock, adapters=adapters)
        configure_logs(settings.log_level, settings.keys())
        try:
            async with paying(stand_in, address) as pay:
                yield Stage(clock, surroundings, adapters, pay)
        finally:
            await adapters.close()
