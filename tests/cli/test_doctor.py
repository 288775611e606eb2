"""`quorum doctor`: 0 all is well, 1 violated, 2 could not look."""

import asyncio
import json
from pathlib import Path

import pytest

from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.store import open_store
from campaigns.ledger.rows import journal
from campaigns.people.authenticate import authenticate
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from tests.cli.commands import quorum
from tests.conftest import NOON
from tests.databases import Database
from tests.world import KEYS, SECRET

Environment = dict[str, str]


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> Environment:
    return {
        "QUORUM_HOME": str(tmp_path),
        "DATABASE_URL": database.url,
        "QUORUM_SECRET": SECRET,
        "STRIPE_API_KEY": "",
    }


def test_an_empty_installation_is_well(environment: Environment) -> None:
    ended = quorum("doctor", "--json", "--audit", environment=environment)
    assert (ended.status, json.loads(ended.out)) == (0, {"violations": [], "problem": None, "status": 0})


def test_a_violation_is_named_with_its_count(environment: Environment, planted: None) -> None:
    ended = quorum("doctor", environment=environment)
    assert ended.status == 1
    assert "I6  1 journal entries have no postings" in ended.out
    found = json.loads(quorum("doctor", "--json", environment=environment).out)
    assert [(violation["id"], violation["count"]) for violation in found["violations"]] == [("I6", 1)]


def test_a_token_made_here_opens_what_it_says_and_is_shown_once(
    environment: Environment, owner: str, database: Database
) -> None:
    """S17: only its digest is kept."""
    wish = ("--merchant", "lantern", "--owner", owner, "--scope", "see_orders", "--json")
    ended = quorum("token", "create", *wish, environment=environment)
    token = json.loads(ended.out)["token"]

    async def acts() -> object:
        store = open_store(database.url)
        try:
            return (await authenticate(token, store=store, clock=DatabaseClock())).scopes
        finally:
            await store.close()

    assert asyncio.run(acts()) == frozenset({"see_orders"})


@pytest.fixture
def owner(database: Database) -> str:
    """A merchant `lantern` and its owner's address."""

    async def found() -> None:
        store, clock = open_store(database.url), DatabaseClock()
        lantern = NewOrganization("lantern", "Lantern Street Noodles")
        organization_id = await found_organization(lantern, store=store, clock=clock)
        asked = Enrolment(organization_id, "owner@lantern.example", "owner", "Lin")
        await enrol(asked, store=store, clock=clock, keys=KEYS)
        await store.close()

    asyncio.run(found())
    return "owner@lantern.example"


@pytest.fixture
def planted(database: Database) -> None:
    """A journal entry without postings."""

    async def plant() -> None:
        store = open_store(database.url)
        async with store.begin() as unit:
            values = {"at": NOON, "kind": "capture", "ref": "r", "amount_minor": 1, "currency": "USD"}
            await unit.run(journal.insert().values(values))
        await store.close()

    asyncio.run(plant())
