"""How people come to the campaign's deal: by the letter, by a friend's link, by an advocate, or by themselves."""

from __future__ import annotations

from campaigns.sharing.follow import Step, follow
from campaigns.sharing.give_link import link_of_order
from campaigns.sharing.invite_advocate import Invitation, invite_advocate
from campaigns.sharing.join_by_link import Came
from campaigns.sharing.link_queries import ShareLink, link_by_id, links_of_deal
from campaigns.sharing.link_rules import MERCHANT as OF_MERCHANT
from campaigns.sharing.visits import Visit
from storefront.cli.demo_people import CARDS
from storefront.cli.demo_stage import Stage
from storefront.cli.fortnight.cast import called
from storefront.cli.fortnight.lure import DEAL, OWNER, Lure

_BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
_PROGRAM = "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example/)"
_CHANNELS = ("whatsapp", "whatsapp", "whatsapp", "whatsapp", "qr", "weibo")
# So many buyers pass their link on.
_SHARERS = 8
_IN_PAIRS = 4


class WordOfMouth:
    """Who has a link to pass on. Every visitor has an address of their own."""

    def __init__(self, lure: Lure) -> None:
        self._lure = lure
        self._sharers: list[ShareLink] = []
        self._advocate: ShareLink | None = None
        self._visitors = 0
        self._bought = 0

    async def invite(self, stage: Stage) -> None:
        """An advocate with a promised reward."""
        asked = Invitation(
            await stage.deal_id(DEAL), "nadia.noodles@example.com", "a free bowl for every three friends"
        )
        actor = await stage.actor(OWNER)
        link_id = await invite_advocate(
            asked, actor=actor, store=stage.store, clock=stage.clock, keys=stage.money.keys
        )
        async with stage.store.read() as unit:
            self._advocate = await link_by_id(unit, link_id)

    async def buy(self, stage: Stage, arm: str, way: str) -> None:
        """The next person of an arm buys, having come this way: letter, friend, advocate, alone."""
        random = self._lure.random
        email = self._lure.waiting[arm].pop()
        link, channel = await self._link(stage, way)
        click = await self._click(stage, link, channel) if link else None
        announce, news = random.random() < 0.3, random.random() < 0.5
        came = Came(click, announce=announce, news=news, name=called(email) if announce else "")
        # The first ones bring somebody along, or come twice.
        units = 2 if self._bought < _IN_PAIRS or random.random() < 0.1 else 1
        self._bought += 1
        order_id = await stage.buy(DEAL, email, units, random.choice(CARDS), came)
        if announce:
            await stage.send_posts()
        if arm == "treated" and len(self._sharers) < _SHARERS:
            own = await link_of_order(order_id, store=stage.store, clock=stage.clock)
            self._sharers += [own] if own else []

    async def look(self, stage: Stage) -> None:
        """Somebody follows a link and buys nothing; now and then it is a program."""
        way = self._lure.random.choice(("letter", "letter", "friend", "advocate"))
        link, channel = await self._link(stage, way)
        if link is not None:
            agent = _PROGRAM if self._lure.random.random() < 0.2 else _BROWSER
            await self._click(stage, link, channel, agent)

    async def _link(self, stage: Stage, way: str) -> tuple[ShareLink | None, str]:
        random = self._lure.random
        if way == "friend" and self._sharers:
            return random.choice(self._sharers), random.choice(_CHANNELS)
        if way == "advocate":
            return self._advocate, random.choice(_CHANNELS)
        if way != "letter":
            return None, ""
        async with stage.store.read() as unit:
            found = await links_of_deal(unit, await stage.deal_id(DEAL))
        return next((each for each in found if each.owner_kind == OF_MERCHANT), None), "mail"

    async def _click(self, stage: Stage, link: ShareLink, channel: str, agent: str = _BROWSER) -> str | None:
        self._visitors += 1
        address = f"2001:db8::{self._visitors:x}"
        step = Step(link, channel, Visit("GET", agent, address))
        return await follow(step, store=stage.store, clock=stage.clock, keys=stage.money.keys)
