"""An order as its merchant sees it, and giving its money back (R48, U18)."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.foundation.ids import random_text
from campaigns.foundation.money import Money
from campaigns.orders.refund import refund
from campaigns.orders.rules import MayNotRefund
from campaigns.people.rules import may
from storefront.consoles.access import OpenedOrder, console_links, go, open_order, texts_of
from storefront.consoles.fresh import sign_in_first
from storefront.consoles.once import once
from storefront.consoles.phrases import (
    ORDER_REASONS,
    ORDER_STATES,
    REFUND_GROUNDS,
    REFUND_STATES,
    VOUCHER_STATES,
)
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

_REFUNDABLE = ("issued", "promo_expired", "frozen")


def refundable(opened: OpenedOrder) -> tuple[Money, ...]:
    """What each unused voucher of a paid order would give back, in the order in which they would go."""
    order = opened.order
    if order.state != "captured":
        return ()
    unused = [voucher for voucher in order.vouchers if voucher.state in _REFUNDABLE]
    return tuple(voucher.paid_value for voucher in reversed(unused))


@get("/console/orders/{order_id:str}", include_in_schema=False)
async def order_console_page(
    request: AnyRequest, order_id: FromPath[str], done: FromQuery[str] = ""
) -> Response[str]:
    opened = await open_order(request, order_id, "see_orders")
    return await page(
        request,
        "consoles/order.html",
        order=opened.order,
        deal=opened.order.deal,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        refundable=len(refundable(opened)) if may(opened.actor, "refund", opened.merchant.id) else 0,
        done=done,
        order_states=ORDER_STATES,
        order_reasons=ORDER_REASONS,
        voucher_states=VOUCHER_STATES,
        refund_states=REFUND_STATES,
        refund_grounds=REFUND_GROUNDS,
    )


@get("/console/orders/{order_id:str}/refund", include_in_schema=False)
async def refund_page(
    request: AnyRequest, order_id: FromPath[str], units: FromQuery[str] = "1"
) -> Response[str]:
    """What the refund will do, before it is done; asks for a fresh sign-in first (S5)."""
    opened = await open_order(request, order_id, "refund")
    again = sign_in_first(
        request, opened.now, f"/console/orders/{quote(order_id)}/refund?units={quote(units)}"
    )
    return again or await _review(request, opened, _number(units))


@post("/console/orders/{order_id:str}/refund", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_refund(request: AnyRequest, order_id: FromPath[str]) -> Response[str]:
    opened, site = await open_order(request, order_id, "refund"), site_of(request)
    sent = await texts_of(request, "units", "nonce")
    units = _number(sent["units"])
    again = sign_in_first(request, opened.now, f"/console/orders/{quote(order_id)}/refund?units={units}")
    if again is not None:
        return again

    async def work() -> str:
        return await refund(
            opened.order.id, units, actor=opened.actor, store=site.store, clock=site.clock, keys=site.keys
        )

    nonce = sent["nonce"] or random_text()
    try:
        await once(site, opened.actor, ("refund", opened.order.id, str(units)), nonce, work=work)
    except MayNotRefund as refusal:
        looked = await open_order(request, order_id, "refund")
        return await _review(request, looked, units, refusal=refusal)
    return go(f"/console/orders/{order_id}?done=refunded")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


async def _review(
    request: AnyRequest, opened: OpenedOrder, units: int, *, refusal: MayNotRefund | None = None
) -> Response[str]:
    values = refundable(opened)
    chosen = min(max(units, 1), len(values))
    total = sum(value.amount_minor for value in values[:chosen])
    return await page(
        request,
        "consoles/refund.html",
        status=problem_of(refusal).status if refusal else 200,
        order=opened.order,
        deal=opened.order.deal,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        units=chosen,
        most=len(values),
        amount=Money(total, opened.order.due.currency),
        nonce=random_text(),
        refusal=str(refusal) if refusal else "",
        order_states=ORDER_STATES,
    )


CONSOLE_ORDER = (order_console_page, refund_page, take_refund)
