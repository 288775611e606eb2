"""What surrounds every request: its id, its host, the headers of its answer, one log line, its figures."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog

from storefront.errors import STATUS, Problem
from storefront.metrics import Metrics
from storefront.pages.problems import problem_body
from storefront.security.browser import BrowserPolicy
from storefront.security.headers import security_headers

Scope: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[..., Awaitable[None]]

_log = structlog.get_logger("storefront")
# Health checks come to whatever address the machine has.
_ANY_HOST = ("/health/live", "/health/ready")


@dataclass(frozen=True)
class Frame:
    """An ASGI layer outside the framework: no missing page and no broken one gets past it."""

    browser: BrowserPolicy
    metrics: Metrics

    async def __call__(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        reference = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = reference
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=reference)
        answer = _Answer(self, scope, send)
        try:
            if self._knows_host(scope):
                await app(scope, receive, answer.send)
            else:
                await _refuse(
                    answer.send, reference, "unknown_host", "This server does not answer to that name."
                )
        except Exception as error:
            _log.exception("answer_failed", exc_info=error)
            if answer.status is not None:
                raise  # too late for another answer: the server closes the connection
            await _refuse(answer.send, reference, "internal_error", "Something went wrong on our side.")
        finally:
            answer.note()

    def _knows_host(self, scope: Scope) -> bool:
        if scope["path"] in _ANY_HOST:
            return True
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and self.browser.knows_host(hosts[0].decode("latin-1"))


class _Answer:
    """Watches an answer go out."""

    def __init__(self, frame: Frame, scope: Scope, send: Send) -> None:
        self._frame, self._scope, self._send = frame, scope, send
        self._began = time.perf_counter()
        self._seconds = 0.0
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._seconds = time.perf_counter() - self._began
            message = {**message, "headers": self._headers(message.get("headers", ()))}
        await self._send(message)

    def _headers(self, headers: Any) -> list[tuple[bytes, bytes]]:
        kept = list(headers)
        taken = {name.lower() for name, _ in kept}
        handler = self._scope.get("route_handler")
        ours = security_headers(self._frame.browser, handler.opt if handler else {})
        reference = (b"x-request-id", self._scope["state"]["request_id"].encode())
        return [*kept, *(header for header in ours if header[0] not in taken), reference]

    def note(self) -> None:
        method, route = self._scope["method"], self._scope.get("path_template") or "unmatched"
        status = self.status or 0
        self._frame.metrics.answered(method, route, status, self._seconds)
        milliseconds = round(self._seconds * 1000, 1)
        # The route's template, not the address: addresses of orders and vouchers open them.
        _log.info("request", method=method, route=route, status=status, milliseconds=milliseconds)


async def _refuse(send: Send, reference: str, code: str, detail: str) -> None:
    problem = Problem(STATUS[code], code, detail)
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": problem_body(reference, problem)})
