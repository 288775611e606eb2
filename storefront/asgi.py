"""The web entry point: `uvicorn --factory storefront.asgi:app`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.datastructures import State

from campaigns.foundation.clock import Clock, DatabaseClock
from campaigns.foundation.keys import Keys
from campaigns.foundation.logs import configure_logs
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store, open_store
from integrations.adapters import Adapters, build_adapters
from storefront.api.routes import described
from storefront.dependencies import DEPENDENCIES
from storefront.drain import Drain, drained_by_signal
from storefront.frame import Frame
from storefront.metrics import Metrics
from storefront.pages.problems import answer_problem
from storefront.routes import ROUTES
from storefront.security.browser import browser_policy
from storefront.security.csrf import guard_against_forgery
from storefront.security.sizes import FORM_BYTES, MOST_PARTS
from storefront.site import Site


class Storefront(Litestar):
    """The framework inside our frame."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        site: Site = self.state["site"]
        await Frame(site.browser, site.metrics)(super().__call__, scope, receive, send)


def create_app(
    *, settings: Settings, store: Store, clock: Clock, adapters: Adapters, keys: Keys
) -> Storefront:
    """The storefront over what it is given. Whoever gave the store and the adapters closes them."""
    site = Site(
        settings=settings,
        store=store,
        clock=clock,
        keys=keys,
        processor=adapters.processor,
        mailer=adapters.mailer,
        mailbox=adapters.mailbox,
        browser=browser_policy(settings),
        metrics=Metrics(),
        drain=Drain(),
        places=adapters.places,
        publishers=adapters.publishers,
        wall=adapters.wall,
    )
    return Storefront(
        route_handlers=ROUTES,
        dependencies=DEPENDENCIES,
        guards=[guard_against_forgery],
        exception_handlers={Exception: answer_problem},
        state=State({"site": site}),
        request_max_body_size=FORM_BYTES,
        multipart_form_part_limit=MOST_PARTS,
        logging_config=None,
        openapi_config=described(),
        lifespan=[_drained],
    )


@asynccontextmanager
async def _drained(app: Litestar) -> AsyncIterator[None]:
    site: Site = app.state["site"]
    with drained_by_signal(site.drain):
        yield
    site.drain.begin()


def app() -> Litestar:
    """The storefront of this installation, from the environment. Raises SettingsUnfit."""
    settings = Settings()
    settings.check()
    keys = settings.keys()
    configure_logs(settings.log_level, keys)
    store, adapters = open_store(settings.database), build_adapters(settings)
    made = create_app(settings=settings, store=store, clock=DatabaseClock(), adapters=adapters, keys=keys)

    async def close() -> None:
        await adapters.close()
        await store.close()

    made.on_shutdown.append(close)
    return made
