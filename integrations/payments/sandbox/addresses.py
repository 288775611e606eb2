"""Under which address the sandbox is reached, also when it is mounted below a path of another application."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from litestar.types import Scope


def base_of(scope: Scope, own: str) -> str:
    """Scheme, host and mount path of a request. `own` is where the sandbox's own part of the path begins.

    A mounting application strips its prefix from `path` but leaves `raw_path`, so the prefix is what comes
    before `own` there.
    """
    raw = scope["raw_path"].decode("latin-1")
    prefix = raw[: raw.rfind(own)] if own in raw else ""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"127.0.0.1").decode(
        "latin-1"
    )
    return f"{scope['scheme']}://{host}{scope.get('root_path', '')}{prefix}"


def origin_of(url: str | None) -> str | None:
    """Scheme and host of a URL, as a Content-Security-Policy names them."""
    if not url:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
