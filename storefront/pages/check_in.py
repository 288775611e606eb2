"""Check in alone: one press tells the position, the code from the till is typed, and the answer is kept (R77)."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import Arrival, check_in
from campaigns.checkins.ports import NotAPosition
from campaigns.checkins.rules import SelfCheckInNotOffered
from campaigns.checkins.tries import ATTEMPTS
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import random_text
from campaigns.people.limits import count_try
from storefront.consoles.access import texts_of
from storefront.pages.paying import see_other
from storefront.pages.position import FIELDS, claim_of
from storefront.pages.render import page
from storefront.pages.shown_check_in import ShownCheckIn, read_check_in
from storefront.security.headers import NO_REFERRER
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

# The address opens the voucher, so it must not travel to where a link leads.
_OPT = {NO_REFERRER: True}
_CODE_NEEDED = "Type the code from the till screen."
_NO_POSITION = (
    "Your browser did not tell where you are. Staff can scan the QR code instead. Nothing was used."
)


@get("/vouchers/{signed:str}/check-in", include_in_schema=False, opt=_OPT)
async def check_in_page(
    request: AnyRequest, signed: FromPath[str], venue: FromQuery[str] = "", attempt: FromQuery[str] = ""
) -> Response[str]:
    """The form for one venue, or what became of an attempt. The challenge in it is good for two minutes."""
    return await _show(request, await read_check_in(site_of(request), signed, venue, attempt))


@post("/vouchers/{signed:str}/check-in", include_in_schema=False, opt=_OPT, request_max_body_size=FORM_BYTES)
async def take_check_in(
    request: AnyRequest, signed: FromPath[str], venue: FromQuery[str] = ""
) -> Response[str]:
    """Redeem alone, or be told why not. The same form sent twice is one attempt (R68)."""
    site = site_of(request)
    shown = await read_check_in(site, signed, venue, "")
    if shown.here is None:
        raise NotFound(what="venue")
    sent = await texts_of(request, "code", "challenge", "nonce", *FIELDS)
    claim = claim_of(sent)
    errors = {} if sent["code"].strip() else {"code": _CODE_NEEDED}
    if claim is None and shown.device_since is None:
        errors[""] = _NO_POSITION
    if errors:
        return await _show(request, shown, errors=errors, code=sent["code"][:20])
    await count_try(ATTEMPTS, shown.voucher.id, store=site.store, clock=site.clock)
    nonce = sent["nonce"][:80] or random_text()
    arrival = Arrival(
        shown.voucher.id, shown.here.id, sent["code"][:20], sent["challenge"][:80], nonce, claim
    )
    try:
        made = await check_in(arrival, store=site.store, clock=site.clock, keys=site.keys)
    except NotAPosition:
        return await _show(request, shown, errors={"": _NO_POSITION}, code=arrival.code)
    except SelfCheckInNotOffered:
        return see_other(shown.path)
    return see_other(f"{shown.address(shown.here)}&attempt={made.id}")


async def _show(
    request: AnyRequest, shown: ShownCheckIn, *, errors: dict[str, str] | None = None, code: str = ""
) -> Response[str]:
    return await page(
        request,
        "voucher/check_in.html",
        status=422 if errors else 200,
        shown=shown,
        voucher=shown.voucher,
        errors=errors or {},
        code=code,
        nonce=random_text(),
        challenge=await _challenge(request, shown),
    )


async def _challenge(request: AnyRequest, shown: ShownCheckIn) -> str:
    """Made for a page whose form may be sent, for no other."""
    if not shown.may_try or shown.here is None:
        return ""
    site = site_of(request)
    try:
        made = await issue_challenge(shown.voucher.id, shown.here.id, store=site.store, clock=site.clock)
    except SelfCheckInNotOffered:
        return ""
    return made.id


CHECK_IN = (check_in_page, take_check_in)
