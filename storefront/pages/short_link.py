"""Short links: note who followed one, and send them on to the deal. A buyer is never lost to a click (R84, U63)."""

from __future__ import annotations

from datetime import timedelta

import structlog
from litestar import HttpMethod, Response, route
from litestar.params import FromPath

from campaigns.orders.board import board
from campaigns.people.limits import Limit, TooManyTries, count_try, network
from campaigns.sharing.follow import Step, follow
from campaigns.sharing.link_queries import ShareLink, link_by_code
from campaigns.sharing.visits import Visit
from storefront.pages.render import PERSONAL, public_page
from storefront.pages.via import remember
from storefront.security.visitor import client_address, session_of
from storefront.site import AnyRequest, site_of

FOLLOWED_BY_NETWORK = Limit("follow_link", 2000, timedelta(minutes=15))
_METHODS = [HttpMethod.GET, HttpMethod.HEAD]
_NEAR = 3
_JOINING = "joining"
_log = structlog.get_logger("storefront")


@route("/s/{code:str}", http_method=_METHODS, include_in_schema=False)
async def follow_link(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    return await _follow(request, code, "")


@route("/s/{code:str}/{channel:str}", http_method=_METHODS, include_in_schema=False)
async def follow_link_by_channel(
    request: AnyRequest, code: FromPath[str], channel: FromPath[str]
) -> Response[str]:
    """`channel` says where the link was passed on; the same link, the same owner."""
    return await _follow(request, code, channel)


async def _follow(request: AnyRequest, code: str, channel: str) -> Response[str]:
    """302, kept by nobody on the way; 404 with deals near at hand for a code we never gave out."""
    site = site_of(request)
    async with site.store.read() as unit:
        link = await link_by_code(unit, code)
        cards = [] if link else await board(unit, await site.clock.now(unit))
    if link is None:
        return public_page(
            request, "short_link/unknown.html", status=404, headers=PERSONAL, cards=cards[:_NEAR]
        )
    click_id = await _note(request, link, channel)
    answer = Response("", status_code=302, headers={**PERSONAL, "location": landing(link)})
    if click_id is not None:
        answer.set_cookie(remember(request, click_id, hours=link.hours))
    return answer


def landing(link: ShareLink) -> str:
    """The deal's page; with a reward it is told by which link one came, so that it can say so (R63)."""
    promised = link.reward and link.ended_at is None
    return f"/deals/{link.slug}" + (f"?link={link.code}" if promised else "")


async def _note(request: AnyRequest, link: ShareLink, channel: str) -> str | None:
    """The click's id where an order may follow. Whatever goes wrong here must not cost the buyer."""
    site, address = site_of(request), client_address(request)
    try:
        await count_try(FOLLOWED_BY_NETWORK, network(address), store=site.store, clock=site.clock)
        step = Step(link, channel, _visit(request), await _is_owner(request, link))
        return await follow(step, store=site.store, clock=site.clock, keys=site.keys)
    except TooManyTries:
        return None
    except Exception as error:  # noqa: BLE001 - a lost click is logged, a lost buyer is lost
        _log.error("click_lost", link=link.id, exc_info=error)
        return None


def _visit(request: AnyRequest) -> Visit:
    said = request.headers
    purpose = " ".join(said.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    return Visit(request.method, said.get("user-agent", ""), client_address(request), purpose)


async def _is_owner(request: AnyRequest, link: ShareLink) -> bool:
    """By sign-in, or by the order this browser has just placed."""
    site = site_of(request)
    signed = request.cookies.get(site.browser.joining_cookie, "")[:200]
    if link.order_id is not None and site.keys.unsign(signed, _JOINING) == link.order_id:
        return True
    session = await session_of(request)
    return session is not None and session.account_id == link.account_id


SHORT_LINK = (follow_link, follow_link_by_channel)
