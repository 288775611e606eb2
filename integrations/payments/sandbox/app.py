"""The sandbox as a Litestar application, alone or mounted below a path of another one."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Request, asgi
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import ASGIRouteHandler
from litestar.response import Response
from litestar.types import Receive, Scope, Send

from integrations.payments.sandbox import hosted
from integrations.payments.sandbox.api import api_handler
from integrations.payments.sandbox.control import control_router
from integrations.payments.sandbox.engine import Sandbox
from integrations.payments.sandbox.refusals import Refusal
from integrations.payments.sandbox.settings import SandboxSettings

_LOG = logging.getLogger(__name__)


def create_sandbox(settings: SandboxSettings) -> Litestar:
    """The application. `app.state.sandbox` is the running thing.

    Served by itself it starts and stops with the server. Mounted, its lifespan is not run by the outer
    application: enter `running(app)` in the outer lifespan, so that webhooks stop cleanly.
    """
    sandbox = Sandbox(settings)
    return Litestar(
        route_handlers=[
            api_handler(sandbox),
            control_router(),
            hosted.css,
            hosted.show_payment,
            hosted.submit_payment,
            hosted.show_question,
            hosted.answer_question,
        ],
        state=State({"sandbox": sandbox}),
        lifespan=[running],
        openapi_config=None,
        after_exception=[_report],
        exception_handlers={
            Refusal: hosted.refused,
            ValueError: _nonsense,
            TypeError: _nonsense,
            KeyError: _nonsense,
        },
    )


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Deliver webhooks while inside; let go of the state file at the end."""
    sandbox: Sandbox = app.state.sandbox
    await sandbox.start()
    try:
        yield
    finally:
        await sandbox.stop()
        sandbox.close()


def mounted(path: str, app: Litestar) -> ASGIRouteHandler:
    """A route handler for another Litestar application that serves the sandbox below `path`."""

    @asgi(path, is_mount=True, copy_scope=True)
    async def sandbox_below(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return sandbox_below


async def _report(error: Exception, scope: Scope) -> None:
    """A fault of the sandbox itself must not pass for one of Stripe's: say so in the server's log."""
    if not isinstance(error, (Refusal, HTTPException)):
        _LOG.error("The sandbox failed at %s", scope["path"], exc_info=error)


def _nonsense(_: Request[object, object, State], error: Exception) -> Response[dict[str, str]]:
    """A control request with fields that make no sense."""
    return Response({"detail": f"{type(error).__name__}: {error}"}, status_code=400)
