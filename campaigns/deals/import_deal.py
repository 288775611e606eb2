"""Import a deal file: make its deal, bring its draft up to date, or find that nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals.deal_file import DealFile, at_that_time, plan_of_file
from campaigns.deals.drafting import parse
from campaigns.deals.file_source import InvalidDealFile
from campaigns.deals.keep_venue import store_venue
from campaigns.deals.review import Approve, review_locked
from campaigns.deals.revise import revise_plan
from campaigns.deals.rows import deals, lock_deal, open_if_due
from campaigns.deals.rules import PublishedTermsStand, SlugTaken
from campaigns.deals.submit import submit_locked
from campaigns.deals.write import write_plan
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import InvalidFields
from campaigns.foundation.ids import AccountId, DealId, OrganizationId
from campaigns.foundation.store import Store, Unit
from campaigns.people.found_organization import found_organization
from campaigns.people.rows import organization
from campaigns.people.rules import OWNER, Actor

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


@dataclass(frozen=True)
class Imported:
    """`outcome` is created, updated or unchanged; `state` is the deal's afterwards."""

    slug: str
    outcome: str
    state: str


async def import_deal(file: DealFile, *, store: Store, clock: Clock, dry_run: bool = False) -> Imported:
    """Safe to repeat: a deal is found by its slug, and a file that says the same changes nothing.

    Everything happens in one transaction, or nothing does; only a missing merchant is made before it. A dry
    run answers what would happen. Raises InvalidDealFile, PublishedTermsStand, SlugTaken, WindowsOverlap,
    OfferInUse.
    """
    async with store.read() as unit:
        now = await clock.now(unit)
        found = await _found(unit, file)
    outcome = _outcome(found, file)
    if outcome == UNCHANGED:
        return Imported(file.slug, outcome, found.state)
    plan = plan_of_file(file, now)
    if dry_run:
        published = "open" if plan.deal.opens_at <= now else "scheduled"
        return Imported(file.slug, outcome, published if file.publish else "draft")
    organization_id = await _merchant(file, store, clock)
    async with store.begin() as unit:
        return await _store(unit, file, organization_id, now, clock)


def _outcome(found: Any, file: DealFile) -> str:
    if found is None:
        return CREATED
    if found.merchant_slug != file.merchant.slug:
        raise SlugTaken(slug=file.slug)
    if found.imported_digest == file.digest:
        return UNCHANGED
    if found.state != "draft":
        raise PublishedTermsStand(slug=file.slug, state=found.state.replace("_", " "))
    return UPDATED


async def _found(unit: Unit, file: DealFile) -> Any:
    statement = (
        select(deals.c.id, deals.c.state, deals.c.imported_digest, organization.c.slug.label("merchant_slug"))
        .join(organization, organization.c.id == deals.c.organization_id)
        .where(deals.c.slug == file.slug)
    )
    return await unit.one(statement)


async def _merchant(file: DealFile, store: Store, clock: Clock) -> OrganizationId:
    try:
        return await found_organization(file.merchant, store=store, clock=clock)
    except InvalidFields as reason:
        file.source.refuse_all(reason.errors, under="merchant.")
        raise InvalidDealFile(file.source.name, file.source.mistakes) from None


async def _store(
    unit: Unit, file: DealFile, organization_id: OrganizationId, now: datetime, clock: Clock
) -> Imported:
    actor = _the_file(organization_id)
    venue_ids: Sequence[str] = [await store_venue(unit, venue, organization_id) for venue in file.venues]
    draft = replace(at_that_time(file.draft, now), venue_ids=tuple(venue_ids))
    plan = parse(draft)
    found = await _found(unit, file)
    outcome = _outcome(found, file)  # somebody may have imported it meanwhile
    if outcome == UNCHANGED:
        return Imported(file.slug, outcome, found.state)
    if found is None:
        deal_id = await write_plan(unit, plan, draft, organization_id, actor=actor, clock=clock)
    else:
        deal_id = found.id
        await revise_plan(unit, await lock_deal(unit, deal_id), plan, draft, actor=actor, clock=clock)
    state = await _publish(unit, deal_id, actor, clock) if file.publish else "draft"
    return Imported(file.slug, outcome, state)


async def _publish(unit: Unit, deal_id: DealId, actor: Actor, clock: Clock) -> str:
    """Submitted, approved and, if it is time, opened at once."""
    await submit_locked(unit, await lock_deal(unit, deal_id), actor=actor, clock=clock)
    await review_locked(unit, await lock_deal(unit, deal_id), Approve(), actor=actor, clock=clock)
    opened = await open_if_due(unit, await lock_deal(unit, deal_id), await clock.now(unit))
    return "open" if opened else "scheduled"


def _the_file(organization_id: OrganizationId) -> Actor:
    """Whoever can import files runs the installation: owner of this merchant and operator at once."""
    return Actor(AccountId("deal_file"), "deal file", {organization_id: OWNER}, is_operator=True)
