"""Vouchers by the key in their link, and their redemption at a venue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.checkins.scan import scan
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound
from campaigns.orders.queries import voucher_page
from campaigns.people.limits import Limit, count_try, network
from campaigns.people.rules import Actor
from campaigns.vouchers.redeem import Redeemed, Scan
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.owners import own_venue
from storefront.api.parameters import ANYBODY, TOKEN, Key, VoucherName
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.api.voucher_shapes import Presented, Redemption, Voucher, redemption_of, voucher_of
from storefront.formats import format_at
from storefront.idempotency import JsonAnswer, answer_once
from storefront.pages.paying import links_of
from storefront.security.headers import NO_REFERRER
from storefront.security.visitor import client_address
from storefront.site import AnyRequest, Site

# Guessing is slow: only look-ups that found nothing are counted (S30).
WRONG_VOUCHERS = Limit("wrong_voucher", 10, timedelta(minutes=1))


class VoucherNotRedeemed(InvalidFields):
    """What the scan was told stands in `errors`: its `code` is the answer, such as `already_redeemed`."""

    code = "voucher_not_redeemed"
    sentence = "Nothing was redeemed. {why}"

    def __init__(self, answer: str, why: str) -> None:
        super().__init__([FieldError("code", answer, why)])
        self.details = {"why": why}


@get(
    "/vouchers/{voucher:str}",
    operation_id="readVoucher",
    summary="Read your voucher",
    tags=["Buyers"],
    security=ANYBODY,
    opt={NO_REFERRER: True},
    responses=answers(200, Voucher, "The voucher with its code.", *READING, "too_many_tries"),
)
async def read_voucher(
    request: AnyRequest, voucher: VoucherName, site: NamedDependency[Site]
) -> Response[Any]:
    """`voucher` is its key, as the order says it."""
    links = links_of(site)
    voucher_id = links.voucher_id(voucher)
    if voucher_id is not None:
        async with site.store.read() as unit:
            view = await voucher_page(unit, voucher_id, site.keys)
        if view is not None:
            return json_answer(voucher_of(view, links), headers=PRIVATE)
    await _count_wrong(site, network(client_address(request)))
    raise NotFound(what="voucher")


@post(
    "/redemptions",
    operation_id="redeemVoucher",
    summary="Redeem a voucher",
    tags=["Venues"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(
        201,
        Redemption,
        "The voucher is spent.",
        *WRITING,
        *SIGNED_IN,
        *KEYED,
        "voucher_not_redeemed",
        "too_many_tries",
    ),
)
async def redeem_voucher(
    request: AnyRequest,
    data: JSONBody[Presented],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """Spend it, once, at a venue of your merchant. The key is the scan's nonce. Needs `redeem`."""

    async def work() -> JsonAnswer:
        await own_venue(site, data.venue_id, actor)
        asked = Scan(data.code, data.venue_id, idempotency_key)
        told = await scan(asked, actor=actor, store=site.store, clock=site.clock, keys=site.keys)
        if told.answer.accepted:
            return JsonAnswer(redemption_of(told), 201)
        if told.answer.code == "invalid":
            await _count_wrong(site, actor.label)
        raise VoucherNotRedeemed(told.answer.code, _why(told))

    return await answer_once(request, work)


async def _count_wrong(site: Site, who: str) -> None:
    await count_try(WRONG_VOUCHERS, who, store=site.store, clock=site.clock)


def _why(told: Redeemed) -> str:
    """The answer, and for a voucher used before also when and where that was (R69)."""
    if told.at is None or told.venue is None or told.zone is None:
        return told.answer.sentence
    return f"{told.answer.sentence} {told.venue}, {format_at(told.at, told.zone)}."


VOUCHERS = (read_voucher, redeem_voucher)
