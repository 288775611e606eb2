"""What one running storefront is made of; every handler reaches it through its request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

from litestar import Request
from litestar.connection import ASGIConnection

from campaigns.checkins.ports import PlaceSource
from campaigns.foundation.clock import Clock
from campaigns.foundation.keys import Keys
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from campaigns.orders.ports import PaymentProcessor
from campaigns.people.ports import Mailer
from campaigns.sharing.ports import Publishers
from storefront.drain import Drain
from storefront.metrics import Metrics
from storefront.security.browser import BrowserPolicy

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]
AnyRequest: TypeAlias = Request[Any, Any, Any]


class LetterView(Protocol):
    """A letter that stayed on this machine. `action` is a label and an address."""

    id: int
    to: str
    subject: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None
    sent_at: datetime


@runtime_checkable
class Mailbox(Protocol):
    """Letters kept instead of sent, newest first; only where no mail server is set."""

    async def letters(self, limit: int = 50, to: str | None = None) -> Sequence[Any]: ...

    async def letter(self, letter_id: int) -> Any: ...


@runtime_checkable
class WallPages(Protocol):
    """Posts kept instead of published, newest first; only where the demo's own feed is."""

    async def posts(self, limit: int = 50, account: str | None = None) -> Sequence[Any]: ...

    async def picture(self, name: str) -> bytes | None: ...


@dataclass(frozen=True)
class Site:
    settings: Settings
    store: Store
    clock: Clock
    keys: Keys
    processor: PaymentProcessor
    mailer: Mailer
    mailbox: Mailbox | None
    browser: BrowserPolicy
    metrics: Metrics
    drain: Drain
    places: Mapping[str, PlaceSource]
    publishers: Publishers
    wall: WallPages | None


def site_of(connection: Connection) -> Site:
    return cast(Site, connection.app.state["site"])
