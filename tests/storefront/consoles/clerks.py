"""People at work in a console over HTTP: each with a session, filling in forms as a page would."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from campaigns.orders.queries import VoucherView, vouchers_of
from campaigns.people.identify import identify
from campaigns.people.sessions import open_session
from campaigns.vouchers.rows import vouchers
from tests.storefront.api.programs import Office
from tests.storefront.consoles.people import People, people_of
from tests.storefront.shop import ADDRESS
from tests.world import World

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Clerk:
    """One browser. `form` answers the hidden fields of a page, which go back with what is typed."""

    client: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def form(self, path: str) -> dict[str, str]:
        return {name: html.unescape(value) for name, value in _HIDDEN.findall((await self.get(path)).text)}

    async def send(self, path: str, fields: dict[str, Any], *, on: str = "") -> httpx.Response:
        return await self.client.post(path, data={**await self.form(on or path), **fields})


@dataclass
class Staffed:
    """An office whose merchant has people and, in `world`, deals."""

    office: Office
    people: People
    _open: list[Clerk] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.office.world

    async def clerk(self, role: str) -> Clerk:
        world = self.world
        async with world.store.begin() as unit:
            account_id = await identify(unit, self.people.email(role), world.clock.at)
            opened = await open_session(unit, account_id, "staff", world.clock.at)
        transport = httpx.ASGITransport(
            cast(Any, self.office.app), raise_app_exceptions=False, client=("192.0.2.7", 1234)
        )
        client = httpx.AsyncClient(
            transport=transport,
            base_url=ADDRESS,
            headers={"accept": "text/html"},
            cookies={"session": opened.token},
        )
        self._open.append(Clerk(client))
        return self._open[-1]

    async def vouchers(self, order_id: str) -> tuple[VoucherView, ...]:
        async with self.world.store.read() as unit:
            return await vouchers_of(unit, self.world.keys, vouchers.c.order_id == order_id)

    async def close(self) -> None:
        for clerk in self._open:
            await clerk.client.aclose()


@asynccontextmanager
async def staffed(office: Office) -> AsyncIterator[Staffed]:
    people = await people_of(office.world)
    office.world.merchant_id = people.merchant_id
    opened = Staffed(office, people)
    yield opened
    await opened.close()


def text_of(answer: httpx.Response) -> str:
    """What a reader of the page sees, in one line."""
    main = answer.text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())
