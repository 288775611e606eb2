"""Whether this process lives, whether it may be sent requests, and its figures."""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from sqlalchemy.exc import SQLAlchemyError

from campaigns.foundation.revision import at_head
from storefront.backlog import read_backlog
from storefront.security.visitor import client_address
from storefront.site import AnyRequest, Site, site_of

PING_S = 1.0
# Below this SQLite and the log soon fail, and a half-written answer is worse than none.
_LEAST_FREE_BYTES = 64_000_000
_LIVE_HOPS = ("forwarded", "x-forwarded-for", "x-real-ip")


@get("/health/live", include_in_schema=False, sync_to_thread=False)
def live() -> dict[str, str]:
    """The process answers. Says nothing about the database, so that its failure does not restart us."""
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready(request: AnyRequest) -> Response[dict[str, str]]:
    """503 with the reason while requests should go elsewhere. A processor that is down is no reason."""
    reason = await why_not_ready(site_of(request))
    body = {"status": "ok"} if reason is None else {"status": "unready", "reason": reason}
    return Response(body, status_code=200 if reason is None else 503, headers={"cache-control": "no-store"})


@get("/metrics", include_in_schema=False)
async def metrics(request: AnyRequest) -> Response[bytes]:
    """For scrapers beside us only: whoever comes through a proxy finds nothing here."""
    if any(request.headers.get(name) for name in _LIVE_HOPS) or not is_beside_us(client_address(request)):
        raise NotFoundException
    site = site_of(request)
    body = site.metrics.text(await read_backlog(store=site.store, clock=site.clock))
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def is_beside_us(address: str) -> bool:
    """This machine, or a private network."""
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


async def why_not_ready(site: Site) -> str | None:
    if site.drain.is_draining:
        return "draining"
    if shutil.disk_usage(_nearest(site.settings.home)).free < _LEAST_FREE_BYTES:
        return "disk_full"
    try:
        async with asyncio.timeout(PING_S):
            return None if await at_head(site.store) else "migrations_missing"
    except (SQLAlchemyError, OSError, TimeoutError):
        return "database_unreachable"


def _nearest(folder: Path) -> Path:
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


HEALTH = (live, ready, metrics)
