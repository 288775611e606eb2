"""The one place where a template becomes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import MediaType, Response

from campaigns.people.rules import Actor
from storefront.assets import environment
from storefront.security.csrf import csrf_token, new_form_cookie
from storefront.security.visitor import actor_behind, known_actor
from storefront.site import Connection, site_of

PUBLIC = {"cache-control": "no-cache"}
PERSONAL = {"cache-control": "no-store"}


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, as the frame of a page shows it. `links` are labels with addresses."""

    name: str
    links: tuple[tuple[str, str], ...]


def public_page(
    request: Connection,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] = PUBLIC,
    **context: Any,
) -> Response[str]:
    """A page that is the same for everybody: no name, no token, no cookie (U37)."""
    return _answer(request, template, {"user": None, "csrf": None, **context}, status=status, headers=headers)


async def page(
    request: Connection,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] = PERSONAL,
    **context: Any,
) -> Response[str]:
    """A page for one person, with a token for its forms; it is stored nowhere on the way.

    Templates get `user`, `csrf`, `sandbox` and `path` besides `context`. Fragments that answer an htmx POST
    are rendered with it too.
    """
    actor = await actor_behind(request)
    base = {"user": visitor(actor), "csrf": csrf_token(request)}
    answer = _answer(request, template, {**base, **context}, status=status, headers=headers)
    hand_out_form_cookie(request, answer)
    return answer


def page_as_known(request: Connection, template: str, *, status: int, **context: Any) -> Response[str]:
    """For errors: a page with what is known of the visitor already, asking nothing of the database."""
    base = {"user": visitor(known_actor(request)), "csrf": csrf_token(request)} if _is_known(request) else {}
    return _answer(
        request, template, {"user": None, "csrf": None, **base, **context}, status=status, headers=PERSONAL
    )


def _is_known(request: Connection) -> bool:
    return not known_actor(request).is_anonymous


def hand_out_form_cookie(request: Connection, answer: Response[Any]) -> None:
    """Set the cookie that the token of an anonymous form is bound to, if this request made one (S7)."""
    value = new_form_cookie(request)
    if value is not None:
        answer.set_cookie(site_of(request).browser.set_form(value))


def visitor(actor: Actor) -> Visitor | None:
    if actor.is_anonymous:
        return None
    places = ((bool(actor.roles), "Console", "/console"), (actor.is_operator, "Operator", "/operator"))
    links = tuple((label, address) for shown, label, address in places if shown)
    return Visitor(actor.name or "Account", links)


def _answer(
    request: Connection,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int,
    headers: Mapping[str, str],
) -> Response[str]:
    base = {"sandbox": site_of(request).settings.sandboxed, "path": request.url.path}
    text = environment().get_template(template).render({**base, **context})
    return Response(text, media_type=MediaType.HTML, status_code=status, headers=dict(headers))
