"""Forged requests: a form counts only with a token bound to this browser's session (S7)."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from litestar import Request
from litestar.handlers.base import BaseRouteHandler

from campaigns.foundation.errors import Refusal
from campaigns.foundation.keys import Keys
from campaigns.people.sessions import Session
from storefront.security.visitor import bearer_of, known_session, session_of
from storefront.site import Connection, site_of

FIELD, HEADER = "_csrf", "x-csrf-token"
EXEMPT = "exclude_from_csrf"
_PURPOSE = "csrf"
_NEW_COOKIE = "new_form_cookie"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class CsrfRefused(Refusal):
    """`foreign` in `details`: the request came from another site."""

    code = "csrf_refused"
    sentence = "This form is out of date. Load the page again, then send it once more. Nothing was changed."


async def guard_against_forgery(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard over every route. Raises CsrfRefused.

    Exempt are requests that no browser sends by itself, with a bearer token or as JSON without any cookie of
    ours, and the routes that say so, whose senders sign.
    """
    if (
        connection.scope.get("method") in _SAFE
        or handler.opt.get(EXEMPT)
        or bearer_of(connection) is not None
    ):
        return
    _check_origin(connection)
    if _is_cookieless_json(connection):
        return
    sent = connection.headers.get(HEADER) or await _from_form(connection)
    session = await session_of(connection)
    binding = _binding(session, connection.cookies.get(site_of(connection).browser.form_cookie))
    if not sent or not binding or not _is_ours(sent, binding, site_of(connection).keys):
        await _close_files(connection)
        raise CsrfRefused


def _check_origin(connection: Connection) -> None:
    """What the browser itself says about where a request comes from; old ones say nothing."""
    fetch_site = connection.headers.get("sec-fetch-site")
    if fetch_site is not None:
        if fetch_site not in ("same-origin", "none"):
            raise CsrfRefused(foreign=True)
        return
    origin = connection.headers.get("origin", "null")
    # `null` is what pages without a referrer send, our order pages among them.
    if origin != "null" and not site_of(connection).browser.knows_origin(
        origin, connection.headers.get("host", "")
    ):
        raise CsrfRefused(foreign=True)


def _is_cookieless_json(connection: Connection) -> bool:
    browser = site_of(connection).browser
    cookies = connection.cookies
    is_json = connection.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
    return is_json and browser.session_cookie not in cookies and browser.form_cookie not in cookies


async def _from_form(connection: Connection) -> str | None:
    is_form = connection.headers.get("content-type", "").startswith(_FORMS)
    if not is_form or not isinstance(connection, Request):
        return None
    sent = (await connection.form()).get(FIELD)
    return sent if isinstance(sent, str) else None  # a file under this name is no token


async def _close_files(connection: Connection) -> None:
    """The framework closes what a handler was given; here no handler comes to see it."""
    if isinstance(connection, Request) and connection.headers.get("content-type", "").startswith(_FORMS[1]):
        await (await connection.form()).close()


def _binding(session: Session | None, form_cookie: str | None) -> str | None:
    if session is not None:
        return f"session:{session.id_hash}"
    return f"form:{form_cookie}" if form_cookie else None


def csrf_token(connection: Connection) -> str:
    """A token for the forms of this page, different on every page and good for as long as the session.

    Whoever is not signed in gets a cookie with it, which `new_form_cookie` hands to the answer.
    """
    site = site_of(connection)
    session = known_session(connection)
    cookie = connection.cookies.get(site.browser.form_cookie) or new_form_cookie(connection)
    if session is None and cookie is None:
        cookie = renew_form_cookie(connection)
    binding = _binding(session, cookie)
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_mac(site.keys.derived(_PURPOSE), nonce, str(binding))}"


def renew_form_cookie(connection: Connection) -> str:
    """A new value for the form cookie, whatever the browser has."""
    value = secrets.token_urlsafe(24)
    connection.scope["state"][_NEW_COOKIE] = value
    return value


def new_form_cookie(connection: Connection) -> str | None:
    """The value of a form cookie that the answer to this request must set, if any."""
    value: str | None = connection.scope["state"].get(_NEW_COOKIE)
    return value


def _is_ours(sent: str, binding: str, keys: Keys) -> bool:
    nonce, _, mac = sent.partition(".")
    if not sent.isascii():
        return False  # comparing such text raises
    return any(hmac.compare_digest(mac, _mac(key, nonce, binding)) for key in keys.all_derived(_PURPOSE))


def _mac(key: bytes, nonce: str, binding: str) -> str:
    return hmac.new(key, f"{nonce}\n{binding}".encode("utf-8", "surrogatepass"), sha256).hexdigest()
