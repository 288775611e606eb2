"""How the Stripe library reaches the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ClassVar

import httpx
import stripe

# The library leaves the making of its errors without types.
_lost: Callable[[str], stripe.APIConnectionError] = stripe.APIConnectionError


class Transport(stripe.HTTPClient):
    """A client on httpx. Only a connection that failed is reported as one.

    The library's own reports every exception that way, and fills forms in a way httpx is giving up.
    """

    name: ClassVar[str] = "httpx"

    def __init__(self, *, timeout_s: float, through_proxy: bool) -> None:
        """`through_proxy` obeys HTTPS_PROXY and the like, which nobody means for this same machine."""
        super().__init__()
        self._http = httpx.AsyncClient(timeout=timeout_s, trust_env=through_proxy, follow_redirects=False)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | bytes | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            answer = await self._http.request(method, url, headers=dict(headers), content=post_data)
        except httpx.RequestError as fault:
            raise _lost(type(fault).__name__) from fault
        return answer.content, answer.status_code, answer.headers

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Close all connections."""
        await self._http.aclose()
