"""Which accounts an amount moves between. Debit is positive, credit negative; every entry sums to zero."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.foundation.money import Money, split


@dataclass(frozen=True)
class Entry:
    """One journal entry. `kind` and `ref` together exist once, so posting twice is impossible."""

    kind: str
    ref: str
    amount: Money
    postings: tuple[tuple[str, int], ...]
    order_id: str | None = None


def payable(organization_id: str) -> str:
    """The account of what we owe a merchant."""
    return f"merchant_payable:{organization_id}"


def capture(order_id: str, amount: Money) -> Entry:
    """The buyer's money is with the processor; we owe the buyer vouchers for it."""
    return Entry("capture", order_id, amount, _two("stripe_clearing", "voucher_liability", amount), order_id)


def stray(payment_id: str, order_id: str, amount: Money) -> Entry:
    """Money that should not have been taken; it is on its way back."""
    return Entry("stray", payment_id, amount, _two("stripe_clearing", "voucher_liability", amount), order_id)


def refund(refund_id: str, order_id: str, amount: Money) -> Entry:
    """Money goes back before the merchant earned it."""
    return Entry("refund", refund_id, amount, _two("voucher_liability", "stripe_clearing", amount), order_id)


def refund_failed(refund_id: str, order_id: str, amount: Money) -> Entry:
    """A refund that had gone out came back: the money is with the processor again, and still the buyer's."""
    parts = _two("stripe_clearing", "voucher_liability", amount)
    return Entry("refund_failed", refund_id, amount, parts, order_id)


def earned(voucher_id: str, organization_id: str, amount: Money, commission_percent: int) -> Entry:
    """A voucher was redeemed: the merchant earns its paid value less the commission (R55, R59)."""
    commission, rest = split(amount.amount_minor, (commission_percent, 100 - commission_percent))
    parts = (
        ("voucher_liability", amount.amount_minor),
        (payable(organization_id), -rest),
        ("commission_revenue", -commission),
    )
    return Entry("earned", voucher_id, amount, parts)


def _two(debit: str, credit: str, amount: Money) -> tuple[tuple[str, int], ...]:
    return ((debit, amount.amount_minor), (credit, -amount.amount_minor))
