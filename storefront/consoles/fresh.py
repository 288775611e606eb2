"""Giving money back asks for a password typed within the last minutes (S5)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from litestar import Response

from campaigns.people.sessions import SignInAgain, require_fresh
from storefront.consoles.access import go
from storefront.security.visitor import known_session
from storefront.site import AnyRequest


def sign_in_first(request: AnyRequest, now: datetime, back: str) -> Response[str] | None:
    """The way to the sign-in page and back, where the sign-in is not fresh; nothing was done yet."""
    try:
        require_fresh(known_session(request), now, act="give money back")
    except SignInAgain:
        return go(f"/sign-in?next={quote(back, safe='/')}")
    return None
