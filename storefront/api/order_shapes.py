"""Orders and refunds as programs read and write them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from campaigns.foundation.links import Links
from campaigns.orders.queries import OrderLine, OrderView
from storefront.api.amounts import Amount
from storefront.api.voucher_shapes import Voucher, voucher_of


class Join(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody wants units of a deal. Letters about the order go to `email`.

    `via` is what a followed short link left in the cookie `via`: it credits whoever passed the link on. `announce`
    and `news` are consents of the buyer; leave them out unless they were given. `name` is shown with an announcement
    as first name and initial, and nothing longer is kept.
    """

    email: Annotated[str, msgspec.Meta(max_length=320, examples=["ada@example.com"])]
    units: Annotated[int, msgspec.Meta(ge=1, le=1_000_000, examples=[1])] = 1
    via: Annotated[str, msgspec.Meta(max_length=400)] = ""
    announce: bool = False
    news: bool = False
    name: Annotated[str, msgspec.Meta(max_length=200, examples=["Ada Byron"])] = ""


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """A place is kept until `place_ends_at`; the order counts once it is paid at `checkout_url`.

    `key` opens the order, here and on its page: treat it as a password. `checkout_url` is null while the
    processor does not answer; read the order again a little later.
    """

    id: str
    key: str
    page: str
    place_ends_at: datetime
    checkout_url: str | None


class RefundLine(msgspec.Struct, frozen=True):
    amount: Amount
    units: int
    state: Annotated[str, msgspec.Meta(description="pending, done or failed")]
    ground: str
    granted_at: datetime
    done_at: datetime | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its buyer sees it. `leaving` is what leaving does now: lapse, release, give_up, refund or null."""

    id: str
    deal_slug: str
    state: Annotated[str, msgspec.Meta(examples=["authorized"])]
    reason: str | None
    units: int
    units_refunded: int
    unit_price: Amount
    held: Amount
    due: Amount
    placed_at: datetime
    place_ends_at: datetime
    captured_at: datetime | None
    problem_ends_at: datetime | None
    refund_until: datetime | None
    leaving: str | None
    checkout_url: str | None
    page: str
    vouchers: list[Voucher]
    refunds: list[RefundLine]


class MerchantOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order in its merchant's list."""

    id: str
    email: str
    units: int
    units_refunded: int
    state: str
    reason: str | None
    held: Amount
    due: Amount
    placed_at: datetime
    captured_at: datetime | None
    unused_vouchers: int
    used_vouchers: int


class OrderPage(msgspec.Struct, frozen=True):
    """Newest first; `next` is null on the last page."""

    orders: list[MerchantOrder]
    next: str | None


class RefundAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many unredeemed units to give the money back for."""

    units: Annotated[int, msgspec.Meta(ge=1, le=1_000_000, examples=[1])]


class Refund(msgspec.Struct, frozen=True):
    """The vouchers are withdrawn; the money is on its way to the card it came from."""

    id: str
    order_id: str
    units: int


_SAME = (
    "id",
    "state",
    "reason",
    "units",
    "units_refunded",
    "placed_at",
    "place_ends_at",
    "captured_at",
    "problem_ends_at",
    "refund_until",
    "leaving",
)


def order_of(view: OrderView, links: Links) -> Order:
    return Order(
        **{name: getattr(view, name) for name in _SAME},
        deal_slug=view.deal.slug,
        unit_price=msgspec.convert(view.unit_price, Amount, from_attributes=True),
        held=msgspec.convert(view.held, Amount, from_attributes=True),
        due=msgspec.convert(view.due, Amount, from_attributes=True),
        checkout_url=view.pay_url,
        page=links.order(view.id),
        vouchers=[voucher_of(voucher, links) for voucher in view.vouchers],
        refunds=msgspec.convert(view.refunds, list[RefundLine], from_attributes=True),
    )


def merchant_order_of(line: OrderLine) -> MerchantOrder:
    return msgspec.convert(line, MerchantOrder, from_attributes=True)
