"""A whole shop on this machine: the storefront on a port of its own, a sandbox, and what happens by itself.

    async with running_shop(store, tmp_path) as shop:
        deal_id = await shop.world.deal(threshold=2, slug="noodles")
        await page.goto(f"{shop.address}/deals/noodles")

Time stands still until `shop.advance(hours=2)` moves it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.links import Links
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from campaigns.people.ports import Letter
from integrations.adapters import Adapters
from integrations.feeds.wall import Wall
from integrations.mail.mailbox import KeptLetter, MailboxMailer
from integrations.mentions.wall import WallMentions
from scheduler.due import do_what_is_due
from scheduler.effects import drain_effects
from scheduler.feeds import drain_feeds
from scheduler.listening import drain_mentions
from scheduler.notices import drain_notices
from scheduler.outside import Surroundings
from storefront.asgi import Storefront, create_app
from tests.ports.sandbox.running import API_KEY, WEBHOOK_SECRET
from tests.world import KEYS, KeptLetters, World, a_world

_WORK_EVERY_S = 0.1


@dataclass
class Shop:
    """`address` has no slash at the end. `world` makes deals and orders behind the pages' back."""

    address: str
    world: World
    app: Storefront
    mailbox: MailboxMailer
    wall: Wall
    surroundings: Surroundings
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def settle(self) -> None:
        """Let everything happen that is due now, letters included."""
        async with self._turn:
            await self.world.sandbox.control.flush()
            await self.world.hear()
            while await self._work():
                await self.world.hear()

    async def advance(self, **lengths: float) -> None:
        """Let time pass, `advance(hours=2)`, and everything happen that falls due."""
        async with self._turn:
            await self.world.advance(**lengths)
        await self.settle()

    async def letters(self, to: str | None = None) -> list[KeptLetter]:
        """What was mailed, newest first."""
        return await self.mailbox.letters(to=to)

    async def letter(self, to: str, *, about: str = "") -> KeptLetter:
        """The newest letter to somebody whose subject contains `about`."""
        await self.settle()
        found = await self.letters(to)
        for letter in found:
            if about.lower() in letter.subject.lower():
                return letter
        raise AssertionError(f"no letter to {to} about {about!r}; there are {[x.subject for x in found]}")

    def order_path(self, order_id: str) -> str:
        return self.world.links.order(order_id).removeprefix(self.address)

    def voucher_path(self, voucher_id: str) -> str:
        return self.world.links.voucher(voucher_id).removeprefix(self.address)

    async def work_for_ever(self) -> None:
        """What the worker of an installation does all day."""
        while True:
            async with self._turn:
                await self._work()
            await asyncio.sleep(_WORK_EVERY_S)

    async def _work(self) -> int:
        """One round; answers how many notices and effects there were."""
        money = self.surroundings.money
        heard = await drain_notices(money)
        await do_what_is_due(store=money.store, clock=money.clock)
        made = heard + await drain_effects(self.surroundings)
        return made + await drain_feeds(self.surroundings) + await drain_mentions(self.surroundings)


@asynccontextmanager
async def running_shop(store: Store, folder: Path, clock: ManualClock | None = None) -> AsyncIterator[Shop]:
    """A shop that is open while inside. `folder` takes its mailbox.

    The clock stands at the present second by default, since webhooks signed at another time are refused.
    """
    clock = clock or ManualClock(datetime.now(UTC).replace(microsecond=0))
    with _free_port() as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        links = Links(address, KEYS)
        async with a_world(store, clock, webhook_url=f"{address}/webhooks/stripe", links=links) as world:
            mailbox = MailboxMailer(folder / "mailbox.db", now=lambda: clock.at)
            world.post = _ToMailbox(mailbox)
            shop = _shop(address, world, mailbox, folder)
            async with _served(shop.app, door), _working(shop):
                yield shop


class _ToMailbox(KeptLetters):
    """What the world mails by itself lands in the shop's mailbox too."""

    def __init__(self, mailbox: MailboxMailer) -> None:
        super().__init__()
        self._mailbox = mailbox

    async def send(self, letter: Letter) -> str:
        return await self._mailbox.send(letter)


def adapters_of(world: World, mailbox: MailboxMailer, folder: Path) -> Adapters:
    """What stands behind the ports of a test's storefront: the world's sandbox, a mailbox, and a wall in `folder`."""
    wall = Wall(folder / "wall.db", now=lambda: world.clock.at)
    return Adapters(
        processor=world.outside.processor,
        mailer=mailbox,
        mailbox=mailbox,
        publishers={"wall": wall},
        wall=wall,
        sources={"wall": WallMentions(wall)},
    )


def _shop(address: str, world: World, mailbox: MailboxMailer, folder: Path) -> Shop:
    adapters = adapters_of(world, mailbox, folder)
    app = create_app(
        settings=shop_settings(address, world.sandbox.address, folder),
        store=world.store,
        clock=world.clock,
        adapters=adapters,
        keys=KEYS,
    )
    around = Surroundings(world.outside, world.links, mailbox, adapters.publishers, adapters.sources)
    assert adapters.wall is not None
    return Shop(address, world, app, mailbox, adapters.wall, around)


def shop_settings(address: str, sandbox_address: str, folder: Path) -> Settings:
    """The settings of a shop at `address` that pays at a running sandbox."""
    return Settings(
        public_url=address,
        home=folder,
        stripe_api_key=API_KEY,
        stripe_api_base=sandbox_address,
        stripe_webhook_secret=WEBHOOK_SECRET,
        installation="test",
    )


@contextlib.contextmanager
def _free_port() -> Iterator[socket.socket]:
    """A bound socket: the address must be known before the application that serves it is made."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield door


@asynccontextmanager
async def _served(app: Storefront, door: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[door]), name="shop server")
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        yield
    finally:
        app.state["site"].drain.begin()
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def _working(shop: Shop) -> AsyncIterator[None]:
    worker = asyncio.create_task(shop.work_for_ever(), name="shop worker")
    try:
        yield
    finally:
        if worker.done():
            worker.result()  # a worker that died explains what the test saw
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
