"""One shop and the six people of the matrix, each with what opens doors for them: a cookie, or a token."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
from sqlalchemy import select

from campaigns.checkins.write_offer import TypedOffer, write_offer
from campaigns.deals.rows import deal_venues
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.ids import AccountId
from campaigns.foundation.store import Store
from campaigns.orders.queries import vouchers_of
from campaigns.orders.rows import read_order
from campaigns.people.identify import identify
from campaigns.people.ports import Letter
from campaigns.people.rules import Actor
from campaigns.people.sessions import open_session
from campaigns.sharing.give_link import link_of_order
from campaigns.vouchers.rows import vouchers
from storefront.assets import static_url
from storefront.site import Site
from tests.storefront.api.programs import Office, Program, a_draft, a_key, an_office
from tests.storefront.consoles.campaign_scene import a_campaign
from tests.storefront.consoles.feed_scene import a_feed
from tests.storefront.consoles.mention_scene import a_mention
from tests.storefront.consoles.people import People, enrolled, people_of
from tests.storefront.shop import ADDRESS

_EMAILS = {"buyer": "mei@example.com", "stranger": "owner@moss.example"}
_NUMBERS = itertools.count(1)


@dataclass
class Crowd:
    """`places` fills in addresses, `own_places` those of one route. `bodies` are what programs send, by route."""

    office: Office
    people: People
    accounts: dict[str, AccountId]
    places: Mapping[str, str]
    own_places: Mapping[str, Mapping[str, str]]
    bodies: Mapping[str, Any]
    programs: dict[str, Program] = field(default_factory=dict)

    async def ask(self, who: str, route: str) -> httpx.Response:
        method, _, template = route.partition(" ")
        own = self.own_places.get(template, {})
        path = re.sub(r"\{(\w+):\w+\}", lambda name: {**self.places, **own}[name[1]], template)
        if path.startswith("/api/"):
            return await self._program(who, method, path, self.bodies.get(route))
        return await self._browser(
            who,
            method,
            f"{path}?venue={self.people.venue_id}" if path in ("/desk", "/till", "/till/decline") else path,
        )

    async def _program(self, who: str, method: str, path: str, body: Any) -> httpx.Response:
        client = self.programs.get(who, self.office.anybody).client
        headers = {"idempotency-key": a_key()}
        # A buyer's cookie is shown as well, and must open nothing.
        cookies = {"session": await self._cookie(who)} if who == "buyer" else {}
        client.cookies = httpx.Cookies(cookies)
        path = path.removeprefix("/api/v1")
        return await client.request(method, path, headers=headers, json=body if method != "GET" else None)

    async def _browser(self, who: str, method: str, path: str) -> httpx.Response:
        """A session of its own for every request: some of them end it."""
        address = f"192.0.{next(_NUMBERS) % 250}.7"
        transport = httpx.ASGITransport(
            cast(Any, self.office.app), raise_app_exceptions=False, client=(address, 1234)
        )
        cookies = {"session": await self._cookie(who)} if who in self.accounts else {}
        headers = {"accept": "text/html"}
        async with httpx.AsyncClient(
            transport=transport, base_url=ADDRESS, headers=headers, cookies=cookies
        ) as client:
            if method == "GET":
                return await client.get(path)
            form = (await client.get("/sign-in")).text
            found = re.search(r'name="_csrf" value="([^"]+)"', form)
            assert found
            return await client.post(path, data={"_csrf": found[1], "code": "AAAA-BBBB-CCCC-DDDD"})

    async def _cookie(self, who: str) -> str:
        world = self.office.world
        async with world.store.begin() as unit:
            opened = await open_session(unit, self.accounts[who], "staff", world.clock.at)
        return opened.token


@asynccontextmanager
async def a_crowd(store: Store, clock: ManualClock, folder: Path) -> AsyncIterator[Crowd]:
    async with an_office(store, clock, folder) as office:
        world = office.world
        people = await people_of(world)
        world.merchant_id = people.merchant_id
        stranger = await office.merchant("moss")
        await enrolled(stranger, "owner", _EMAILS["stranger"], world)
        programs = {
            "stranger": await office.program("owner", organization_id=stranger),
            **{role: await office.program(role) for role in ("staff", "owner", "operator")},
        }
        accounts = await _accounts(office, people)
        places, own_places = await _places(office, people.venue_id)
        places["offer_id"] = places["offer"] = await _an_offer(office, people)
        places |= {"venue": people.venue_id, "check_in_id": "chk_none"}
        bodies = _bodies(people.venue_id) | await _arriving(office, places)
        # A stream would never end; from now on whoever opens one is told to come back.
        site: Site = office.app.state["site"]
        site.drain.begin()
        yield Crowd(office, people, accounts, places, own_places, bodies, programs)


async def _accounts(office: Office, people: People) -> dict[str, AccountId]:
    emails = {**_EMAILS, **{role: people.email(role) for role in ("staff", "owner", "operator")}}
    async with office.world.store.begin() as unit:
        return {who: await identify(unit, email, office.world.clock.at) for who, email in emails.items()}


async def _places(office: Office, venue_id: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    world = office.world
    deal_id = await world.deal(threshold=1, slug="noodles")
    order_id = await world.buy(deal_id, _EMAILS["buyer"], 2)
    async with world.store.read() as unit:
        (voucher, *_) = await vouchers_of(unit, world.keys, vouchers.c.order_id == order_id)
    link = await link_of_order(order_id, store=world.store, clock=world.clock)
    assert link is not None
    mailbox = office.app.state["site"].mailbox
    await mailbox.send(Letter("letter:1", _EMAILS["buyer"], "Hello", ("A letter.",)))
    campaign_id = await a_campaign(office.merchant_id, around=world)
    mention_id = await a_mention(world)
    feed = await a_feed(world, office.app.state["site"].publishers, deal_id=deal_id)
    order_key = world.links.order(order_id).rpartition("/")[2]
    voucher_key = world.links.voucher(voucher.id).rpartition("/")[2]
    places = {
        "slug": "noodles", "deal": deal_id, "deal_id": deal_id, "order_id": order_id, "order": order_key,
        "signed": order_key, "voucher": voucher_key, "organization": office.merchant_id, "letter_id": "1",
        "code": link.code, "channel": "mail", "link_id": link.id, "campaign_id": campaign_id,
        "campaign": campaign_id, "table": "funnel.csv",
        "account_id": feed.account_id, "template_id": feed.draft, "text": feed.draft,
        "post_id": feed.post_id, "act": "drop",
        "name": "0" * 64, "mention": mention_id, "mention_id": mention_id,
        "file_path": static_url("css/app.css").removeprefix("/static/dist/"), "path": "nothing",
    }  # fmt: skip
    own = {
        f"/vouchers/{{signed:str}}{rest}": {"signed": voucher_key} for rest in ("", "/check-in", "/device")
    }
    subscription = world.links.unsubscribe(office.merchant_id, await _account_of(office, order_id))
    own["/unsubscribe/{signed:str}"] = {"signed": subscription.rpartition("/")[2]}
    own["/links/{signed:str}"] = {"signed": world.links.own_link(link.id).rpartition("/")[2]}
    own["/console/venues/{venue_id:str}"] = {"venue_id": venue_id}
    own["/api/v1/orders/{order:str}/refunds"] = {"order": order_id}
    return places, own


async def _account_of(office: Office, order_id: str) -> str:
    async with office.world.store.read() as unit:
        return str((await read_order(unit, order_id)).buyer_id)


async def _arriving(office: Office, places: Mapping[str, str]) -> dict[str, Any]:
    """What a holder sends at the venue of the voucher."""
    there = select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == places["deal_id"])
    ((venue_id,),) = await office.world.rows(there)
    here = {"venue_id": str(venue_id)}
    arrival = {**here, "voucher": places["voucher"], "code": "123456", "challenge": "cha_none"}
    offer = {"kind": "loyalty", "title": "Tea for regulars", "reward": "Tea", "staff_sentence": "Pour it."}
    return {
        "POST /api/v1/vouchers/{voucher:str}/challenges": here,
        "POST /api/v1/check-ins": arrival,
        "POST /api/v1/check-in-offers": {**here, **offer, "every": 5},
    }


async def _an_offer(office: Office, people: People) -> str:
    world = office.world
    owner = Actor(AccountId("acc_owner"), "Owner", {people.merchant_id: "owner"})
    typed = TypedOffer("loyalty", "Tea for regulars", "A pot of tea", "Pour a pot of tea.", every="5")
    around: dict[str, Any] = {"store": world.store, "clock": world.clock, "keys": world.keys}
    return await write_offer(people.venue_id, typed, actor=owner, **around)


def _bodies(venue_id: str) -> dict[str, Any]:
    prefix = "/api/v1"
    return {
        f"POST {prefix}/campaigns": {"name": "Noodle week"},
        f"POST {prefix}/campaigns/{{campaign:str}}/launch": {},
        f"POST {prefix}/contacts": {"csv": "email,group,consent_source,consent_on\njo@example.com,,,\n"},
        f"POST {prefix}/deals": a_draft(),
        f"PUT {prefix}/deals/{{deal:str}}": a_draft(),
        f"POST {prefix}/deals/{{deal:str}}/send-back": {"reasons": "Say more about it."},
        f"POST {prefix}/deals/{{deal:str}}/cancel": {"reason": "The kitchen burned down."},
        f"POST {prefix}/deals/{{deal:str}}/orders": {"email": "jo@example.com", "units": 1},
        f"POST {prefix}/orders/{{order:str}}/refunds": {"units": 1},
        f"POST {prefix}/mentions/{{mention:str}}/answer": {"text": "Thank you."},
        f"POST {prefix}/mentions/{{mention:str}}/assign": {"team": "pr", "reason": "Asked to."},
        f"POST {prefix}/mentions/{{mention:str}}/sentiment": {"sentiment": "neutral"},
        f"POST {prefix}/feeds": {"network": "wall", "handle": "Fern"},
        f"POST {prefix}/announcements": {"kind": "tipped", "text": "On: {title}.\n{who_pays}\n{link}"},
        f"POST {prefix}/announcements/{{text:str}}/approve": {"text": "Something else"},
        f"POST {prefix}/organizations": {"slug": "fern", "name": "Fern", "zone": "UTC"},
        f"POST {prefix}/organizations/{{organization:str}}/members": {
            "email": "a@fern.example",
            "role": "staff",
        },
        f"POST {prefix}/redemptions": {"code": "AAAA-BBBB-CCCC-DDDD", "venue_id": venue_id},
        f"POST {prefix}/venues": {
            "name": "Garden",
            "address": "1 Garden Way",
            "city": "Portland",
            "zone": "UTC",
        },
    }
