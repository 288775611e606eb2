"""Accounts, organizations and memberships on both databases."""

import asyncio

import pytest
from sqlalchemy import func, select

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import InvalidFields, NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Store
from campaigns.people.audit import verify_chain
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.identify import identify
from campaigns.people.queries import (
    account_by_email,
    is_insider,
    members_of,
    organization_by_slug,
    organizations_of,
    read_account,
    read_organization,
)
from campaigns.people.rows import account
from campaigns.people.rules import InvalidEmail
from tests.people.merchants import KEYS, PASSWORD, a_member, a_merchant, an_actor


async def an_id(email: str, store: Store, clock: ManualClock) -> str:
    async with store.begin() as unit:
        return await identify(unit, email, clock.at)


async def test_the_same_address_is_the_same_account_however_it_is_typed(
    store: Store, clock: ManualClock
) -> None:
    """R3."""
    first = await an_id("Ada@Example.com", store, clock)
    assert await an_id(" ada@example.COM", store, clock) == first
    async with store.read() as unit:
        found = await account_by_email(unit, "ADA@example.com")
        assert found is not None
        assert found == await read_account(unit, found.id)
    assert (found.id, found.email) == (first, "Ada@example.com")


async def test_twenty_twins_at_once_make_one_account(store: Store, clock: ManualClock) -> None:
    ids = await asyncio.gather(*(an_id("ada@example.com", store, clock) for _ in range(20)))
    assert len(set(ids)) == 1
    async with store.read() as unit:
        assert await unit.value(select(func.count()).select_from(account)) == 1


async def test_no_account_is_made_for_what_is_not_an_address(store: Store, clock: ManualClock) -> None:
    with pytest.raises(InvalidEmail):
        await an_id("ada", store, clock)


async def test_founding_twice_answers_with_the_same_organization(store: Store, clock: ManualClock) -> None:
    asked = NewOrganization("fern", "Fern & Co", city="Portland", zone="America/Los_Angeles")
    first = await found_organization(asked, store=store, clock=clock)
    assert await found_organization(asked, store=store, clock=clock) == first
    async with store.read() as unit:
        found = await organization_by_slug(unit, "fern")
        assert found is not None
        assert found == await read_organization(unit, first)
    assert (found.name, found.zone, found.commission_percent) == ("Fern & Co", "America/Los_Angeles", 20)


async def test_everything_wrong_with_a_new_organization_is_said_at_once(
    store: Store, clock: ManualClock
) -> None:
    wrong = NewOrganization("Fern Co", " ", "shop", zone="Portland", commission_percent=101)
    with pytest.raises(InvalidFields) as refused:
        await found_organization(wrong, store=store, clock=clock)
    fields = [error.field for error in refused.value.errors]
    assert fields == ["slug", "name", "kind", "zone", "commission_percent"]


async def test_enrolling_twice_changes_nothing(store: Store, clock: ManualClock) -> None:
    fern = await a_merchant(store=store, clock=clock)
    first = await a_member(fern, "manager", store=store, clock=clock)
    assert await a_member(fern, "manager", store=store, clock=clock) == first
    async with store.read() as unit:
        members = await members_of(unit, fern)
        assert [(member.account_id, member.role) for member in members] == [(first, "manager")]
        assert [found.slug for found in await organizations_of(unit, first)] == ["fern"]
        assert await verify_chain(unit, fern, KEYS) is None


async def test_a_new_role_replaces_the_old_one_and_is_in_the_audit_trail(
    store: Store, clock: ManualClock
) -> None:
    fern = await a_merchant(store=store, clock=clock)
    member = await a_member(fern, "staff", store=store, clock=clock)
    promoted = Enrolment(fern, "staff@fern.example", "manager")
    assert await enrol(promoted, store=store, clock=clock, keys=KEYS) == member
    assert (await an_actor(member, store=store)).roles == {fern: "manager"}


async def test_an_account_with_a_password_keeps_it_when_enrolled_again(
    store: Store, clock: ManualClock
) -> None:
    """Whoever can enrol must not be able to take an account over."""
    fern = await a_merchant(store=store, clock=clock)
    await a_member(fern, store=store, clock=clock, password=PASSWORD)
    async with store.read() as unit:
        before = await unit.value(select(account.c.password_hash))
    await a_member(fern, store=store, clock=clock, password="another long password")
    async with store.read() as unit:
        assert await unit.value(select(account.c.password_hash)) == before


@pytest.mark.parametrize(
    ("kind", "role"), [("merchant", "operator"), ("platform", "owner"), ("merchant", "king")]
)
async def test_a_role_must_fit_the_kind_of_organization(
    kind: str, role: str, store: Store, clock: ManualClock
) -> None:
    founded = await a_merchant("other", store=store, clock=clock, kind=kind)
    with pytest.raises(InvalidFields):
        await a_member(founded, role, store=store, clock=clock)


async def test_nobody_is_enrolled_in_an_organization_that_is_not_there(
    store: Store, clock: ManualClock
) -> None:
    with pytest.raises(NotFound):
        await a_member(OrganizationId("org_none"), store=store, clock=clock)


async def test_members_and_the_platform_are_insiders_and_buyers_are_not(
    store: Store, clock: ManualClock
) -> None:
    """R9."""
    fern, moss = [await a_merchant(slug, store=store, clock=clock) for slug in ("fern", "moss")]
    platform = await a_merchant("platform", store=store, clock=clock, kind="platform")
    owner = await a_member(fern, store=store, clock=clock)
    operator = await a_member(platform, "operator", store=store, clock=clock)
    async with store.read() as unit:
        assert await is_insider(unit, owner, fern)
        assert not await is_insider(unit, owner, moss)
        assert await is_insider(unit, operator, fern)
    assert (await an_actor(operator, store=store)).is_operator
