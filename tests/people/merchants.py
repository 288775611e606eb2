"""A merchant with its people, made through the operations themselves."""

from campaigns.foundation.clock import Clock
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.queries import actor_of
from campaigns.people.rules import Actor

KEYS = Keys(("a secret of forty characters for the tests",))
PASSWORD = "correct horse battery"


async def a_merchant(
    slug: str = "fern", *, store: Store, clock: Clock, kind: str = "merchant"
) -> OrganizationId:
    return await found_organization(NewOrganization(slug, slug.title(), kind), store=store, clock=clock)


async def a_member(
    organization_id: OrganizationId,
    role: str = "owner",
    *,
    store: Store,
    clock: Clock,
    password: str | None = None,
) -> AccountId:
    """One person per role, at `role@fern.example`."""
    asked = Enrolment(organization_id, f"{role}@fern.example", role, f"A {role}", password)
    return await enrol(asked, store=store, clock=clock, keys=KEYS)


async def an_actor(account_id: AccountId, *, store: Store) -> Actor:
    async with store.read() as unit:
        return await actor_of(unit, account_id)
