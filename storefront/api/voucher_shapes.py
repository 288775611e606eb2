"""Vouchers and redemptions as programs read and write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from campaigns.foundation.links import Links
from campaigns.orders.queries import VoucherView
from campaigns.vouchers.redeem import Redeemed
from storefront.api.amounts import Amount


class Voucher(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer code for one unit. `qr` is what its QR code holds; `key` opens it here and on its page."""

    id: str
    key: str
    page: str
    order_id: str
    unit_no: int
    state: Annotated[str, msgspec.Meta(examples=["issued"])]
    reason: str | None
    code: Annotated[str, msgspec.Meta(examples=["ABCD-EFGH-IJKL-MNOP"])]
    qr: str
    title: str
    merchant_name: str
    deal_slug: str
    paid_value: Amount
    promo_value: Amount
    valid_from_on: date | None
    promo_expires_on: date
    paid_expires_on: date
    zone: str
    redeemed_at: datetime | None
    redeemed_venue: str | None


class Presented(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code as printed, or the content of the QR code, shown at one of the merchant's venues."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=400, examples=["ABCD-EFGH-IJKL-MNOP"])]
    venue_id: Annotated[str, msgspec.Meta(max_length=80)]


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """The voucher is spent. `answer` is `ok`, or `paid_value_only` once the promotional value is over."""

    answer: Annotated[str, msgspec.Meta(examples=["ok"])]
    sentence: Annotated[str, msgspec.Meta(examples=["Redeemed. Give what the voucher says."])]
    voucher_id: str | None
    title: str | None
    paid: Amount | None
    redeemed_at: datetime | None
    venue: str | None


_COMPUTED = ("key", "page", "paid_value", "promo_value")
_SAME = tuple(name for name in Voucher.__struct_fields__ if name not in _COMPUTED)


def voucher_of(view: VoucherView, links: Links) -> Voucher:
    page = links.voucher(view.id)
    return Voucher(
        **{name: getattr(view, name) for name in _SAME},
        key=page.rpartition("/")[2],
        page=page,
        paid_value=msgspec.convert(view.paid_value, Amount, from_attributes=True),
        promo_value=msgspec.convert(view.promo_value, Amount, from_attributes=True),
    )


def redemption_of(told: Redeemed) -> Redemption:
    return Redemption(
        answer=told.answer.code,
        sentence=told.answer.sentence,
        voucher_id=told.voucher_id,
        title=told.title,
        paid=msgspec.convert(told.paid, Amount | None, from_attributes=True),
        redeemed_at=told.at,
        venue=told.venue,
    )
