"""A storefront over a test's own database, and a browser's manners towards it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
from litestar import Litestar

from campaigns.foundation.clock import Clock
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from integrations.adapters import Adapters, build_adapters
from storefront.asgi import create_app

ADDRESS = "http://quorum.test:8000"
PASSWORD = "correct horse battery"
SECRET = "a secret of forty characters for the tests"


def shop_settings(folder: Path, **changes: object) -> Settings:
    """Settings that read no file and no environment of the machine's."""
    values = {"home": folder, "public_url": ADDRESS, "secret": SECRET, "testing": True, **changes}
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@dataclass
class Shop:
    """`browser()` opens clients that keep cookies; each is another person."""

    settings: Settings
    store: Store
    clock: Clock
    app: Litestar
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, address: str = "192.0.2.7", **headers: str) -> Browser:
        transport = httpx.ASGITransport(
            cast(Any, self.app), raise_app_exceptions=False, client=(address, 1234)
        )
        shown = {"accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        client = httpx.AsyncClient(transport=transport, base_url=self.settings.address, headers=shown)
        self.clients.append(client)
        return Browser(client)

    async def member(self, role: str = "owner", slug: str = "fern") -> OrganizationId:
        """A person of that role at `role@slug.example`, who can sign in."""
        kind = "platform" if role == "operator" else "merchant"
        founded = await found_organization(
            NewOrganization(slug, slug.title(), kind), store=self.store, clock=self.clock
        )
        asked = Enrolment(founded, f"{role}@{slug}.example", role, f"A {role}", PASSWORD)
        await enrol(asked, store=self.store, clock=self.clock, keys=self.settings.keys())
        return founded

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()


@dataclass
class Browser:
    """A client with a cookie jar, which fills in forms as a page would."""

    client: httpx.AsyncClient

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={n.replace("_", "-"): v for n, v in headers.items()})

    async def token(self, path: str = "/sign-in") -> str:
        """The token of the first form on a page."""
        found = re.search(r'name="_csrf" value="([^"]+)"', (await self.get(path)).text)
        if found is None:
            raise LookupError(f"{path} has no form")
        return found.group(1)

    async def submit(
        self, path: str, fields: dict[str, str] | None = None, *, form_on: str = "/sign-in", **headers: str
    ) -> httpx.Response:
        """Send a form with the token of the page it is on."""
        data = {"_csrf": await self.token(form_on), **(fields or {})}
        return await self.client.post(
            path, data=data, headers={n.replace("_", "-"): v for n, v in headers.items()}
        )

    async def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        return await self.submit("/sign-in", {"email": email, "password": password, **fields})


def open_shop(settings: Settings, store: Store, clock: Clock, adapters: Adapters | None = None) -> Shop:
    chosen = adapters or build_adapters(settings)
    app = create_app(settings=settings, store=store, clock=clock, adapters=chosen, keys=settings.keys())
    return Shop(settings, store, clock, app)
