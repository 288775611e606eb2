"""Check in alone by a voucher's key; what the till shows; what a merchant reads of those who came."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, PathParameter, QueryParameter

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import Arrival, check_in
from campaigns.checkins.listing import Wanted, listed
from campaigns.checkins.ports import PresenceClaim
from campaigns.checkins.queries import CheckedIn, checked_in
from campaigns.checkins.rules import CHECK_IN
from campaigns.checkins.tries import ATTEMPTS, tries_left
from campaigns.checkins.venue_code import show_code
from campaigns.foundation.errors import NotFound
from campaigns.people.limits import count_try
from campaigns.people.rules import Actor, require
from storefront.api.check_in_shapes import (
    CheckIn,
    CheckInPage,
    Code,
    MadeChallenge,
    NewCheckIn,
    Position,
    WantedChallenge,
    check_in_of,
    line_of,
)
from storefront.api.cursors import cursor_of, place_of
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.listing import OrganizationName, Page, provide_page
from storefront.api.owners import own_organization, own_venue, plausible
from storefront.api.parameters import ANYBODY, TOKEN, Key, VoucherName
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.pages.paying import links_of
from storefront.security.headers import NO_REFERRER
from storefront.site import AnyRequest, Site

_SHARE = 0.95
_NO_NUL = r"^[^\x00]*$"
VenueName = Annotated[str, PathParameter(description="A venue's id.")]
CheckInName = Annotated[str, PathParameter(description="A check-in's id.")]
VenueId = Annotated[str, QueryParameter(name="venue_id", max_length=80, pattern=_NO_NUL)]
DealId = Annotated[str, QueryParameter(name="deal_id", max_length=80, pattern=_NO_NUL)]
State = Annotated[str, QueryParameter(name="state", pattern=f"^({'|'.join(CHECK_IN.states)})?$")]
SinceOn = Annotated[date | None, QueryParameter(name="since_on", description="First day at the venue.")]
UntilOn = Annotated[date | None, QueryParameter(name="until_on", description="Last day, included.")]


@post(
    "/vouchers/{voucher:str}/challenges",
    operation_id="beginCheckIn",
    summary="Begin to check in alone",
    tags=["Buyers"],
    security=ANYBODY,
    opt={NO_REFERRER: True},
    status_code=200,
    responses=answers(200, MadeChallenge, "A challenge.", *WRITING, "self_check_in_not_offered"),
)
async def begin_check_in(
    data: JSONBody[WantedChallenge], voucher: VoucherName, site: NamedDependency[Site]
) -> Response[Any]:
    """Ask right before the attempt. Each one is good for one attempt; asking again answers another."""
    voucher_id = links_of(site).voucher_id(voucher)
    if voucher_id is None or not plausible(data.venue_id):
        raise NotFound(what="voucher" if voucher_id is None else "venue")
    made = await issue_challenge(voucher_id, data.venue_id, store=site.store, clock=site.clock)
    return json_answer(MadeChallenge(made.id, made.expires_at), headers=PRIVATE)


@post(
    "/check-ins",
    operation_id="checkIn",
    summary="Check in alone",
    tags=["Buyers"],
    security=ANYBODY,
    opt={NEEDS_KEY: True, NO_REFERRER: True},
    responses=answers(
        201,
        CheckIn,
        "The attempt, with its verdict.",
        *WRITING,
        *KEYED,
        "not_a_position",
        "self_check_in_not_offered",
        "too_many_tries",
    ),
)
async def take_check_in(
    request: AnyRequest, data: JSONBody[NewCheckIn], site: NamedDependency[Site], idempotency_key: Key
) -> Response[Any]:
    """Redeem at the venue with its current code and a position. A refused attempt is an answer too, and kept.

    The key is the attempt's nonce. After five wrong codes only staff redeem the voucher.
    """

    async def work() -> JsonAnswer:
        voucher_id = links_of(site).voucher_id(data.voucher)
        if voucher_id is None or not plausible(data.venue_id):
            raise NotFound(what="voucher" if voucher_id is None else "venue")
        await count_try(ATTEMPTS, voucher_id, store=site.store, clock=site.clock)
        arrival = Arrival(
            voucher_id,
            data.venue_id,
            data.code,
            data.challenge.replace("\x00", ""),
            idempotency_key,
            _claim(data.position),
        )
        made = await check_in(arrival, store=site.store, clock=site.clock, keys=site.keys)
        return JsonAnswer(await _told(site, made), 201)

    return await answer_once(request, work)


def _claim(position: Position | None) -> PresenceClaim | None:
    if position is None:
        return None
    return PresenceClaim(
        position.latitude, position.longitude, position.accuracy_m, position.at, accuracy_share=_SHARE
    )


async def _told(site: Site, made: CheckedIn) -> CheckIn:
    async with site.store.read() as unit:
        return check_in_of(made, await tries_left(unit, made.voucher_id))


@get(
    "/vouchers/{voucher:str}/check-ins/{check_in_id:str}",
    operation_id="readCheckIn",
    summary="Read your check-in",
    tags=["Buyers"],
    security=ANYBODY,
    opt={NO_REFERRER: True},
    responses=answers(200, CheckIn, "The attempt as it stands.", *READING),
)
async def read_check_in(
    voucher: VoucherName, check_in_id: CheckInName, site: NamedDependency[Site]
) -> Response[Any]:
    """One that waits for staff becomes accepted or refused within 15 minutes."""
    voucher_id = links_of(site).voucher_id(voucher)
    if voucher_id is None or not plausible(check_in_id):
        raise NotFound(what="check-in")
    async with site.store.read() as unit:
        found = await checked_in(unit, check_in_id)
    if found.voucher_id != voucher_id:
        raise NotFound(what="check-in")
    return json_answer(await _told(site, found), headers=PRIVATE)


@get(
    "/venues/{venue:str}/code",
    operation_id="readVenueCode",
    summary="Read the code of the till",
    tags=["Venues"],
    security=TOKEN,
    responses=answers(200, Code, "The code of this minute.", *READING, *SIGNED_IN),
)
async def read_code(
    venue: VenueName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """For a till of your own. Needs `show_venue_code`."""
    await own_venue(site, venue, actor)
    code = await show_code(venue, actor=actor, store=site.store, clock=site.clock, keys=site.keys)
    return json_answer(Code(code.digits, code.until), headers=PRIVATE)


def provide_filters(
    venue_id: VenueId = "",
    deal_id: DealId = "",
    in_state: State = "",
    since_on: SinceOn = None,
    until_on: UntilOn = None,
) -> dict[str, Any]:
    days = {"since_on": since_on, "until_on": until_on}
    return {"venue_id": venue_id, "deal_id": deal_id, "state": in_state, **days}


@get(
    "/check-ins",
    operation_id="listCheckIns",
    summary="List check-ins",
    tags=["Venues"],
    security=TOKEN,
    dependencies={
        "filters": Provide(provide_filters, sync_to_thread=False),
        "page": Provide(provide_page, sync_to_thread=False),
    },
    responses=answers(200, CheckInPage, "Check-ins, newest first.", *READING, *SIGNED_IN),
)
async def list_check_ins(
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    filters: NamedDependency[dict[str, Any]],
    page: NamedDependency[Page],
    organization_id: OrganizationName = "",
) -> Response[Any]:
    """Every attempt with its reason and coarse evidence, refused ones too. Needs `see_check_ins`."""
    owner = await own_organization(site, organization_id, actor)
    require(actor, "see_check_ins", owner)
    wanted = Wanted(owner, **filters, after=place_of(page.after))
    async with site.store.read() as unit:
        lines = await listed(unit, wanted, limit=page.limit + 1)
    shown = lines[: page.limit]
    last = shown[-1] if len(lines) > page.limit else None
    following = cursor_of(last.received_at, last.id) if last else None
    return json_answer(CheckInPage([line_of(line) for line in shown], following), headers=PRIVATE)


CHECK_INS = (begin_check_in, take_check_in, read_check_in, read_code, list_check_ins)
