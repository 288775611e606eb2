"""The API below /v1: HTTP in, HTTP out, with faults on the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from integrations.payments.sandbox import execution, form, idempotency
from integrations.payments.sandbox.addresses import base_of
from integrations.payments.sandbox.events import API_VERSION
from integrations.payments.sandbox.execution import ApiRequest
from integrations.payments.sandbox.faults import ERROR, Fault
from integrations.payments.sandbox.idempotency import Answer
from integrations.payments.sandbox.ids import random_text
from integrations.payments.sandbox.refusals import Refusal, Row

if TYPE_CHECKING:
    from integrations.payments.sandbox.engine import Sandbox

_LONGEST_BODY_BYTES = 256 * 1024
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


def api_handler(sandbox: Sandbox) -> ASGIRouteHandler:
    """The handler of everything below /v1."""

    @asgi("/v1", is_mount=True, copy_scope=True)
    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        await sandbox.start()
        await _Exchange(sandbox, scope, receive, send).run()

    return api


class _Exchange:
    def __init__(self, sandbox: Sandbox, scope: Scope, receive: Receive, send: Send) -> None:
        self.sandbox = sandbox
        self.scope = scope
        self.base = base_of(scope, "/v1/")
        self.receive = receive
        self.send = send

    async def run(self) -> None:
        """Read, let a fault strike or not, execute, answer, log."""
        request = await self._read()
        fault: Fault | None = None
        try:
            execution.check_request(request)
            fault = self.sandbox.faults.strike(request.method, request.full_path)
            answer = await self._answer(request, fault)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body(), request_id=request.request_id)
        self._log(request, answer, fault)
        await self._send(request, answer, fault)

    async def _read(self) -> ApiRequest:
        method = str(self.scope["method"])  # type: ignore[typeddict-item]
        body = await self._read_body()
        raw = self.scope["query_string"] if method == "GET" else body
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.scope["headers"]}
        return ApiRequest(
            method=method,
            path=self.scope["path"].strip("/"),
            raw=raw.decode("utf-8", "replace"),
            key=headers.get("idempotency-key"),
            request_id=f"req_{random_text(14)}",
            version=headers.get("stripe-version"),
            authorization=headers.get("authorization", ""),
        )

    async def _read_body(self) -> bytes:
        body = b""
        while len(body) <= _LONGEST_BODY_BYTES:
            part = await self.receive()
            if part["type"] != "http.request":
                break
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        return body[:_LONGEST_BODY_BYTES]

    async def _answer(self, request: ApiRequest, fault: Fault | None) -> Answer:
        refused = fault.refusal() if fault else None
        if refused is not None:
            raise refused
        key = request.key if request.method == "POST" else None
        if key is not None and key in self.sandbox.running_keys:
            raise idempotency.in_use(key)
        if key is not None:
            self.sandbox.running_keys.add(key)
        try:
            answer = await self._execute(request, fault)
            if fault is not None and fault.kind == "slow":
                await self._wait(fault.seconds)
            return answer
        finally:
            if key is not None:
                self.sandbox.running_keys.discard(key)

    async def _execute(self, request: ApiRequest, fault: Fault | None) -> Answer:
        if fault is not None and fault.kind != "saved_error" and not fault.executes:
            return Answer(
                503, Refusal(503, "The service is not available at the moment.", "api_error").body()
            )
        saved_error = fault is not None and fault.kind == "saved_error"
        return await self.sandbox.change(
            lambda change: execution.execute(change, request, saved_error=saved_error), self.base
        )

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.sandbox.stopping.wait(), seconds)

    def _log(self, request: ApiRequest, answer: Answer, fault: Fault | None) -> None:
        try:
            params: Row = form.decode(request.raw)
        except Refusal:
            params = {}
        self.sandbox.log.append(
            {
                "at": self.sandbox.clock.now(),
                "method": request.method,
                "path": request.full_path,
                "key": request.key,
                "params": params,
                "status": answer.status,
                "replayed": answer.replayed,
                "fault": fault.kind if fault else None,
                "request_id": request.request_id,
                "object": answer.body.get("id"),
            }
        )

    async def _send(self, request: ApiRequest, answer: Answer, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if kind == "html":
            await self._start(502, b"text/html", len(_HTML), [])
            await self._body(_HTML)
            return
        if kind == "error_after":
            answer = Answer(ERROR.status, ERROR.body(), request_id=request.request_id)
        body = json.dumps(answer.body, indent=2).encode()
        await self._start(answer.status, b"application/json", len(body), _headers(request, answer))
        if kind == "drop":
            # The promised body never comes: the server closes the connection, and the client cannot know.
            return
        await self._body(body)

    async def _start(self, status: int, media: bytes, length: int, more: list[tuple[bytes, bytes]]) -> None:
        headers = [(b"content-type", media), (b"content-length", str(length).encode()), *more]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def _body(self, body: bytes) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


def _headers(request: ApiRequest, answer: Answer) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"request-id", request.request_id.encode()),
        (b"stripe-version", API_VERSION.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if request.key is not None:
        headers.append((b"idempotency-key", request.key.encode("latin-1", "replace")))
    if answer.replayed:
        headers.append((b"idempotent-replayed", b"true"))
        headers.append((b"original-request", answer.request_id.encode()))
    return headers
