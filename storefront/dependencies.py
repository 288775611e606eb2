"""What handlers may ask for by name, as in `site: NamedDependency[Site]`."""

from __future__ import annotations

from litestar.di import Provide

from campaigns.foundation.clock import Clock
from campaigns.foundation.keys import Keys
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store
from campaigns.orders.ports import PaymentProcessor
from campaigns.people.ports import Mailer
from campaigns.people.rules import Actor
from campaigns.people.sessions import Session
from storefront.security.visitor import actor_behind, session_of
from storefront.site import AnyRequest, Mailbox, Site, site_of


async def provide_actor(request: AnyRequest) -> Actor:
    """Who asks: by API token, else by session, else nobody. Raises TokenInvalid."""
    return await actor_behind(request)


async def provide_session(request: AnyRequest) -> Session | None:
    return await session_of(request)


def provide_site(request: AnyRequest) -> Site:
    return site_of(request)


def provide_settings(request: AnyRequest) -> Settings:
    return site_of(request).settings


def provide_store(request: AnyRequest) -> Store:
    return site_of(request).store


def provide_clock(request: AnyRequest) -> Clock:
    return site_of(request).clock


def provide_keys(request: AnyRequest) -> Keys:
    return site_of(request).keys


def provide_processor(request: AnyRequest) -> PaymentProcessor:
    return site_of(request).processor


def provide_mailer(request: AnyRequest) -> Mailer:
    return site_of(request).mailer


def provide_mailbox(request: AnyRequest) -> Mailbox | None:
    """None where mail goes out for real."""
    return site_of(request).mailbox


DEPENDENCIES = {
    "actor": Provide(provide_actor),
    "session": Provide(provide_session),
    "site": Provide(provide_site, sync_to_thread=False),
    "settings": Provide(provide_settings, sync_to_thread=False),
    "store": Provide(provide_store, sync_to_thread=False),
    "clock": Provide(provide_clock, sync_to_thread=False),
    "keys": Provide(provide_keys, sync_to_thread=False),
    "processor": Provide(provide_processor, sync_to_thread=False),
    "mailer": Provide(provide_mailer, sync_to_thread=False),
    "mailbox": Provide(provide_mailbox, sync_to_thread=False),
}
