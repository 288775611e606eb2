"""Programs that talk to the API in a test: one per person, each with a token of its own."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Store
from campaigns.people.create_token import NewToken, create_token
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.queries import actor_of
from campaigns.people.rules import ACTS, may
from integrations.mail.mailbox import MailboxMailer
from storefront.asgi import Storefront, create_app
from tests.shop import adapters_of
from tests.storefront.shop import ADDRESS, shop_settings
from tests.world import KEYS, LINKS, World, a_world

_KEYS = itertools.count(1)
Json = dict[str, Any]


def a_key() -> str:
    """An Idempotency-Key that nobody used."""
    return f"key-of-a-test-number-{next(_KEYS)}"


class Program:
    """Speaks JSON. `post` sends a fresh Idempotency-Key unless it is given one; `""` sends none."""

    def __init__(self, app: Storefront, token: str | None = None, address: str = "192.0.2.7") -> None:
        transport = httpx.ASGITransport(cast(Any, app), raise_app_exceptions=False, client=(address, 1234))
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.AsyncClient(transport=transport, base_url=f"{ADDRESS}/api/v1", headers=headers)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.client.put(path, json=body)

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        sent = a_key() if key is None else key
        headers = {"idempotency-key": sent} if sent else {}
        if body is None:
            return await self.client.post(path, headers=headers)
        return await self.client.post(path, json=body, headers=headers)


@dataclass
class Office:
    """A world with an API over it. `anybody` has no token."""

    world: World
    app: Storefront
    anybody: Program
    programs: list[Program]

    @property
    def merchant_id(self) -> OrganizationId:
        return OrganizationId(self.world.merchant_id)

    async def program(
        self, role: str, *, organization_id: str = "", scopes: tuple[str, ...] | None = None
    ) -> Program:
        """Somebody of that role at the world's merchant, or at another's; an operator is of the platform."""
        world, where = self.world, OrganizationId(organization_id or self.world.merchant_id)
        if role == "operator":
            platform = NewOrganization("platform", "The platform", "platform")
            where = await found_organization(platform, store=world.store, clock=world.clock)
        asked = Enrolment(where, f"{role}@{where[-6:]}.example", role, role.title())
        account_id = await enrol(asked, store=world.store, clock=world.clock, keys=KEYS)
        async with world.store.read() as unit:
            actor = await actor_of(unit, account_id)
        acts = tuple(act for act in ACTS if act != "create_token" and may(actor, act, where))
        wish = NewToken(where, "test", acts if scopes is None else scopes, timedelta(days=1))
        owner = actor
        if role not in ("owner", "operator"):
            owner = type(actor)(account_id, actor.name, {where: "owner"})
        made = await create_token(wish, actor=owner, store=world.store, clock=world.clock, keys=KEYS)
        return self.open(made.token)

    async def merchant(self, slug: str = "moss") -> OrganizationId:
        """Another merchant."""
        return await found_organization(
            NewOrganization(slug, slug.title()), store=self.world.store, clock=self.world.clock
        )

    def open(self, token: str | None = None) -> Program:
        program = Program(self.app, token)
        self.programs.append(program)
        return program


@asynccontextmanager
async def an_office(store: Store, clock: ManualClock, folder: Path) -> AsyncIterator[Office]:
    """The API over a world whose sandbox runs while inside."""
    async with a_world(store, clock, links=LINKS) as world:
        mailbox = MailboxMailer(folder / "mailbox.db", now=lambda: clock.at)
        adapters = adapters_of(world, mailbox, folder)
        app = create_app(
            settings=shop_settings(folder), store=store, clock=clock, adapters=adapters, keys=KEYS
        )
        office = Office(world, app, Program(app), [])
        try:
            yield office
        finally:
            for program in (*office.programs, office.anybody):
                await program.client.aclose()


def a_draft(**changes: Any) -> Json:
    """The body of a deal that could be published."""
    return {
        "title": "Hand-pulled noodle dinner for two",
        "summary": "Two bowls, one starter to share, and tea.",
        "currency": "USD",
        "zone": "America/Los_Angeles",
        "opens_at": "-1h",
        "closes_at": "+3h",
        "price": "38.50",
        "threshold": 2,
        "promo_expires_on": "+90d",
        **changes,
    }


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which is a problem with a sentence."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert len(body["detail"]) > 10
    return answer.status_code, body["code"]
