"""Orders: a buyer's own by the key in its link, a merchant's by id."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from campaigns.foundation.errors import NotFound
from campaigns.orders.leave import leave
from campaigns.orders.queries import OrderView, order_lines, order_page
from campaigns.orders.refund import refund
from campaigns.people.rules import Actor, require
from storefront.api.cursors import cursor_of, place_of
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.listing import Page, provide_page
from storefront.api.order_shapes import (
    Order,
    OrderPage,
    Refund,
    RefundAsk,
    merchant_order_of,
    order_of,
)
from storefront.api.owners import own_deal, own_order
from storefront.api.parameters import ANYBODY, TOKEN, DealName, Key, OrderName
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.pages.paying import links_of
from storefront.security.headers import NO_REFERRER
from storefront.site import AnyRequest, Site


@get(
    "/orders/{order:str}",
    operation_id="readOrder",
    summary="Read your order",
    tags=["Buyers"],
    security=ANYBODY,
    opt={NO_REFERRER: True},
    responses=answers(200, Order, "The order with its vouchers.", *READING),
)
async def read_order(order: OrderName, site: NamedDependency[Site]) -> Response[Any]:
    """`order` is the key that joining answered, the last part of the link in the letters."""
    view = await _own(site, order)
    return json_answer(order_of(view, links_of(site)), headers=PRIVATE)


@post(
    "/orders/{order:str}/leave",
    operation_id="leaveDeal",
    summary="Leave a deal",
    tags=["Buyers"],
    security=ANYBODY,
    status_code=200,
    responses=answers(
        200,
        Order,
        "The order as it is now: a hold is released, a charge refunded.",
        *WRITING,
        "may_not_leave",
        "may_not_refund",
    ),
)
async def leave_deal(order: OrderName, site: NamedDependency[Site]) -> Response[Any]:
    """What this does to your money stands in `leaving` of the order. `order` is its key."""
    view = await _own(site, order)
    await leave(view.id, store=site.store, clock=site.clock)
    return json_answer(order_of(await _own(site, order), links_of(site)), headers=PRIVATE)


async def _own(site: Site, key: str) -> OrderView:
    """A wrong key and one of an order that is not there look the same (S30)."""
    order_id = links_of(site).order_id(key)
    if order_id is not None:
        async with site.store.read() as unit:
            view = await order_page(unit, order_id, await site.clock.now(unit), site.keys)
        if view is not None:
            return view
    raise NotFound(what="order")


@get(
    "/deals/{deal:str}/orders",
    operation_id="listOrders",
    summary="List a deal's orders",
    tags=["Merchants"],
    security=TOKEN,
    dependencies={"page": Provide(provide_page, sync_to_thread=False)},
    responses=answers(200, OrderPage, "Orders, newest first.", *READING, *SIGNED_IN),
)
async def list_orders(
    deal: DealName,
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    page: NamedDependency[Page],
) -> Response[Any]:
    """Orders of a deal of yours. Needs `see_orders`."""
    found = await own_deal(site, deal, actor)
    require(actor, "see_orders", found.organization_id)
    place = place_of(page.after)
    async with site.store.read() as unit:
        lines = await order_lines(unit, found.id, after=place[1] if place else None, limit=page.limit + 1)
    last = lines[page.limit - 1] if len(lines) > page.limit else None
    shown = OrderPage(
        [merchant_order_of(line) for line in lines[: page.limit]],
        cursor_of(last.placed_at, last.id) if last else None,
    )
    return json_answer(shown, headers=PRIVATE)


@post(
    "/orders/{order:str}/refunds",
    operation_id="refundOrder",
    summary="Refund units of an order",
    tags=["Merchants"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(201, Refund, "The refund, on its way.", *WRITING, *SIGNED_IN, *KEYED, "may_not_refund"),
)
async def refund_order(
    request: AnyRequest,
    order: OrderName,
    data: JSONBody[RefundAsk],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """Withdraw unredeemed vouchers and give their money back. `order` is its id. Needs `refund`."""

    async def work() -> JsonAnswer:
        await own_order(site, order, actor)
        refund_id = await refund(
            order, data.units, actor=actor, store=site.store, clock=site.clock, keys=site.keys
        )
        return JsonAnswer(Refund(refund_id, order, data.units), 201)

    return await answer_once(request, work)


ORDERS = (read_order, leave_deal, list_orders, refund_order)
