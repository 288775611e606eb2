"""Orders and vouchers as pages and API read them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, func, select

from campaigns.deals.rows import deals, offers, venues
from campaigns.deals.views import DealView
from campaigns.foundation.ids import OrderId, VoucherId
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.orders.board import deal_by_id
from campaigns.orders.join import deal_now
from campaigns.orders.rows import orders, refunds
from campaigns.orders.rules import COMMITTED, MayNotRefund, check_refund_window
from campaigns.people.rows import account, organization
from campaigns.vouchers.rows import redemptions, vouchers
from campaigns.vouchers.rules import SPENDABLE, code_of, grouped
from campaigns.vouchers.tokens import token


@dataclass(frozen=True)
class VoucherView:
    """A voucher as its holder sees it. `code` is grouped for reading, `qr` is what the QR code holds."""

    id: VoucherId
    order_id: OrderId
    unit_no: int
    state: str
    reason: str | None
    code: str
    qr: str
    title: str
    merchant_name: str
    deal_slug: str
    paid_value: Money
    promo_value: Money
    valid_from_on: date | None
    promo_expires_on: date
    paid_expires_on: date
    zone: str
    redeemed_at: datetime | None
    redeemed_venue: str | None
    redeemed_zone: str | None

    @property
    def spendable(self) -> bool:
        return self.state in SPENDABLE


@dataclass(frozen=True)
class RefundLine:
    amount: Money
    units: int
    state: str
    ground: str
    granted_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class OrderView:
    """An order as its buyer sees it. `refundable` is what its unused vouchers cost.

    `leaving` says what leaving would do: lapse, release, give_up, refund, or None where there is no way out.
    """

    id: OrderId
    state: str
    reason: str | None
    units: int
    units_refunded: int
    unit_price: Money
    held: Money
    due: Money
    refundable: Money
    placed_at: datetime
    place_ends_at: datetime
    captured_at: datetime | None
    problem_ends_at: datetime | None
    email: str
    card: str | None
    pay_url: str | None
    leaving: str | None
    refund_until: datetime | None
    deal: DealView
    vouchers: tuple[VoucherView, ...]
    refunds: tuple[RefundLine, ...]


@dataclass(frozen=True)
class OrderLine:
    """An order in a merchant's list."""

    id: OrderId
    email: str
    units: int
    units_refunded: int
    state: str
    reason: str | None
    held: Money
    due: Money
    placed_at: datetime
    captured_at: datetime | None
    unused_vouchers: int
    used_vouchers: int


async def order_page(unit: Unit, order_id: str, now: datetime, keys: Keys) -> OrderView | None:
    """Everything about one order that its buyer may see."""
    row = await unit.one(
        select(orders, account.c.email)
        .join(account, account.c.id == orders.c.buyer_id)
        .where(orders.c.id == order_id)
    )
    if row is None:
        return None
    deal = await deal_by_id(unit, row.deal_id, now)
    if deal is None:
        return None
    deal_row = await unit.one(select(deals, offers.c.currency).join(offers).where(deals.c.id == row.deal_id))
    held_vouchers = await vouchers_of(unit, keys, vouchers.c.order_id == order_id)
    refundable = sum(voucher.paid_value.amount_minor for voucher in held_vouchers if voucher.spendable)
    return OrderView(
        id=OrderId(row.id),
        unit_price=Money(row.due_minor // row.units, row.currency),
        held=Money(row.units * row.unit_price_minor, row.currency),
        due=Money(row.due_minor, row.currency),
        card=f"{(row.card_brand or 'card').title()} ending {row.card_last4}" if row.card_last4 else None,
        pay_url=row.session_url if row.state in ("pending", "payment_problem") else None,
        refundable=Money(refundable, row.currency),
        leaving=_leaving(row, deal_row, now) if row.state != "captured" or refundable else None,
        refund_until=_refund_until(row, deal_row),
        deal=deal,
        vouchers=held_vouchers,
        refunds=await _refunds(unit, order_id),
        **{name: getattr(row, name) for name in _SAME},
    )


_SAME = (
    "state", "reason", "units", "units_refunded", "placed_at", "place_ends_at", "captured_at",
    "problem_ends_at", "email",
)  # fmt: skip


def _leaving(row: Any, deal_row: Any, now: datetime) -> str | None:
    """What the page may offer; the operation decides again under its locks."""
    if row.state == "pending":
        return "lapse"
    if row.state in COMMITTED:
        locked = deal_row.tipped_at is None and deal_row.leave_before_tip == "locked"
        return None if locked else "release"
    if row.state == "payment_problem" and row.ending is None:
        return "give_up"
    if row.state != "captured":
        return None
    try:
        check_refund_window(deal_now(deal_row).terms, row.captured_at, now)
    except MayNotRefund:
        return None
    return "refund"


def _refund_until(row: Any, deal_row: Any) -> datetime | None:
    if row.captured_at is None or deal_row.refund_policy != "hours":
        return None
    until: datetime = row.captured_at + timedelta(hours=deal_row.refund_hours)
    return until


async def _refunds(unit: Unit, order_id: str) -> tuple[RefundLine, ...]:
    rows = await unit.all(
        select(refunds).where(refunds.c.order_id == order_id).order_by(refunds.c.granted_at)
    )
    return tuple(
        RefundLine(Money(r.amount_minor, r.currency), r.units, r.state, r.ground, r.granted_at, r.done_at)
        for r in rows
    )


async def vouchers_of(unit: Unit, keys: Keys, where: Any) -> tuple[VoucherView, ...]:
    """Vouchers with their codes, in the order of their units."""
    statement = (
        select(
            vouchers,
            offers.c.title,
            deals.c.slug,
            deals.c.zone,
            organization.c.name.label("merchant_name"),
            venues.c.name.label("redeemed_venue"),
            venues.c.zone.label("redeemed_zone"),
        )
        .join(deals, deals.c.id == vouchers.c.deal_id)
        .join(offers, offers.c.id == deals.c.offer_id)
        .join(organization, organization.c.id == vouchers.c.organization_id)
        .join(redemptions, redemptions.c.voucher_id == vouchers.c.id, isouter=True)
        .join(venues, venues.c.id == redemptions.c.venue_id, isouter=True)
        .where(where)
        .order_by(vouchers.c.order_id, vouchers.c.unit_no)
    )
    return tuple(_voucher(row, keys) for row in await unit.all(statement))


def _voucher(row: Any, keys: Keys) -> VoucherView:
    secret = base64.b64decode(keys.unseal(row.sealed_secret, "voucher"))
    return VoucherView(
        id=VoucherId(row.id),
        order_id=OrderId(row.order_id),
        code=grouped(code_of(secret)),
        qr=token(keys, secret, row.deal_id, row.paid_expires_on),
        deal_slug=row.slug,
        paid_value=Money(row.paid_value_minor, row.currency),
        promo_value=Money(row.promo_value_minor, row.currency),
        **{
            name: getattr(row, name)
            for name in (
                "unit_no", "state", "reason", "title", "merchant_name", "valid_from_on", "promo_expires_on",
                "paid_expires_on", "zone", "redeemed_at", "redeemed_venue", "redeemed_zone",
            )
        },
    )  # fmt: skip


async def voucher_page(unit: Unit, voucher_id: str, keys: Keys) -> VoucherView | None:
    found = await vouchers_of(unit, keys, vouchers.c.id == voucher_id)
    return found[0] if found else None


async def order_lines(
    unit: Unit, deal_id: str, *, after: str | None = None, limit: int = 100
) -> Sequence[OrderLine]:
    """A deal's orders for its merchant, newest first. `after` is the id of the last one seen."""
    used = func.coalesce(func.sum((vouchers.c.state == "redeemed").cast(Integer)), 0)
    unused = func.coalesce(func.sum(vouchers.c.state.in_(SPENDABLE).cast(Integer)), 0)
    statement = (
        select(orders, account.c.email, used.label("used"), unused.label("unused"))
        .join(account, account.c.id == orders.c.buyer_id)
        .join(vouchers, vouchers.c.order_id == orders.c.id, isouter=True)
        .where(orders.c.deal_id == deal_id)
        .group_by(*orders.c, account.c.email)
        .order_by(orders.c.placed_at.desc(), orders.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        last = select(orders.c.placed_at).where(orders.c.id == after).scalar_subquery()
        statement = statement.where(
            (orders.c.placed_at < last) | ((orders.c.placed_at == last) & (orders.c.id < after))
        )
    return [_line(row) for row in await unit.all(statement)]


def _line(row: Any) -> OrderLine:
    return OrderLine(
        id=OrderId(row.id), email=row.email, units=row.units, units_refunded=row.units_refunded, state=row.state,
        reason=row.reason, held=Money(row.units * row.unit_price_minor, row.currency),
        due=Money(row.due_minor, row.currency), placed_at=row.placed_at, captured_at=row.captured_at,
        unused_vouchers=int(row.unused), used_vouchers=int(row.used),
    )  # fmt: skip
