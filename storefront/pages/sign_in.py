"""Sign in and out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery

from campaigns.people.limits import TooManyTries
from campaigns.people.rules import LIFETIMES
from campaigns.people.sessions import SignedIn, sign_out
from campaigns.people.sign_in import SignInRefused, SignInTry, sign_in
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.redirects import inside
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import client_address, session_token
from storefront.site import AnyRequest, Site

_LONGEST_PASSWORD = 128


@dataclass(frozen=True)
class SignInForm:
    email: str = ""
    password: str = field(default="", repr=False)
    next: str = "/"


@get("/sign-in", include_in_schema=False)
async def sign_in_page(request: AnyRequest, next: FromQuery[str] = "/console") -> Response[str]:  # noqa: A002
    """Whoever signs in came to work: without another wish it leads to their console, desk or operator page."""
    return await page(request, "sign_in/sign_in.html", next=inside(next), email="", errors={})


@post("/sign-in", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_sign_in(
    request: AnyRequest,
    data: Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
    site: NamedDependency[Site],
) -> Response[str]:
    tried = SignInTry(
        email=data.email,
        password=data.password[: _LONGEST_PASSWORD + 1],
        address=client_address(request),
        earlier_token=session_token(request),
    )
    try:
        opened = await sign_in(tried, store=site.store, clock=site.clock)
    except (SignInRefused, TooManyTries) as refusal:
        return await _form_again(request, data, refusal)
    return _signed_in(site, opened, inside(data.next))


async def _form_again(
    request: AnyRequest, data: SignInForm, refusal: SignInRefused | TooManyTries
) -> Response[str]:
    """The same page for an unknown address and a wrong password (S3)."""
    problem = problem_of(refusal)
    answer = await page(
        request,
        "sign_in/sign_in.html",
        status=problem.status,
        next=inside(data.next),
        email=data.email,
        errors={"email": problem.detail},
    )
    if problem.retry_after_s:
        answer.headers["retry-after"] = str(problem.retry_after_s)
    return answer


def _signed_in(site: Site, opened: SignedIn, address: str) -> Response[str]:
    answer = Response("", status_code=303, headers={"location": address, "cache-control": "no-store"})
    max_age_s = int(LIFETIMES[opened.session.kind].absolute.total_seconds())
    answer.set_cookie(site.browser.set_session(opened.token, max_age_s=max_age_s))
    return answer


@post("/sign-out", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_sign_out(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    """Ends the session here and drops what this browser stored of it."""
    token = session_token(request)
    if token:
        await sign_out(token, store=site.store)
    headers = {"location": "/", "cache-control": "no-store", "clear-site-data": '"cache", "storage"'}
    answer = Response("", status_code=303, headers=headers)
    answer.set_cookie(site.browser.end_session())
    return answer


SIGN_IN = (sign_in_page, take_sign_in, take_sign_out)
