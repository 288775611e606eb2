"""Which adapter stands behind each port of this installation. Only entry points build them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from campaigns.checkins.ports import PlaceSource
from campaigns.foundation.settings import Settings
from campaigns.listening.ports import MentionSources
from campaigns.orders.ports import PaymentProcessor
from campaigns.people.ports import Mailer
from campaigns.sharing.ports import Publishers
from integrations.feeds.calls import Now, utc_now
from integrations.feeds.publishers import build_feeds
from integrations.feeds.wall import Wall
from integrations.mail.mailbox import MailboxMailer
from integrations.mail.mailer import mailer
from integrations.mentions.sources import build_sources
from integrations.payments.stand_in import PREFIX as STAND_IN_PREFIX
from integrations.payments.stand_in import Pay, StandIn, open_stand_in, paying, state_path
from integrations.payments.stripe.processor import StripeProcessor
from integrations.places.owntracks import OwnTracks

__all__ = [
    "STAND_IN_PREFIX",
    "Adapters",
    "Pay",
    "StandIn",
    "build_adapters",
    "open_stand_in",
    "paying",
    "state_path",
]


def _places() -> dict[str, PlaceSource]:
    return {OwnTracks.name: OwnTracks()}


@dataclass(frozen=True)
class Adapters:
    """`mailbox` is there where mail stays on this machine, `wall` where money is only tried: for pages that show them.

    `publishers` and `sources` are by network, `places` by name. `clients` are closed with the rest.
    """

    processor: PaymentProcessor
    mailer: Mailer
    mailbox: MailboxMailer | None
    publishers: Publishers = field(default_factory=dict)
    wall: Wall | None = None
    clients: tuple[httpx.AsyncClient, ...] = ()
    sources: MentionSources = field(default_factory=dict)
    places: Mapping[str, PlaceSource] = field(default_factory=_places)

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()
        await self.processor.close()


def build_adapters(settings: Settings, *, now: Now = utc_now) -> Adapters:
    """Adapters as the settings ask for. Nothing is connected before the first call. `now` is the feeds' clock."""
    chosen = mailer(settings)
    mailbox = chosen if isinstance(chosen, MailboxMailer) else None
    feeds = build_feeds(settings, now=now)
    ears = build_sources(settings, feeds.wall)
    return Adapters(
        processor=StripeProcessor(settings),
        mailer=chosen,
        mailbox=mailbox,
        publishers=feeds.publishers,
        wall=feeds.wall,
        clients=(*feeds.clients, ears.client),
        sources=ears.sources,
    )
