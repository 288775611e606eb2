"""The sentences a voucher says about itself (R65, R66). Pure functions over the read model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storefront.formats import format_money, format_on

if TYPE_CHECKING:
    from campaigns.orders.queries import VoucherView

_REVOKED = {
    "refunded": "This voucher was refunded. It can no longer be used.",
    "deal_canceled": "The deal was canceled, and this voucher was refunded. It can no longer be used.",
    "charged_back": "The bank took the payment back, so this voucher can no longer be used.",
}


def state_line(voucher: VoucherView) -> str:
    """What it is worth now, or why it is worth nothing."""
    whole = format_money(voucher.paid_value + voucher.promo_value)
    if voucher.state == "issued":
        until = format_on(voucher.promo_expires_on)
        return f"Worth {whole} at {voucher.merchant_name} until the end of {until}."
    if voucher.state == "promo_expired":
        paid = format_money(voucher.paid_value)
        return f"Worth the {paid} you paid until the end of {format_on(voucher.paid_expires_on)}."
    if voucher.state == "revoked":
        return _REVOKED.get(voucher.reason or "", "This voucher was withdrawn. It can no longer be used.")
    return _STATES[voucher.state]


def refund_line(voucher: VoucherView) -> str:
    """What can still come back; the order page decides and does it."""
    if voucher.spendable:
        return "The page of your order says until when it can be refunded, and does it."
    return "A used or withdrawn voucher is not refunded."


_STATES = {
    "redeemed": "It was used, and a voucher works once.",
    "frozen": "This voucher is on hold while your bank looks into the payment.",
    "expired": "This voucher has expired.",
}
