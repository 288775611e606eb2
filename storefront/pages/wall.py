"""The demo's wall: what would be read at a feed, where neither money nor posts leave this machine."""

from __future__ import annotations

import re

from litestar import Response, get
from litestar.params import FromPath

from campaigns.foundation.errors import NotFound
from storefront.pages.render import page
from storefront.site import AnyRequest, WallPages, site_of

_SHOWN = 50
_PICTURE = re.compile(r"[0-9a-f]{64}")
_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


def _wall(request: AnyRequest) -> WallPages:
    """Raises NotFound where posts go out for real."""
    wall = site_of(request).wall
    if wall is None:
        raise NotFound(what="wall")
    return wall


@get("/wall", include_in_schema=False)
async def wall_page(request: AnyRequest) -> Response[str]:
    """The newest posts of every merchant, with what people wrote below them."""
    posts = await _wall(request).posts(_SHOWN)
    return await page(request, "wall/wall.html", posts=posts)


@get("/wall/pictures/{name:str}", include_in_schema=False)
async def wall_picture(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A picture by its digest, so a copy never becomes wrong."""
    content = await _wall(request).picture(name) if _PICTURE.fullmatch(name) else None
    if content is None:
        raise NotFound(what="picture")
    return Response(content, media_type="image/jpeg", headers=_FOR_EVER)


WALL = (wall_page, wall_picture)
