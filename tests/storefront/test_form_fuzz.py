"""Whatever is sent with a form, the answer is a page with a sentence on it, never a broken one (S7, S13, S19, U21)."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from sqlalchemy import update

from campaigns.deals.rows import venues
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Store
from campaigns.people.enrol import Enrolment, enrol
from integrations.mail.mailbox import MailboxMailer
from tests.shop import adapters_of
from tests.storefront.forms import Form, Sent, read_page, submissions
from tests.storefront.shop import PASSWORD, Browser, Shop, open_shop, shop_settings
from tests.world import KEYS, World, a_world

_MOST_PAGES = 60
_EACH = 7
_WORDS = re.compile(r">[^<>]*[A-Za-z][^<>]*\.\s*<")
# It ends what the other forms need; its own tests are elsewhere.
_LEFT_OUT = ("/sign-out",)


@dataclass
class Walk:
    """One person's way through the site: the pages they reach, and the forms on them by where they lead."""

    browser: Browser
    seen: set[str] = field(default_factory=set)
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    met: Counter[int] = field(default_factory=Counter)

    async def through(self, *starts: str) -> Walk:
        left = list(starts)
        while left and len(self.seen) < _MOST_PAGES:
            path = left.pop(0)
            if path in self.seen:
                continue
            self.seen.add(path)
            answer = await self.browser.get(path)
            assert answer.status_code < 500, path
            if answer.headers.get("content-type", "").startswith("text/html"):
                forms, links = read_page(path, answer.text)
                for form in forms:
                    self.forms.setdefault((form.method, form.action), form)
                left += links
        return self


async def test_no_form_breaks_whatever_is_sent_with_it(
    store: Store, clock: ManualClock, tmp_path: Path
) -> None:
    """Strangers, buyers with their links, an owner, venue staff and an operator."""
    async with a_world(store, clock) as world:
        shop = a_shop(world, tmp_path)
        try:
            walks = await everybody(world, shop)
            forms = {key for walk in walks for key in walk.forms}
            assert len([method for method, _ in forms if method == "POST"]) >= 5, forms
            dice = random.Random("every form of the site")  # noqa: S311 the same every time
            findings = [finding for walk in walks for finding in await spoil(walk, dice)]
            assert findings == []
            met = sum((walk.met for walk in walks), Counter())
            assert {200, 303, 403, 409, 413, 422} <= met.keys(), met
            assert met.total() > 300
        finally:
            await shop.close()


def a_shop(world: World, folder: Path) -> Shop:
    mailbox = MailboxMailer(folder / "mailbox.db", now=lambda: world.clock.at)
    adapters = adapters_of(world, mailbox, folder)
    settings = shop_settings(folder, secret=KEYS.secrets[0])
    return open_shop(settings, world.store, world.clock, adapters)


async def everybody(world: World, shop: Shop) -> list[Walk]:
    """The site as each kind of person finds it, with a deal in every state of its life to walk to."""
    open_deal = await world.deal(slug="open-deal", threshold=3)
    await world.deal(slug="draft-deal", state="draft", published_at=None)
    await world.deal(slug="deal-in-review", state="in_review", published_at=None)
    on = await world.deal(slug="deal-on", threshold=1)
    async with world.store.begin() as unit:  # so that holders may check in alone
        await unit.run(update(venues).values(latitude=45.5181, longitude=-122.6586, self_check_in=True))
    links = [world.links.order(await world.join(open_deal, "ada@example.com"))]
    links += [world.links.order(await world.buy(deal, "bo@example.com")) for deal in (open_deal, on)]
    paths = [link.removeprefix(world.links.address) for link in links]
    walks = [await Walk(shop.browser()).through("/", "/sign-in", "/deals/open-deal/join", *paths)]
    platform = await shop.member("operator", "platform")
    for role, where in (("owner", world.merchant_id), ("staff", world.merchant_id), ("operator", platform)):
        email = f"{role}@signed-in.example"
        asked = Enrolment(OrganizationId(where), email, role, role.title(), PASSWORD)
        await enrol(asked, store=world.store, clock=world.clock, keys=KEYS)
        browser = shop.browser()
        assert (await browser.sign_in(email)).status_code == 303
        walks.append(await Walk(browser).through("/console", "/console/desk", "/operator"))
    return walks


async def spoil(walk: Walk, dice: random.Random) -> list[str]:
    """Send hostile things with every form; what is wrong with the answers."""
    found: list[str] = []
    for (method, action), form in walk.forms.items():
        if action in _LEFT_OUT or not action.startswith("/"):
            continue
        await _renew(walk.browser, form)
        for sent in submissions(form, dice, _EACH):
            answer = await _send(walk.browser.client, method, action, sent, dice)
            walk.met[answer.status_code] += 1
            found += [f"{form.name}, {sent.what}: {why}" for why in misfits(answer)]
            if answer.status_code == 403:
                await _renew(walk.browser, form)
    return found


async def _renew(browser: Browser, form: Form) -> None:
    """After a refusal the browser has a new cookie, and the page a new token to go with it."""
    if not form.token:
        return
    forms, _ = read_page(form.page, (await browser.get(form.page)).text)
    fresh = [each.fields["_csrf"] for each in forms if "_csrf" in each.fields]
    if fresh:
        form.fields["_csrf"] = fresh[0]


async def _send(
    client: httpx.AsyncClient, method: str, action: str, sent: Sent, dice: random.Random
) -> httpx.Response:
    # From all over the world, so that no limit hides what lies behind it.
    transport: Any = client._transport
    transport.client = (f"203.{dice.randrange(256)}.{dice.randrange(256)}.7", 1234)
    if method == "GET":
        query = quote(sent.body[:2000], safe="%&=+")
        return await client.get(f"{action.partition('?')[0]}?{query}")
    return await client.post(action, content=sent.body, headers={"content-type": sent.media_type})


def misfits(answer: httpx.Response) -> list[str]:
    """An answer is a page with a sentence on it, a way on, or a file that was asked for."""
    if answer.status_code >= 500:
        return [f"{answer.status_code} {re.sub(r'<[^>]+>', ' ', answer.text)[-300:]}"]
    if answer.status_code in (204, 303):
        return []
    if not answer.headers.get("content-type", "").startswith("text/html"):
        kind = answer.headers.get("content-type", "nothing")
        return [f"{answer.status_code} is {kind}"] if answer.status_code >= 400 else []
    if "Traceback" in answer.text or not _WORDS.search(answer.text):
        return [f"{answer.status_code} says nothing"]
    return []
