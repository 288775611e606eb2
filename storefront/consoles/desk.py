"""The desk: staff type or scan a code and are told in colour and words what to do (R68, R69, R73)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from campaigns.checkins.queries import WaitingClaim, waiting_at
from campaigns.checkins.scan import scan
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import random_text
from campaigns.people.limits import Limit, TooManyTries, count_try, give_back, network
from campaigns.vouchers.redeem import Redeemed, Scan
from campaigns.vouchers.rules import as_typed
from storefront.check_in_words import evidence_line
from storefront.consoles.access import texts_of
from storefront.consoles.answers import told
from storefront.consoles.places import Place, chosen_place, places_for, several_merchants
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.headers import SCANS
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind, client_address
from storefront.site import AnyRequest, site_of

# Wrong codes from one network (S30). Right ones are not counted: a busy desk is not a guesser.
LOOK_UPS = Limit("voucher_look_up", 10, timedelta(minutes=1))
_LONGEST_CODE = 400


@get("/desk", include_in_schema=False, opt={SCANS: True})
async def desk_page(
    request: AnyRequest, venue: FromQuery[str] = "", done: FromQuery[str] = ""
) -> Response[str]:
    """The code field of one venue; a choice where there are several. The venue stays in the address."""
    places = await places_for(request, "redeem")
    here = chosen_place(places, venue)
    return await _show(request, places, here, done=done)


@post("/desk", include_in_schema=False, request_max_body_size=FORM_BYTES, opt={SCANS: True})
async def take_scan(request: AnyRequest, venue: FromQuery[str] = "") -> Response[str]:
    """Redeem, and answer with the result above the next code field. Sending it again answers the same."""
    places = await places_for(request, "redeem")
    here = chosen_place(places, venue)
    if here is None:
        raise NotFound(what="venue")
    sent = await texts_of(request, "code", "nonce")
    code, nonce = sent["code"][:_LONGEST_CODE], sent["nonce"][:80] or random_text()
    if not code.strip():
        errors = {"code": "Type or scan the code of a voucher."}
        return await _show(request, places, here, status=422, errors=errors)
    try:
        answer = await _redeem(request, here, code, nonce)
    except TooManyTries as refusal:
        problem = problem_of(refusal)
        answered = await _show(
            request,
            places,
            here,
            status=problem.status,
            errors={"code": problem.detail},
            code=code,
            nonce=nonce,
        )
        answered.headers["retry-after"] = str(problem.retry_after_s)
        return answered
    return await _show(request, places, here, result=told(answer, here.venue))


async def _redeem(request: AnyRequest, here: Place, code: str, nonce: str) -> Redeemed:
    site, who = site_of(request), network(client_address(request))
    # One form may be sent with several codes, by the way back in a browser: each is a scan of its own.
    mark = sha256(f"{nonce}:{as_typed(code)}".encode()).hexdigest()[:40]
    await count_try(LOOK_UPS, who, store=site.store, clock=site.clock)
    answer = await scan(
        Scan(code, here.venue.id, mark),
        actor=await actor_behind(request),
        store=site.store,
        clock=site.clock,
        keys=site.keys,
    )
    if answer.answer.code != "invalid":
        await give_back(LOOK_UPS, who, store=site.store, clock=site.clock)
    return answer


async def _show(
    request: AnyRequest, places: Sequence[Place], here: Place | None, *, status: int = 200, **shown: Any
) -> Response[str]:
    """A new nonce with every form, the old one where the same scan is to be sent again."""
    nonce = shown.pop("nonce", "") or random_text()
    return await page(
        request,
        "consoles/desk.html",
        status=status,
        places=places,
        here=here,
        several=several_merchants(places),
        nonce=nonce,
        claims=await _waiting(request, here) if here else (),
        evidence=evidence_line,
        **{"result": None, "errors": {}, "code": "", "done": "", **shown},
    )


async def _waiting(request: AnyRequest, here: Place) -> Sequence[WaitingClaim]:
    """Who checked in alone and was sent to the staff of this venue."""
    site = site_of(request)
    async with site.store.read() as unit:
        return await waiting_at(unit, here.venue.id, await site.clock.now(unit))


DESK = (desk_page, take_scan)
