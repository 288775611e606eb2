"""The lists of an AppView: notifications newest first and paged, search by tag, posts that are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Litestar, Request, Response, get

Json = dict[str, Any]
_XRPC = "/xrpc/app.bsky."
PAGE = 2


@dataclass
class Lists:
    """`posts` by address. `told` are the addresses that are in the notifications, with the reason given."""

    posts: dict[str, Json] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    token: str = "a-token"

    def write(self, post: Json, reason: str = "") -> None:
        self.posts[post["uri"]] = post | {"indexedAt": f"2026-11-24T12:00:{len(self.posts):02d}.000Z"}
        if reason:
            self.told.append((post["uri"], reason))


def _lists(request: Request[Any, Any, Any]) -> Lists:
    found: Lists = request.app.state["lists"]
    return found


def _refusal(request: Request[Any, Any, Any]) -> Response[Json] | None:
    if request.headers.get("authorization") == f"Bearer {_lists(request).token}":
        return None
    return Response({"error": "AuthenticationRequired", "message": "Revoked"}, status_code=401)


@get(f"{_XRPC}notification.listNotifications")
async def notifications(request: Request[Any, Any, Any]) -> Response[Json]:
    lists = _lists(request)
    there = [(uri, reason) for uri, reason in lists.told if uri in lists.posts][::-1]
    start = int(request.query_params.get("cursor", 0))
    page = [{**lists.posts[uri], "reason": reason} for uri, reason in there[start : start + PAGE]]
    more = {"cursor": str(start + PAGE)} if start + PAGE < len(there) else {}
    return _refusal(request) or Response({"notifications": page, **more})


@get(f"{_XRPC}feed.searchPosts")
async def search(request: Request[Any, Any, Any]) -> Response[Json]:
    tag = f"#{request.query_params['tag']}"
    found = [each for each in _lists(request).posts.values() if tag in each["record"].get("text", "")]
    return _refusal(request) or Response({"posts": found[::-1]})


@get(f"{_XRPC}feed.getPosts")
async def posts_there(request: Request[Any, Any, Any]) -> Response[Json]:
    asked = request.query_params.getall("uris")
    there = _lists(request).posts
    return _refusal(request) or Response({"posts": [there[uri] for uri in asked if uri in there]})


def create_appview(lists: Lists) -> Litestar:
    app = Litestar([notifications, search, posts_there], openapi_config=None)
    app.state["lists"] = lists
    return app
