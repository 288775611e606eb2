"""A merchant's program that takes signed notices, checks them with the public library and keeps each id once."""

from __future__ import annotations

import json
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver:
    """An ASGI application. `notices` are by `webhook-id`; `deliveries` counts all of them, repeats included."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = list(secrets)
        self.notices: dict[str, dict[str, Any]] = {}
        self.deliveries = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), bool(part.get("more_body"))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status = 204 if self._is_genuine(body, headers) else 401
        if status == 204:
            self.deliveries += 1
            self.notices.setdefault(headers["webhook-id"], json.loads(body))
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def _is_genuine(self, body: bytes, headers: dict[str, str]) -> bool:
        for secret in self.secrets:
            try:
                Webhook(secret).verify(body, headers)
            except WebhookVerificationError:
                continue
            return True
        return False

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """What was told, without repeats."""
        return [notice["data"] for notice in self.notices.values() if notice["type"] == kind]
