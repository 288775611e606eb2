"""Who asks, whether they may, how much is left to them, and which part of a list they want."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from litestar import Request

from tests.ports.stand_ins.mastodon.books import Books, Member, Refused
from tests.ports.stand_ins.mastodon.entities import instant

Ask = Request[Any, Any, Any]


class Numbered(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=Numbered)


def books_of(request: Ask) -> Books:
    found: Books = request.app.state.books
    return found


def site_of(request: Ask) -> str:
    return str(request.base_url).rstrip("/")


def token_of(request: Ask) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def member_of(request: Ask, scope: str) -> Member:
    """Who asks. Raises Refused: 401 without a token we know, 403 outside its scopes or when suspended."""
    known = books_of(request).tokens.get(token_of(request))
    if known is None:
        raise Refused(401, "The access token is invalid")
    member, scopes = known
    if scope not in scopes and scope.partition(":")[0] not in scopes:
        raise Refused(403, "This action is outside the authorized scopes")
    if member.is_suspended:
        raise Refused(403, "Your login is currently disabled")
    return member


async def count(request: Ask) -> None:
    """Before every request: note what is left, and refuse when nothing is."""
    path, who = request.url.path, token_of(request) or "nobody"
    kind = "delete" if request.method == "DELETE" else "media" if path == "/api/v2/media" else "all"
    limit, left, ends = books_of(request).count(who, kind)
    request.state.limits = {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(max(left, 0)),
        "X-RateLimit-Reset": instant(ends),
    }
    if left < 0:
        raise Refused(429, "Too many requests")


def page_of(request: Ask, rows: Sequence[Row]) -> tuple[list[Row], dict[str, str]]:
    """Newest first: those between `max_id` and `since_id` or, nearest to it, `min_id`; and the `Link` to more."""
    asked = request.query_params
    limit = min(int(asked.get("limit", 20)), 40)
    highest, lowest, nearest = (int(asked.get(name, 0)) for name in ("max_id", "since_id", "min_id"))
    found = sorted(rows, key=lambda row: int(row.id))
    found = [row for row in found if int(row.id) > max(lowest, nearest)]
    found = [row for row in found if not highest or int(row.id) < highest]
    chosen = (found[:limit] if nearest else found[-limit:])[::-1]
    if not chosen:
        return [], {}
    here = f"{site_of(request)}{quote(request.url.path)}"
    more = urlencode({"max_id": chosen[-1].id, "limit": limit})
    newer = urlencode({"min_id": chosen[0].id, "limit": limit})
    return chosen, {"Link": f'<{here}?{more}>; rel="next", <{here}?{newer}>; rel="prev"'}


async def body_of(request: Ask) -> dict[str, Any]:
    """JSON or a form; lists are written `media_ids[]` in forms."""
    if request.content_type[0] == "application/json":
        found: dict[str, Any] = await request.json()
        return found
    form = await request.form()
    said: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name.endswith("[]"):
            said.setdefault(name[:-2], []).append(value)
        else:
            said[name] = value
    return said
